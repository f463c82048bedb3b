"""Which windows exclude: notice, category, confirmation, cap; and when recurring ones take place."""

from pathlib import Path

import pytest

from config.agreement import Agreement
from config.instant import DAY, HOUR, parse_rfc3339
from config.model import Exclusion as Written
from config.model import ExclusionNotice
from sla.exclusion import Exclusion, Flaw, exclusions_in, occurrences
from tests.sla.contract import AGREEMENT, NOVEMBER, OCTOBER, at, config


def agreement(folder: Path, more: str = "") -> Agreement:
    (found,) = (
        config(folder, AGREEMENT.replace('partial_weight: "1/2"', f'partial_weight: "1/2"{more}'))
        .customers["harbour-bank"]
        .agreements
    )
    return found


def written(**more: object) -> Written:
    base: dict[str, object] = {
        "id": "work",
        "components": ("pay",),
        "category": "maintenance",
        "start": at("10-10 01:00:00"),
        "end": at("10-10 05:00:00"),
        "notice": ExclusionNotice(given=at("10-09 01:00:00"), ref="annex 2"),
    }
    return Written.model_validate(base | more)


def judged(one: Written | list[Written], terms: Agreement) -> list[Exclusion]:
    many = one if isinstance(one, list) else [one]
    return list(exclusions_in(many, terms, [terms], (OCTOBER, NOVEMBER)))


@pytest.mark.parametrize(
    ("more", "flaw"),
    [
        ({}, None),
        ({"notice": ExclusionNotice(given=at("10-09 01:00:01"), ref="annex 2")}, Flaw.LATE),
        ({"notice": ExclusionNotice(given=at("10-11 01:00:00"), ref="annex 2")}, Flaw.LATE),
        ({"notice": None}, Flaw.LATE),
        ({"notice": ExclusionNotice(given=at("10-01 00:00:00"))}, Flaw.UNCONFIRMED),
        ({"category": "network-operator", "notice": ExclusionNotice(given=at("10-12 00:00:00"), ref="mail")}, None),
        ({"category": "network-operator", "notice": None}, Flaw.UNCONFIRMED),
        ({"category": "customer"}, Flaw.CUSTOMER_WORD),
    ],
)
def test_an_exclusion_counts_only_if_announced_in_time_and_confirmed(
    tmp_path: Path, more: dict[str, object], flaw: Flaw | None
) -> None:
    (one,) = judged(written(**more), agreement(tmp_path))
    assert (one.flaw, one.valid) == (flaw, flaw is None)


def test_a_category_the_agreement_does_not_name_excludes_nothing(tmp_path: Path) -> None:
    terms = agreement(tmp_path, ", exclusions: {network-operator: {}}")
    (one,) = judged(written(), terms)
    assert one.flaw is Flaw.CATEGORY


def test_the_agreement_in_force_at_the_start_decides(tmp_path: Path) -> None:
    old = agreement(tmp_path)
    new = old.model_copy(update={"version": 2, "effective": at("10-15 00:00:00")})
    old = old.model_copy(update={"until": at("10-15 00:00:00"), "version": 1})
    strict = new.availability.model_copy(update={"exclusions": {}})
    new = new.model_copy(update={"availability": strict})
    later = written(id="later", start=at("10-20 01:00:00"), end=at("10-20 02:00:00"))
    found = exclusions_in([written(), later], new, [old, new], (OCTOBER, NOVEMBER))
    assert [(one.id, one.flaw) for one in found] == [("work", None), ("later", Flaw.CATEGORY)]


def test_a_cap_is_used_up_in_order_of_notice(tmp_path: Path) -> None:
    terms = agreement(tmp_path, ", exclusions: {maintenance: {notice: 24h, cap: 8h}}")
    early = ExclusionNotice(given=at("10-01 00:00:00"), ref="a")
    first = written(id="told-first", start=at("10-25 01:00:00"), end=at("10-25 06:00:00"), notice=early)
    found = judged([written(), first], terms)
    assert [(one.id, one.flaw) for one in found] == [("work", Flaw.CAP), ("told-first", None)]


def test_windows_of_other_components_or_other_months_are_not_listed(tmp_path: Path) -> None:
    terms = agreement(tmp_path)
    assert judged(written(components=("else",)), terms) == []
    assert judged(written(start=NOVEMBER, end=NOVEMBER + HOUR), terms) == []
    (over_the_edge,) = judged(written(start=NOVEMBER - HOUR, end=NOVEMBER + HOUR), terms)
    assert over_the_edge.interval == (NOVEMBER - HOUR, NOVEMBER + HOUR)


def recurring(every: str, duration: int = 2 * HOUR, zone: str = "Europe/Berlin") -> Written:
    return Written.model_validate(
        {
            "id": "r",
            "components": ("pay",),
            "category": "maintenance",
            "every": every,
            "duration": duration,
            "timezone": zone,
        }
    )


@pytest.mark.parametrize(
    ("every", "start", "end", "wanted"),
    [
        ("Sun 01:00", "2026-10-24", "2026-10-26", ["2026-10-24T23:00:00Z"]),
        # A start in the gap is the gap's end, a repeated one the first; the duration is exact.
        ("Sun 02:30", "2026-03-28", "2026-03-30", ["2026-03-29T01:00:00Z"]),
        ("Sun 02:30", "2026-10-24", "2026-10-26", ["2026-10-25T00:30:00Z"]),
        ("day 23:00", "2026-10-01", "2026-10-02", ["2026-09-30T21:00:00Z", "2026-10-01T21:00:00Z"]),
        ("1 04:00", "2026-09-30", "2026-11-30", ["2026-10-01T02:00:00Z", "2026-11-01T03:00:00Z"]),
        ("31 04:00", "2026-10-01", "2026-12-01", ["2026-10-31T03:00:00Z"]),
    ],
)
def test_a_recurring_window_starts_by_the_local_clock(every: str, start: str, end: str, wanted: list[str]) -> None:
    window = parse_rfc3339(f"{start}T00:00:00+02:00"), parse_rfc3339(f"{end}T00:00:00+02:00")
    found = list(occurrences(recurring(every), window))
    assert [first for first, _ in found] == [parse_rfc3339(text) for text in wanted]
    assert all(last - first == 2 * HOUR for first, last in found)


def test_a_long_recurring_window_reaches_into_the_period() -> None:
    window = OCTOBER, OCTOBER + DAY
    found = list(occurrences(recurring("30 00:00", 3 * DAY, "Asia/Shanghai"), window))
    assert found == [(OCTOBER - DAY, OCTOBER + 2 * DAY)]
