"""Whose turn it is, by the rota's wall clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from config.instant import MINUTE, Instant, instant_of
from config.model import Rota
from incidents.oncall import on_call

PEOPLE = ("li", "wang", "zhao")


def rota(zone: str = "Asia/Shanghai", **changes: object) -> Rota:
    return Rota.model_validate({"id": "primary", "timezone": zone, "people": PEOPLE, **changes})


def at(text: str, zone: str = "Asia/Shanghai") -> Instant:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def after(person: str) -> str:
    return PEOPLE[(PEOPLE.index(person) + 1) % 3]


def test_a_week_s_turn_lasts_from_hand_off_to_hand_off() -> None:
    turn = on_call(rota(), at("2026-11-16T09:00:00"))

    assert on_call(rota(), at("2026-11-22T23:59:59")) == turn
    assert on_call(rota(), at("2026-11-23T09:00:00") - 1) == turn
    assert on_call(rota(), at("2026-11-23T09:00:00")) == after(turn)
    assert on_call(rota(), at("2026-11-16T09:00:00") - 1) != turn


def test_everybody_has_a_turn_and_in_the_order_written() -> None:
    turns = [on_call(rota(), at(f"2026-11-{day:02d}T12:00:00")) for day in (2, 9, 16, 23)]

    assert turns[3] == turns[0]
    assert turns[1] == after(turns[0])
    assert turns[2] == after(turns[1])


def test_a_daily_rota_changes_every_day_at_its_time() -> None:
    daily = rota(rotate="daily", handoff="18:00")
    turn = on_call(daily, at("2026-11-20T18:00:00"))

    assert on_call(daily, at("2026-11-21T18:00:00") - 1) == turn
    assert on_call(daily, at("2026-11-21T18:00:00")) == after(turn)


def test_a_daily_rota_does_not_mind_a_weekday_in_its_hand_off() -> None:
    assert on_call(rota(rotate="daily"), at("2026-11-20T09:00:00")) == on_call(
        rota(rotate="daily", handoff="09:00"), at("2026-11-20T09:00:00")
    )


@pytest.mark.parametrize("handoff", ["mon 09:00", "MON 09:00", "Mon 09:00"])
def test_a_weekday_may_be_written_as_the_configuration_allows_it(handoff: str) -> None:
    """The configuration takes a weekday in any case, so paging must not stumble over one."""
    moment = at("2026-11-18T12:00:00")

    assert on_call(rota(handoff=handoff), moment) == on_call(rota(), moment)


@pytest.mark.parametrize(("before", "change"), [("2026-03-23", "2026-03-30"), ("2026-10-19", "2026-10-26")])
def test_the_wall_clock_decides_across_a_change_of_the_clock(before: str, change: str) -> None:
    """The week is an hour shorter or longer; nobody is on call at nine o'clock and an hour."""
    berlin = rota("Europe/Berlin")
    turn = on_call(berlin, at(f"{before}T09:00:00", "Europe/Berlin"))

    handoff = at(f"{change}T09:00:00", "Europe/Berlin")

    assert on_call(berlin, handoff - 1) == turn
    assert on_call(berlin, handoff) == after(turn)


def test_a_hand_off_in_the_hour_that_does_not_exist_is_at_the_gap_s_end() -> None:
    berlin = rota("Europe/Berlin", rotate="daily", handoff="02:30")
    gap_end = at("2026-03-29T03:00:00", "Europe/Berlin")

    assert on_call(berlin, gap_end) == after(on_call(berlin, gap_end - 1))
    assert on_call(berlin, gap_end + 30 * MINUTE) == on_call(berlin, gap_end)


def test_a_hand_off_in_the_hour_that_comes_twice_is_in_the_first() -> None:
    berlin = rota("Europe/Berlin", rotate="daily", handoff="02:30")
    first = at("2026-10-25T02:30:00", "Europe/Berlin")

    assert on_call(berlin, first) == after(on_call(berlin, first - 1))
    assert on_call(berlin, first + 60 * MINUTE) == on_call(berlin, first)


def test_shanghai_has_no_change_of_the_clock() -> None:
    turn = on_call(rota(), at("2026-03-23T09:00:00"))

    assert on_call(rota(), at("2026-03-30T09:00:00") - 1) == turn


def test_one_person_is_always_on_call_also_before_the_beginning_of_time() -> None:
    alone = rota().model_copy(update={"people": ("li",)})

    assert on_call(alone, -(10**12)) == on_call(alone, 0) == "li"
