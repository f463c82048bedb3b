"""Figures never flatter: shares are cut, lengths rounded up; both languages set them as look and law say."""

import itertools
from fractions import Fraction

import pytest

from config.instant import DAY, HOUR, MINUTE, SECOND, parse_rfc3339
from config.look import figure
from config.look.figure import MINUS, NARROW, WIDE

AT = parse_rfc3339("2026-11-18T06:32:08Z")
BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("share", "english", "chinese"),
    [
        (Fraction(1), f"100{NARROW}%", "100%"),
        (Fraction(10**9 - 1, 10**9), f"99.99{NARROW}%", "99.99%"),
        (Fraction(99959, 100000), f"99.95{NARROW}%", "99.95%"),
        (Fraction(0), f"0{NARROW}%", "0%"),
        (None, "–", "–"),
        (Fraction(-1, 3), f"{MINUS}33.34{NARROW}%", f"{MINUS}33.34%"),
    ],
)
def test_a_share_is_cut_and_only_a_whole_one_is_100(share: Fraction | None, english: str, chinese: str) -> None:
    assert figure.percent(share, "en") == english
    assert figure.percent(share, "zh-CN") == chinese


@pytest.mark.parametrize(
    ("span", "english", "chinese"),
    [
        (0, "0", "0"),
        (1, f"1{NARROW}s", "1秒"),
        (12 * SECOND, f"12{NARROW}s", "12秒"),
        (1339 * SECOND, f"22{WIDE}min 19{WIDE}s", "22分19秒"),
        (30 * MINUTE, f"30{WIDE}min", "30分"),
        (59 * MINUTE + 59 * SECOND + 1, f"1{WIDE}h", "1小时"),
        (122 * MINUTE, f"2{WIDE}h 2{WIDE}min", "2小时2分"),
        (2 * HOUR + 1, f"2{WIDE}h 1{WIDE}min", "2小时1分"),
        (52 * HOUR, f"52{WIDE}h", "52小时"),
        (8 * DAY + 5, f"8{WIDE}d 1{WIDE}h", "8天1小时"),
    ],
)
def test_a_length_is_rounded_up_to_the_unit_shown(span: int, english: str, chinese: str) -> None:
    assert figure.length(span, "en") == english
    assert figure.length(span, "zh-CN") == chinese


def test_half_a_second_of_downtime_is_a_second() -> None:
    assert figure.length(Fraction(1, 2), "en") == f"1{NARROW}s"


def test_days_times_and_zones_in_both_languages() -> None:
    zone = "Asia/Shanghai"
    assert figure.full_day(AT, zone, "en") == "18 November 2026"
    assert figure.full_day(AT, zone, "zh-CN") == "2026年11月18日"
    assert figure.named_day(AT, zone, "en") == "Wednesday 18 November"
    assert figure.named_day(AT, zone, "zh-CN") == "11月18日（周三）"
    assert figure.moment(AT, zone, "en", seconds=True) == "18 Nov 14:32:08"
    assert figure.moment(AT, zone, "zh-CN", seconds=True) == "11月18日14:32:08"
    assert figure.zone_name(zone, AT, "zh-CN") == "北京时间"
    assert figure.zone_name(zone, AT, "en") == "UTC+8"
    assert figure.zone_name("America/St_Johns", AT, "en") == f"UTC{MINUS}3:30"
    assert figure.zone_name("UTC", AT, "en") == "UTC"
    assert figure.machine_time(AT, zone) == "2026-11-18T14:32:08+08:00"


def test_running_clocks_go_below_nothing_with_a_minus() -> None:
    assert figure.running(27 * MINUTE + 52 * SECOND) == "27:52"
    assert figure.running(7 * HOUR + 16 * MINUTE + 23 * SECOND) == "7:16:23"
    assert figure.running(-6 * MINUTE) == f"{MINUS}6:00"


def test_great_numbers_stand_in_groups_of_three() -> None:
    assert figure.grouped(2_647_260) == f"2{NARROW}647{NARROW}260"
    assert figure.grouped(-1200) == f"{MINUS}1200"


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_local_day_is_as_long_as_the_clock_makes_it(day: str, hours: int) -> None:
    noon = parse_rfc3339(f"{day}T12:00:00Z")
    edges = figure.midnights(noon, noon, BERLIN)
    assert [later - earlier for earlier, later in itertools.pairwise(edges)] == [hours * HOUR]


def test_a_midnight_the_clock_jumps_over_is_the_jump() -> None:
    # In Beirut the clock went from 00:00 to 01:00 on 30 March 2025.
    noon = parse_rfc3339("2025-03-30T10:00:00Z")
    edges = figure.midnights(noon, noon, "Asia/Beirut")
    assert edges[0] == parse_rfc3339("2025-03-29T22:00:00Z")
    assert edges[1] - edges[0] == 23 * HOUR


def test_a_month_begins_at_local_midnight() -> None:
    assert figure.month_start(2026, 10, "Asia/Shanghai") == parse_rfc3339("2026-09-30T16:00:00Z")
