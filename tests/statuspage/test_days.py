"""Ninety local days: what counts is sla's own account, and nothing unknown becomes up or down."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from config.instant import DAY, HOUR, MINUTE, Instant, parse_rfc3339
from config.look.state import Shown
from sla.timeline import State
from statuspage.days import DAYS, Span90, edges_of, span90
from statuspage.facts import Change, Window
from tests.statuspage.harbour import CHANGES, NOW, WINDOWS, ZONE, at

UP = Change(state=State.UP, at=at("2026-01-01 00:00:00"))


def spans(*changes: Change, windows: tuple[Window, ...] = (), now: Instant = NOW, zone: str = ZONE) -> Span90:
    return span90(changes, windows, edges_of(now, zone), now)


def spell(start: str, state: State, lasted: int) -> tuple[Change, Change]:
    return Change(state=state, at=at(start)), Change(state=State.UP, at=at(start) + lasted)


def test_there_are_ninety_days_and_today_ends_now() -> None:
    days = spans(UP).days
    assert len(days) == DAYS
    assert days[-1].start == at("2026-11-18 00:00:00")
    assert days[-1].end == NOW
    assert days[0].start == at("2026-08-21 00:00:00")
    assert all(earlier.end == later.start for earlier, later in itertools.pairwise(days))


def test_a_quiet_quarter_is_a_hundred_percent_without_a_row() -> None:
    quiet = spans(UP)
    assert quiet.availability == 1
    assert quiet.eventful == ()
    assert {day.worst for day in quiet.days} == {Shown.UP}


def test_a_partial_outage_counts_half() -> None:
    found = spans(UP, *spell("2026-10-02 09:12:30", State.PARTIAL, 38 * MINUTE + 12_000))
    (day,) = found.eventful
    (part,) = day.parts
    assert part.lasted == 2_292_000
    assert part.counted == 1_146_000


def test_an_outage_over_midnight_belongs_to_both_days_by_its_share() -> None:
    found = spans(UP, *spell("2026-10-02 23:50:00", State.DOWN, 30 * MINUTE))
    assert [day.parts[0].lasted for day in found.eventful] == [20 * MINUTE, 10 * MINUTE]


def test_a_day_is_hollow_when_more_than_a_hundredth_of_it_was_not_measured() -> None:
    for lasted, shown in ((14 * MINUTE + 24_000, Shown.UP), (14 * MINUTE + 25_000, Shown.UNKNOWN)):
        (day,) = spans(UP, *spell("2026-10-15 11:00:00", State.UNKNOWN, lasted)).eventful
        assert day.worst is shown


def test_unmeasured_time_is_shown_and_counts_neither_way() -> None:
    found = spans(UP, *spell("2026-10-15 11:00:00", State.UNKNOWN, 4 * MINUTE))
    (day,) = found.eventful
    assert (day.parts[0].state, day.worst) == (Shown.UNKNOWN, Shown.UP), "a row, but no hollow bar"
    assert day.parts[0].counted == 0
    assert found.unobserved == 4 * MINUTE
    assert found.availability == 1


def test_an_outage_in_agreed_work_is_shown_and_does_not_count() -> None:
    window = Window(id="w", components=("x",), start=at("2026-10-11 01:00:00"), end=at("2026-10-11 05:00:00"))
    found = spans(UP, *spell("2026-10-11 04:30:00", State.DOWN, HOUR), windows=(window,))
    (day,) = found.eventful
    assert [part.state for part in day.parts] == [Shown.DOWN, Shown.MAINTENANCE]
    assert day.parts[0].counted == 30 * MINUTE
    assert day.parts[1].lasted == 4 * HOUR


def test_work_that_was_not_agreed_is_shown_and_the_outage_counts() -> None:
    start = at("2026-10-11 01:00:00")
    window = Window(id="w", components=("x",), start=start, end=start + HOUR, agreed=False)
    found = spans(UP, *spell("2026-10-11 01:10:00", State.DOWN, 10 * MINUTE), windows=(window,))
    assert found.counted == 10 * MINUTE


def test_a_short_hole_between_two_outages_is_down() -> None:
    start = at("2026-10-11 01:00:00")
    found = spans(
        UP,
        Change(state=State.DOWN, at=start),
        Change(state=State.UNKNOWN, at=start + MINUTE),
        Change(state=State.DOWN, at=start + 5 * MINUTE),
        Change(state=State.UP, at=start + 6 * MINUTE),
    )
    assert found.counted == 6 * MINUTE
    assert found.unobserved == 0


def test_before_the_first_measurement_there_are_no_bars_and_no_share() -> None:
    nothing = spans()
    assert nothing.availability is None
    assert not any(day.measured for day in nothing.days)
    young = spans(Change(state=State.UP, at=NOW - 10 * DAY))
    assert sum(day.measured for day in young.days) == 11
    assert young.availability == 1
    assert young.unobserved == 0


def test_the_later_recorded_of_two_changes_at_one_instant_holds() -> None:
    start = at("2026-10-11 01:00:00")
    found = spans(UP, Change(state=State.DOWN, at=start), Change(state=State.UP, at=start))
    assert found.counted == 0


@pytest.mark.parametrize("component", sorted(CHANGES))
def test_the_days_add_up_to_the_account(component: str) -> None:
    mine = tuple(window for window in WINDOWS if component in window.components)
    found = spans(*CHANGES[component], windows=mine)
    assert sum((part.counted for day in found.days for part in day.parts), Fraction(0)) == found.counted


@given(
    pieces=some.lists(
        some.tuples(some.sampled_from(list(State)), some.integers(min_value=1, max_value=5 * DAY)), max_size=40
    ),
    windows=some.lists(
        some.tuples(some.integers(min_value=0, max_value=95 * DAY), some.integers(min_value=1, max_value=DAY)),
        max_size=5,
    ),
    zone=some.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin", "Pacific/Chatham"]),
)
def test_whatever_happens_the_days_add_up_and_no_day_is_longer_than_itself(
    pieces: list[tuple[State, int]], windows: list[tuple[int, int]], zone: str
) -> None:
    now = parse_rfc3339("2026-11-18T06:32:08Z")
    start = now - 95 * DAY
    changes = []
    for state, lasted in pieces:
        changes.append(Change(state=state, at=start))
        start += lasted
    over = tuple(
        Window(id=str(number), components=("x",), start=now - 95 * DAY + first, end=now - 95 * DAY + first + lasted)
        for number, (first, lasted) in enumerate(windows)
    )
    found = span90([change for change in changes if change.at < now], over, edges_of(now, zone), now)
    assert sum((part.counted for day in found.days for part in day.parts), Fraction(0)) == found.counted
    for day in found.days:
        assert all(0 < part.lasted <= day.end - day.start for part in day.parts)
    if found.availability is not None:
        assert 0 <= found.availability <= 1


def test_two_works_at_once_make_a_day_no_longer() -> None:
    start = at("2026-10-11 01:00:00")
    over = tuple(
        Window(id=id, components=("x",), start=start + after, end=start + HOUR)
        for id, after in (("a", 0), ("b", MINUTE))
    )
    (day,) = spans(UP, windows=over).eventful
    assert [(part.state, part.lasted) for part in day.parts] == [(Shown.MAINTENANCE, HOUR)]


@pytest.mark.parametrize("now", ["2026-03-29T22:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T23:00:00Z"])
def test_ninety_days_stay_ninety_when_the_clock_changes(now: str) -> None:
    instant = parse_rfc3339(now)
    edges = edges_of(instant, "Europe/Berlin")
    assert len(edges) == DAYS + 1
    assert edges[-2] <= instant < edges[-1]
