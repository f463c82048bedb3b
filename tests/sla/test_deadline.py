"""sla-definition.md, 'Deadlines', sentence by sentence; the shipped cases; every wrong case with its line."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sla import deadline_oracle
from tests.sla.solving import CASES, deadline_of, deadline_problems

SHIPPED: list[dict[str, Any]] = json.loads((CASES / "deadline.json").read_text(encoding="utf-8"))
OFFICE = {"timezone": "UTC", "hours": {"mon-fri": ["09:00-12:00", "13:00-18:00"]}}
ALWAYS = {"hours": {"mon-sun": ["00:00-24:00"]}}


@pytest.mark.parametrize("case", SHIPPED, ids=lambda case: str(case["id"]))
def test_a_shipped_case_is_due_as_it_says(case: dict[str, Any]) -> None:
    result = deadline_of(case)
    assert {key: result[key] for key in case["expected"]} == case["expected"]
    assert ("provisional" in result) == ("provisional" in case["expected"])


def test_a_list_is_answered_in_its_order() -> None:
    assert deadline_of(SHIPPED) == [deadline_of(case) for case in SHIPPED]


def due(start: str, calendar: dict[str, Any] = OFFICE, **asked: object) -> object:
    result = deadline_of({"calendar": calendar, "start": start, **asked})
    return result["due"] if set(result) == {"due"} else result


@pytest.mark.parametrize(
    ("start", "seconds", "want"),
    [
        ("2026-03-02T08:00:00", 0, "2026-03-02T09:00:00"),
        ("2026-03-02T09:00:00", 0, "2026-03-02T09:00:00"),
        ("2026-03-02T12:00:00", 0, "2026-03-02T13:00:00"),
        ("2026-03-02T12:30:00", 0, "2026-03-02T13:00:00"),
        ("2026-03-02T18:00:00", 0, "2026-03-03T09:00:00"),
        ("2026-03-06T18:00:00", 0, "2026-03-09T09:00:00"),
        ("2026-03-02T11:59:59", 1, "2026-03-02T12:00:00"),
        ("2026-03-02T11:59:59", 2, "2026-03-02T13:00:01"),
        ("2026-03-02T09:00:00", 8 * 3600, "2026-03-02T18:00:00"),
        ("2026-03-02T09:00:00", 8 * 3600 + 1, "2026-03-03T09:00:01"),
        ("2026-03-06T17:00", 7200, "2026-03-09T10:00:00"),
    ],
)
def test_seconds_run_inside_hours_from_the_moved_start(start: str, seconds: int, want: str) -> None:
    assert due(start, seconds=seconds) == want


@pytest.mark.parametrize(
    ("start", "days", "mode", "want"),
    [
        ("2026-03-02T10:00:00", 0, "same_time", "2026-03-02T10:00:00"),
        ("2026-03-02T20:00:00", 0, "end_of_day", "2026-03-03T09:00:00"),
        ("2026-03-02T10:00:00", 1, "same_time", "2026-03-03T10:00:00"),
        ("2026-03-02T10:00:00", 1, "end_of_day", "2026-03-03T18:00:00"),
        ("2026-03-06T10:00:00", 1, "same_time", "2026-03-09T10:00:00"),
        ("2026-03-07T10:00:00", 1, "same_time", "2026-03-10T09:00:00"),
        ("2026-03-02T18:00:00", 1, "same_time", "2026-03-04T09:00:00"),
        ("2026-03-02T12:15:00", 1, "same_time", "2026-03-03T13:00:00"),
    ],
)
def test_days_add_working_days_to_the_moved_start(start: str, days: int, mode: str, want: str) -> None:
    assert due(start, days=days, mode=mode) == want


@pytest.mark.parametrize(
    ("clock", "want"),
    [("08:00", "10:00"), ("12:30", "14:00"), ("13:00", "14:00"), ("14:30", "14:30"), ("17:30", "16:00")],
)
def test_a_kept_local_time_outside_the_hours_of_its_day_moves(clock: str, want: str) -> None:
    calendar = {"timezone": "UTC", "hours": {"mon": ["08:00-18:00"], "tue": ["10:00-16:00"]}}
    broken = calendar | {"breaks": {"2026-03-03": ["12:00-14:00"]}}
    assert due(f"2026-03-02T{clock}:00", broken, days=1) == f"2026-03-03T{want}:00"


def test_shifts_beat_work_beats_off_beats_the_week_and_breaks_subtract_last() -> None:
    calendar = OFFICE | {
        "off": ["2026-03-02", "2026-03-03", "2026-03-04"],
        "work": {"2026-03-07": "mon", "2026-03-08": "sun"},
        "shifts": {"2026-03-03": ["06:00-07:00"], "2026-03-05": [], "2026-03-07": ["20:00-24:00"]},
        "breaks": {"2026-03-03": ["06:00-06:30"], "2026-03-06": ["00:00-24:00"], "2026-03-07": ["21:00-24:00"]},
    }
    assert due("2026-03-02T09:00:00", calendar, seconds=0) == "2026-03-03T06:30:00"
    assert due("2026-03-03T07:00:00", calendar, seconds=0) == "2026-03-07T20:00:00"
    assert due("2026-03-03T07:00:00", calendar, seconds=3600) == "2026-03-07T21:00:00"
    assert due("2026-03-03T07:00:00", calendar, seconds=3601) == "2026-03-09T09:00:01"
    assert due("2026-03-03T06:45:00", calendar, days=1) == "2026-03-07T20:00:00"


def test_a_range_may_wrap_and_a_single_day_beats_it() -> None:
    calendar = {"timezone": "UTC", "hours": {"fri-mon": ["10:00-11:00"], "sat": ["20:00-21:00"], "sun": []}}
    starts = ["2026-03-05T00:00:00", "2026-03-06T11:00:00", "2026-03-07T21:00:00", "2026-03-09T11:00:00"]
    wants = ["2026-03-06T10:00:00", "2026-03-07T20:00:00", "2026-03-09T10:00:00", "2026-03-13T10:00:00"]
    assert [due(start, calendar, seconds=0) for start in starts] == wants


def test_touching_pieces_have_no_closing_between_them() -> None:
    calendar = {"timezone": "UTC", "hours": {"mon-fri": ["09:00-12:00", "12:00-18:00", "11:00-13:00"]}}
    assert due("2026-03-02T12:00:00", calendar, seconds=0) == "2026-03-02T12:00:00"
    night = {"timezone": "UTC", "hours": {"mon": ["22:00-24:00"], "tue": ["00:00-06:00"]}}
    assert due("2026-03-02T22:00:00", night, seconds=7200) == "2026-03-03T00:00:00"
    assert due("2026-03-02T22:00:00", night, seconds=7201) == "2026-03-03T00:00:01"
    assert due("2026-02-24T01:00:00", night, days=1, mode="end_of_day") == "2026-03-03T00:00:00"


@pytest.mark.parametrize(
    ("start", "seconds", "want"),
    [
        # 2026-03-29: 02:00 becomes 03:00. 2026-10-25: 03:00 becomes 02:00.
        ("2026-03-29T01:00:00", 7200, "2026-03-29T04:00:00"),
        ("2026-03-29T02:30:00", 0, "2026-03-29T03:00:00"),
        ("2026-03-29T02:30:00", 60, "2026-03-29T03:01:00"),
        ("2026-10-25T01:00:00", 7200, "2026-10-25T02:00:00"),
        ("2026-10-25T02:30:00", 3600, "2026-10-25T02:30:00"),
        ("2026-10-25T02:30:00", 7200, "2026-10-25T03:30:00"),
    ],
)
def test_seconds_are_real_ones_across_a_clock_change(start: str, seconds: int, want: str) -> None:
    assert due(start, ALWAYS | {"timezone": "Europe/Berlin"}, seconds=seconds) == want


@pytest.mark.parametrize(
    ("zone", "pieces", "day", "want"),
    [
        ("Europe/Berlin", ["00:00-24:00"], "2026-03-29", 23),
        ("Europe/Berlin", ["00:00-24:00"], "2026-10-25", 25),
        ("Europe/Berlin", ["02:00-03:00"], "2026-03-29", 0),
        ("Europe/Berlin", ["02:30-04:00"], "2026-03-29", 1),
        ("Europe/Berlin", ["01:00-02:30"], "2026-03-29", 1),
        ("Europe/Berlin", ["02:00-02:30"], "2026-10-25", 1.5),
        ("Europe/Berlin", ["02:30-03:00"], "2026-10-25", 1.5),
        ("Europe/Berlin", ["01:00-03:00"], "2026-10-25", 3),
        # Midnight itself is missing, or comes twice; a whole day is missing; half an hour is.
        ("America/Sao_Paulo", ["00:00-02:00"], "2018-11-04", 1),
        ("America/Havana", ["00:00-02:00"], "2026-11-01", 3),
        ("Pacific/Apia", ["00:00-24:00"], "2011-12-30", 0),
        ("Australia/Lord_Howe", ["02:00-03:00"], "2026-10-04", 0.5),
        ("Australia/Lord_Howe", ["01:00-03:00"], "2026-04-05", 2.5),
    ],
)
def test_hours_follow_the_wall_clock_of_a_changed_day(zone: str, pieces: list[str], day: str, want: float) -> None:
    calendar = {"timezone": zone, "hours": {}, "shifts": {day: pieces}}
    result = deadline_of({"calendar": calendar, "start": f"{day}T00:00:00", "end": "2027-01-01T00:00:00"})
    assert result == {"seconds": want * 3600}


def test_a_break_over_a_repeated_hour_takes_both() -> None:
    calendar = {
        "timezone": "Europe/Berlin",
        "hours": {"sun": ["00:00-04:00"]},
        "breaks": {"2026-10-25": ["02:00-02:30"]},
    }
    case = {"calendar": calendar, "start": "2026-10-25T00:00:00", "end": "2026-10-26T00:00:00"}
    assert deadline_of(case) == {"seconds": 5 * 3600 - 5400}


@pytest.mark.parametrize(
    ("start", "end", "want"),
    [
        ("2026-03-02T09:00:00", "2026-03-02T09:00:00", 0),
        ("2026-03-03T09:00:00", "2026-03-02T09:00:00", 0),
        ("2026-03-02T08:00:00", "2026-03-02T09:00:01", 1),
        ("2026-03-02T17:59:59", "2026-03-03T09:00:00", 1),
        ("2026-03-01T00:00:00", "2026-03-08T00:00:00", 40 * 3600),
    ],
)
def test_an_end_counts_the_seconds_within(start: str, end: str, want: int) -> None:
    assert deadline_of({"calendar": OFFICE, "start": start, "end": end}) == {"seconds": want}


def test_only_a_look_past_what_is_published_is_provisional_and_uses_the_weekly_hours() -> None:
    calendar = OFFICE | {
        "published_until": "2026-03-03",
        "off": ["2026-03-04"],
        "work": {"2026-03-07": "mon"},
        "shifts": {"2026-03-05": ["20:00-21:00"]},
    }
    assert due("2026-03-03T17:00:00", calendar, seconds=3600) == "2026-03-03T18:00:00"
    later = {"due": "2026-03-04T09:00:01", "provisional": True}
    assert due("2026-03-03T17:00:00", calendar, seconds=3601) == later
    assert due("2026-03-03T18:00:00", calendar, seconds=0) == {"due": "2026-03-04T09:00:00", "provisional": True}
    assert due("2026-03-02T10:00:00", calendar, days=1) == "2026-03-03T10:00:00"
    assert due("2026-03-02T10:00:00", calendar, days=3) == {"due": "2026-03-05T10:00:00", "provisional": True}
    assert due("2026-03-06T17:30:00", calendar, seconds=3600) == {"due": "2026-03-09T09:30:00", "provisional": True}
    count = {"calendar": calendar, "start": "2026-03-03T00:00:00"}
    assert deadline_of(count | {"end": "2026-03-04T00:00:00"}) == {"seconds": 8 * 3600}
    assert deadline_of(count | {"end": "2026-03-04T00:00:01"}) == {"seconds": 8 * 3600, "provisional": True}
    assert deadline_of({"calendar": calendar, "start": "2026-03-09T00:00:00", "end": "2026-03-08T00:00:00"}) == {
        "seconds": 0
    }


CASE: dict[str, Any] = {"calendar": OFFICE, "start": "2026-03-02T09:00:00", "seconds": 1}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"seconds": -1}, "seconds: must be at least 0"),
    ({"seconds": 1.0}, "seconds: 1.0 is not exact"),
    ({"seconds": True}, "seconds: must be a whole number"),
    ({"days": 1}, "must hold exactly one of seconds, days and end"),
    ({"mode": "end_of_day"}, "mode: goes with days only"),
    ({"modes": 1}, "modes: unknown key"),
    ({"start": "2026-03-02"}, "start: must be a local time like"),
    ({"start": "2026-03-02T09:00:00Z"}, "start: must be a local time like"),
    ({"start": "2026-03-02T09:00:00+08:00"}, "start: must be a local time like"),
    ({"start": "2026-02-30T09:00:00"}, "start: day is out of range"),
    ({"start": 5}, "start: must be a text, not a number"),
    ({"calendar": None}, "calendar: must be an object, not null"),
    ({"calendar": {"hours": {}}}, "calendar.timezone: is missing"),
    ({"calendar": OFFICE | {"timezone": "Mars/Base"}}, "calendar.timezone: unknown time zone"),
    ({"calendar": OFFICE | {"country": "CN"}}, "calendar.country: unknown key"),
    ({"calendar": OFFICE | {"hours": {"mon": ["18:00-09:00"]}}}, "calendar.hours.mon[0]: '18:00-09:00' ends before"),
    ({"calendar": OFFICE | {"hours": {"mon": ["09:00-09:00"]}}}, "calendar.hours.mon[0]: '09:00-09:00' ends before"),
    ({"calendar": OFFICE | {"hours": {"mon": ["09:00-24:01"]}}}, "calendar.hours.mon[0]: '09:00-24:01' is no piece"),
    ({"calendar": OFFICE | {"hours": {"mon": ["9-18\n"]}}}, "calendar.hours.mon[0]: '9-18\\n' is no piece"),
    ({"calendar": OFFICE | {"hours": {"mon": "09:00-18:00"}}}, "calendar.hours.mon: must be a list"),
    ({"calendar": OFFICE | {"hours": {"monday": []}}}, "calendar.hours.monday: 'monday' names no days"),
    ({"calendar": OFFICE | {"hours": {"mon-": []}}}, "calendar.hours.mon-: 'mon-' names no days"),
    ({"calendar": OFFICE | {"hours": {"mon-wed": [], "wed-fri": []}}}, "calendar.hours: wed stands in two ranges"),
    ({"calendar": OFFICE | {"off": ["2026-3-2"]}}, "calendar.off[0]: '2026-3-2' is no date"),
    ({"calendar": OFFICE | {"work": {"2026-03-07": "monday"}}}, "calendar.work.2026-03-07: 'monday' is no weekday"),
    (
        {"calendar": OFFICE | {"off": ["2026-03-07"], "work": {"2026-03-07": "mon"}}},
        "calendar.work.2026-03-07: stands in off too",
    ),
    ({"calendar": OFFICE | {"shifts": {"2026-13-07": []}}}, "calendar.shifts.2026-13-07: '2026-13-07' is no date"),
    ({"calendar": OFFICE | {"breaks": {"2026-03-07": ["x"]}}}, "calendar.breaks.2026-03-07[0]: 'x' is no piece"),
    ({"calendar": OFFICE | {"published_until": "soon"}}, "calendar.published_until: 'soon' is no date"),
    ({"calendar": {"timezone": "UTC", "hours": {}}}, "the calendar has too little business time after the start"),
    ({"start": "9999-12-31T17:59:59", "seconds": 9}, "the calendar has too little business time after the start"),
]


@pytest.mark.parametrize(("change", "line"), WRONG, ids=[line for _, line in WRONG])
def test_a_wrong_case_is_one_line_with_its_path(change: dict[str, Any], line: str) -> None:
    (alone,) = deadline_problems(CASE | change)
    assert alone.startswith(line)
    (listed,) = deadline_problems([CASE, CASE | change])
    assert listed.startswith("cases[1]")


def test_every_problem_is_said_at_once_and_nothing_asked_is_one() -> None:
    bare = {"calendar": OFFICE | {"off": ["x"]}, "start": "y"}
    assert [line.split(":")[0] for line in deadline_problems(bare)] == [
        "calendar.off[0]",
        "start",
        "must hold exactly one of seconds, days and end",
    ]


ZONES = {
    "UTC": "2026-05-10",
    "Asia/Shanghai": "2026-02-12",
    "Europe/Berlin": "2026-03-28",
    "America/New_York": "2026-10-31",
    "America/Havana": "2026-10-31",
    "Australia/Lord_Howe": "2026-04-04",
    "America/Sao_Paulo": "2018-11-03",
}
QUARTERS = st.integers(0, 96)


@st.composite
def pieces(draw: st.DrawFn) -> list[str]:
    edges = sorted(draw(st.sets(QUARTERS, min_size=2, max_size=4)))
    spans = [(edges[i], edges[i + 1]) for i in range(0, len(edges) - 1, 2)]
    return [f"{a // 4:02d}:{a % 4 * 15:02d}-{b // 4:02d}:{b % 4 * 15:02d}" for a, b in spans]


@st.composite
def deadlines(draw: st.DrawFn) -> dict[str, Any]:
    zone = draw(st.sampled_from(sorted(ZONES)))
    first = date.fromisoformat(ZONES[zone])
    near = st.integers(0, 6).map(lambda n: (first + timedelta(days=n)).isoformat())
    keys = draw(st.lists(st.sampled_from(["mon-fri", "sat", "sun", "wed"]), min_size=1, max_size=3, unique=True))
    calendar: dict[str, Any] = {"timezone": zone, "hours": {key: draw(pieces()) for key in keys}}
    calendar["off"] = draw(st.lists(near, max_size=2))
    calendar["shifts"] = draw(st.dictionaries(near, pieces(), max_size=2))
    calendar["breaks"] = draw(st.dictionaries(near, pieces(), max_size=2))
    work = draw(st.dictionaries(near, st.sampled_from(deadline_oracle.NAMES), max_size=2))
    calendar["work"] = {day: like for day, like in work.items() if day not in calendar["off"]}
    if draw(st.booleans()):
        calendar["published_until"] = draw(near)
    clock = draw(st.integers(0, 95))
    start = f"{draw(near)}T{clock // 4:02d}:{clock % 4 * 15:02d}:00"
    asked: dict[str, Any] = draw(
        st.one_of(
            st.fixed_dictionaries({"seconds": st.integers(0, 30).map(lambda n: n * 1000)}),
            st.fixed_dictionaries({"days": st.integers(0, 2), "mode": st.sampled_from(["same_time", "end_of_day"])}),
            st.fixed_dictionaries({"end": near.map(lambda day: f"{day}T02:30:00")}),
        )
    )
    return {"calendar": calendar, "start": start, **asked}


@settings(max_examples=150, deadline=None)
@given(deadlines())
@pytest.mark.slow
def test_both_readings_of_the_deadline_rules_agree(case: dict[str, Any]) -> None:
    try:
        wanted = deadline_oracle.solve(case, days=24)
    except (AssertionError, IndexError, StopIteration):
        # Too little business time within what the slow reading looks at.
        return
    assert deadline_of(case) == wanted
