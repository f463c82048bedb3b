"""No row of a shipped profile without its demonstration, and every due instant is the one a slow count gives."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from config.agreement import Commitment, Limit
from config.instant import MINUTE, Instant
from incidents.clock import ClockState
from tests.incidents.commitments import (
    INSIDE,
    PROFILES,
    STARTS,
    Row,
    agreement,
    commitment,
    demonstrate,
    fits,
    instant,
    main,
    rows,
    table,
)

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "commitments.md"

# The state council's days of autumn 2026, written out here so that the count below shares nothing with the program.
OFF = {date(2026, 9, day) for day in (25, 26, 27)} | {date(2026, 10, day) for day in range(1, 8)}
MAKE_UP = {date(2026, 9, 20), date(2026, 10, 10)}
STEP = 5


def working(day: date) -> bool:
    return day in MAKE_UP or (day.weekday() < 5 and day not in OFF)


def inside(calendar: str, at: datetime) -> bool:
    minute = at.hour * 60 + at.minute
    match calendar:
        case "24x7":
            return True
        case "service_hours":
            return working(at.date()) and 9 * 60 <= minute < 18 * 60
        case "workdays":
            return working(at.date())
        case "manager":
            return 8 * 60 + 30 <= minute < 17 * 60 + 30
        case _:
            raise AssertionError(calendar)


def ends(limit: Limit, calendar: str, at: datetime) -> Iterator[datetime]:
    """By walking through the days in steps of five minutes, and day by day."""
    if limit.span is not None:
        counted, left, by = at, limit.span // MINUTE, calendar if limit.days is None else "24x7"
        while left:
            left -= STEP * inside(by, counted)
            counted += timedelta(minutes=STEP)
        yield counted
    if limit.days is not None:
        moved, left = at, limit.days
        while not inside(calendar, moved):
            moved += timedelta(minutes=STEP)
        while left:
            moved += timedelta(days=1)
            left -= working(moved.date())
        yield moved


def counted(one: Commitment, start: str) -> Instant | None:
    if one.limit.by_plan:
        return None
    at = datetime.fromisoformat(start)
    wall = one.outside is not None and not inside(one.calendar, at)
    limit, calendar = (one.outside, "24x7") if wall and one.outside is not None else (one.limit, one.calendar)
    return instant(min(ends(limit, calendar, at)).isoformat())


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: f"{row.profile}-{row.level}-{row.clock}-{row.outside}")
def test_every_commitment_of_every_profile_is_met_at_its_end_and_missed_just_after(row: Row) -> None:
    shown = [start for start in STARTS if fits(row, start)]
    assert shown
    for start in shown:
        found = demonstrate(row, start)
        assert found.good, (start, found)
        assert found.due == counted(commitment(row), STARTS[start])
        assert found.started == instant(STARTS[start])
        assert (found.waiting_at_due is None) is (row.clock == "register")


def test_a_demonstration_that_reads_otherwise_is_not_good() -> None:
    found = demonstrate(Row(profile="after-sales", level=1, outside=False, clock="accept"), "inside hours")

    assert not replace(found, met_at_due=ClockState.MISSED).good
    assert not replace(found, missed_after=ClockState.RUNNING).good
    assert not replace(found, waiting_at_due=ClockState.MISSED).good


def test_the_starts_lie_inside_and_outside_service_hours() -> None:
    assert {name for name, at in STARTS.items() if inside("service_hours", datetime.fromisoformat(at))} == INSIDE


def test_a_level_that_takes_nothing_outside_service_hours_waits_for_the_opening() -> None:
    """sla-standard: outside its hours level 1 has clocks of its own, the others begin on Monday morning."""
    levels = {one.number: one.taken_outside_hours for one in agreement("sla-standard").levels}
    assert levels == {1: True, 2: False, 3: False}
    first = Row(profile="sla-standard", level=1, outside=True, clock="workaround")
    second = Row(profile="sla-standard", level=2, outside=False, clock="respond")

    assert demonstrate(first, "a Saturday night").due == instant("2026-09-05T07:00")
    assert demonstrate(second, "a Saturday night").due == instant("2026-09-07T09:30")


def test_the_program_prints_a_line_for_each_row_and_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["service-process"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(list(rows(("service-process",)))) * len(STARTS)
    assert lines[0].endswith("due Fri 09-04 18:30  at due met, 1 ms after missed")


@pytest.mark.parametrize("profile", PROFILES)
def test_the_handbook_s_table_is_what_the_program_says(profile: str) -> None:
    assert "\n".join(["", *table(profile), ""]) in DOCUMENT.read_text()
