"""The clocks of a case: when each runs out, what stops it, and when it was kept."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.agreement import Agreement, Calendar, CaseKind, Commitment, Limit
from config.instant import DAY, HOUR, MINUTE, Instant, Span, instant_of
from incidents.case import (
    BeyondAbility,
    Case,
    CaseEvent,
    CaseNoted,
    CaseOpened,
    CaseRecorded,
    CaseResolved,
    Confirmed,
    Contested,
    Fulfilled,
    Resumed,
    Waiting,
    replay_case,
)
from incidents.clock import Clock, ClockState, clocks, latest
from tests.incidents.samples import NOON, agreement, availability, commitment, level, office

Happened = tuple[CaseEvent, Instant]
NEW_YORK = "America/New_York"
BERLIN = "Europe/Berlin"
SHANGHAI = "Asia/Shanghai"


def at(text: str, zone: str = SHANGHAI) -> Instant:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def begun(start: Instant, reported: Instant | None = None) -> CaseRecorded:
    event = CaseOpened(
        customer="acme",
        agreement="acme/main",
        agreement_version=1,
        kind=CaseKind.FAULT,
        level=1,
        title="nothing works",
        reported_at=start if reported is None else reported,
    )
    return CaseRecorded(event=event, happened_at=start, recorded_at=start, by="test")


def case(start: Instant, *later: tuple[CaseEvent, Instant], reported: Instant | None = None) -> Case:
    log = [CaseRecorded(event=event, happened_at=when, recorded_at=when, by="test") for event, when in later]
    return replay_case("CASE-2026-0001", [begun(start, reported), *log])


def contract(limit: Span, calendar: Calendar | None = None, **changes: Any) -> Agreement:
    """Respond and resolve with that limit, on the calendar if there is one, else round the clock."""
    name = "24x7" if calendar is None else calendar.id
    made = level(1, commitment("respond", limit, calendar=name), commitment("resolve", limit, calendar=name, **changes))
    return agreement(levels=(made,), calendars={} if calendar is None else {calendar.id: calendar})


def clock(case: Case, agreed: Agreement, name: str = "resolve", now: Instant = NOON) -> Clock:
    """Its newest cycle."""
    return [one for one in clocks(case, agreed, now) if one.name == name][-1]


LUNCH = office(id="lunch", hours={"mon-fri": ("09:00-12:00", "13:30-18:00")}, off=(), work={}, country=None)
NO_MAKE_UP = office(work={})
NIGHT = Calendar(id="night", timezone=BERLIN, hours={"mon-sun": ("00:00-08:00",)})

VECTORS = [
    ("V1 over a weekend", "2026-09-04T16:30", 4, office(), SHANGHAI, "2026-09-07T11:30"),
    ("V2 begun on a Saturday", "2026-09-05T03:00", 1, office(), SHANGHAI, "2026-09-07T10:00"),
    ("V4 over the National Day", "2026-09-30T17:00", 4, office(), SHANGHAI, "2026-10-08T12:00"),
    ("V5 a make-up Saturday", "2026-10-09T17:00", 4, office(), SHANGHAI, "2026-10-10T12:00"),
    ("V5 without it", "2026-10-09T17:00", 4, NO_MAKE_UP, SHANGHAI, "2026-10-12T12:00"),
    ("V6 due at closing", "2026-09-04T14:00", 4, office(), SHANGHAI, "2026-09-04T18:00"),
    ("V7 over lunch", "2026-09-08T11:00", 3, LUNCH, SHANGHAI, "2026-09-08T15:30"),
    ("V8 a spring change", "2026-03-07T12:00", 24, None, NEW_YORK, "2026-03-08T13:00"),
    ("V9 an autumn change", "2026-10-31T12:00", 24, None, NEW_YORK, "2026-11-01T11:00"),
    ("V10 a night of seven hours", "2026-03-29T00:00", 8, NIGHT, BERLIN, "2026-03-30T01:00"),
    ("V11 a night of nine hours", "2026-10-25T00:00", 8, NIGHT, BERLIN, "2026-10-25T07:00"),
]


@pytest.mark.parametrize(
    ("start", "hours", "calendar", "zone", "due"), [row[1:] for row in VECTORS], ids=[row[0] for row in VECTORS]
)
def test_a_limit_runs_out_when_the_calendar_says(
    start: str, hours: int, calendar: Calendar | None, zone: str, due: str
) -> None:
    found = clock(case(at(start, zone)), contract(hours * HOUR, calendar))

    assert found.due_at == at(due, zone)


def test_waiting_for_the_customer_moves_the_end_by_the_business_time_waited() -> None:
    """V3: paused from Tuesday 17:00 to Wednesday 10:00; what is used up does not move with the time waited."""
    waiting = (Waiting(awaited="the log file"), at("2026-09-08T17:00"))
    over = (Resumed(), at("2026-09-09T10:00"))
    agreed = contract(4 * HOUR, office())

    found = clock(case(at("2026-09-08T15:00"), waiting, over), agreed)

    assert found.due_at == at("2026-09-09T12:00")
    assert [found.limit.at(share) for share in (50, 75, 100)] == [
        at(when) for when in ("2026-09-08T17:00", "2026-09-09T11:00", "2026-09-09T12:00")
    ]
    assert clock(case(at("2026-09-08T15:00")), agreed).limit.at(75) == at("2026-09-08T18:00")


def test_while_it_waits_the_resolve_clock_has_no_end_and_the_respond_clock_goes_on() -> None:
    waits = case(NOON, (Waiting(awaited="a log"), NOON + MINUTE))
    agreed = contract(HOUR)

    assert (clock(waits, agreed).due_at, clock(waits, agreed).state) == (None, ClockState.PAUSED)
    assert clock(waits, agreed, "respond").due_at == NOON + HOUR
    assert clock(waits, agreed, "respond", NOON + 2 * HOUR).state is ClockState.MISSED


def test_a_wait_that_begins_after_the_end_repairs_nothing() -> None:
    waits = case(NOON, (Waiting(awaited="a log"), NOON + 2 * HOUR))

    found = clock(waits, contract(HOUR), now=NOON + 3 * HOUR)

    assert (found.due_at, found.state) == (NOON + HOUR, ClockState.MISSED)


def test_several_waits_add_up_and_one_at_night_costs_nothing() -> None:
    night: list[Happened] = [(Waiting(awaited="x"), at("2026-09-08T19:00")), (Resumed(), at("2026-09-09T08:00"))]
    day: list[Happened] = [(Waiting(awaited="x"), at("2026-09-09T09:00")), (Resumed(), at("2026-09-09T10:00"))]

    found = clock(case(at("2026-09-08T15:00"), *night, *day), contract(4 * HOUR, office()))

    assert found.due_at == at("2026-09-09T11:00")


def test_time_that_was_waited_twice_counts_once() -> None:
    """A wait is written down while an earlier one, back-dated, still covers part of it."""
    waits: list[Happened] = [
        (Waiting(awaited="a"), NOON + 10 * MINUTE),
        (Resumed(), NOON + 30 * MINUTE),
        (Waiting(awaited="b"), NOON + 20 * MINUTE),
        (Resumed(), NOON + 40 * MINUTE),
    ]

    assert clock(case(NOON, *waits), contract(HOUR)).due_at == NOON + HOUR + 30 * MINUTE


def test_a_wait_counts_from_when_the_customer_was_told_and_not_from_what_we_say() -> None:
    waiting = CaseRecorded(
        event=Waiting(awaited="a log"), happened_at=NOON + 1, recorded_at=NOON + 30 * MINUTE, by="person:li"
    )
    resumed = CaseRecorded(
        event=Resumed(), happened_at=NOON + 40 * MINUTE, recorded_at=NOON + 40 * MINUTE, by="person:li"
    )

    found = replay_case("CASE-2026-0001", [begun(NOON), waiting, resumed])

    assert clock(found, contract(HOUR)).due_at == NOON + HOUR + 10 * MINUTE


def test_an_answer_back_dated_before_the_wait_leaves_no_wait() -> None:
    answered = case(NOON, (Waiting(awaited="a"), NOON + 30 * MINUTE), (Resumed(), NOON + 10 * MINUTE))

    assert clock(answered, contract(HOUR)).due_at == NOON + HOUR


@pytest.mark.parametrize(("late", "state"), [(-1, ClockState.MET), (0, ClockState.MET), (1, ClockState.MISSED)])
def test_what_is_done_exactly_at_the_end_is_in_time(late: Span, state: ClockState) -> None:
    done = case(NOON, (CaseResolved(how="restarted"), NOON + HOUR + late))

    found = clock(done, contract(HOUR), now=NOON + DAY)

    assert (found.state, found.done_at) == (state, NOON + HOUR + late)


@pytest.mark.parametrize(("late", "state"), [(0, ClockState.RUNNING), (1, ClockState.MISSED)])
def test_what_is_not_done_is_missed_only_after_the_end(late: Span, state: ClockState) -> None:
    assert clock(case(NOON), contract(HOUR), now=NOON + HOUR + late).state is state


def test_a_contested_result_lets_the_clock_run_on_from_where_it_began() -> None:
    contested = case(NOON, (CaseResolved(how="x"), NOON + 10 * MINUTE), (Contested(reason="no"), NOON + 20 * MINUTE))

    found = clock(contested, contract(HOUR), now=NOON + 30 * MINUTE)

    assert (found.done_at, found.due_at, found.state) == (None, NOON + HOUR, ClockState.RUNNING)


def test_the_first_fulfilment_counts_even_when_a_later_one_is_written_first() -> None:
    twice = case(
        NOON,
        (Fulfilled(commitment="respond", how="mail"), NOON + 5 * MINUTE),
        (Fulfilled(commitment="respond", how="call"), NOON + 2 * MINUTE),
    )

    assert clock(twice, contract(HOUR), "respond").done_at == NOON + 2 * MINUTE


def test_clocks_start_with_the_customer_s_report_if_that_was_earlier() -> None:
    found = clock(case(NOON, reported=NOON - 20 * MINUTE), contract(HOUR))

    assert (found.started_at, found.due_at) == (NOON - 20 * MINUTE, NOON + 40 * MINUTE)


def test_an_internal_target_is_a_second_end_that_waits_too() -> None:
    agreed = contract(4 * HOUR, target=Limit(span=HOUR))
    waited = case(NOON, (Waiting(awaited="x"), NOON + MINUTE), (Resumed(), NOON + 11 * MINUTE))

    assert clock(case(NOON), agreed).target_at == NOON + HOUR
    assert clock(waited, agreed).target_at == NOON + HOUR + 10 * MINUTE


def test_working_days_are_counted_on_the_statutory_calendar() -> None:
    days = level(1, commitment("resolve", 1, limit=Limit(days=3), calendar="cn"))
    agreed = agreement(levels=(days,), calendars={"cn": office()})

    found = clock(case(at("2026-09-30T10:00")), agreed)

    assert found.due_at == at("2026-10-10T10:00")


def test_beyond_the_published_calendar_an_end_is_provisional() -> None:
    assert clock(case(at("2026-12-31T17:00")), contract(4 * HOUR, office())).provisional
    assert not clock(case(at("2026-12-30T14:00")), contract(4 * HOUR, office())).provisional


# sla-standard: service hours, and clocks of their own outside


def standard() -> Agreement:
    urgent = level(
        1,
        commitment("respond", 15 * MINUTE, calendar="service_hours"),
        commitment("resolve", 2 * HOUR, calendar="service_hours"),
        outside_hours={
            "respond": commitment("respond", 30 * MINUTE),
            "workaround": commitment("workaround", 4 * HOUR),
        },
    )
    return agreement(levels=(urgent,), hours=office(), availability=availability(service_hours="24x7"))


def test_inside_service_hours_the_ordinary_clocks_run_on_service_hours() -> None:
    found = clocks(case(at("2026-09-04T17:30")), standard(), NOON)

    assert [(one.name, one.due_at) for one in found] == [
        ("respond", at("2026-09-04T17:45")),
        ("resolve", at("2026-09-07T10:30")),
    ]


@pytest.mark.parametrize("start", ["2026-09-04T18:00", "2026-09-05T12:00", "2026-10-01T12:00", "2026-09-07T08:59"])
def test_outside_service_hours_the_level_has_clocks_of_its_own_by_the_wall_clock(start: str) -> None:
    found = clocks(case(at(start)), standard(), NOON)

    assert [(one.name, one.due_at) for one in found] == [
        ("respond", at(start) + 30 * MINUTE),
        ("workaround", at(start) + 4 * HOUR),
    ]


def test_what_is_solved_needs_no_workaround_any_more() -> None:
    night = at("2026-09-05T03:00")
    solved = case(night, (CaseResolved(how="x"), night + 30 * MINUTE))
    found = clock(solved, standard(), "workaround", now=night + DAY)

    assert (found.state, found.done_at) == (ClockState.MET, night + 30 * MINUTE)


def test_a_workaround_before_the_solution_counts_from_its_own_time() -> None:
    night = at("2026-09-05T03:00")
    helped = (Fulfilled(commitment="workaround", how="the other line"), night + HOUR)
    found = clock(case(night, helped, (CaseResolved(how="x"), night + 9 * HOUR)), standard(), "workaround")

    assert (found.state, found.done_at) == (ClockState.MET, night + HOUR)


def test_a_solution_the_customer_contests_was_no_workaround() -> None:
    night = at("2026-09-05T03:00")
    said = ((CaseResolved(how="x"), night + HOUR), (Contested(reason="no"), night + 2 * HOUR))
    contested = case(night, *said)

    assert clock(contested, standard(), "workaround", now=night + 3 * HOUR).state is ClockState.RUNNING
    assert clock(contested, standard(), "workaround", now=night + 5 * HOUR).state is ClockState.MISSED


def test_a_level_without_clocks_of_its_own_waits_for_the_next_opening() -> None:
    ordinary = level(1, commitment("respond", 30 * MINUTE, calendar="service_hours"))
    agreed = agreement(levels=(ordinary,), hours=office())

    assert clock(case(at("2026-09-05T12:00")), agreed, "respond").due_at == at("2026-09-07T09:30")


# clocks that something else starts


def test_a_report_is_due_after_the_resolution_and_has_no_clock_before() -> None:
    made = level(1, commitment("resolve", 2 * HOUR), commitment("report", DAY, starts="resolved"))
    agreed = agreement(levels=(made,))
    solved = case(NOON, (CaseResolved(how="x"), NOON + HOUR))

    assert [one.name for one in clocks(case(NOON), agreed, NOON)] == ["resolve"]
    assert clock(solved, agreed, "report").due_at == NOON + HOUR + DAY


def test_a_result_that_was_contested_is_reviewed_again_after_the_next_one() -> None:
    made = level(1, commitment("respond", HOUR), commitment("review", DAY, starts="resolved"))
    agreed = agreement(levels=(made,))
    until_contested = (
        (Fulfilled(commitment="respond", how="mail"), NOON),
        (CaseResolved(how="x"), NOON + HOUR),
        (Fulfilled(commitment="review", how="meeting"), NOON + 2 * HOUR),
        (Contested(reason="no"), NOON + 3 * HOUR),
        (CaseResolved(how="y"), NOON + 4 * HOUR),
    )
    again = case(NOON, *until_contested)
    reviewed = case(NOON, *until_contested, (Fulfilled(commitment="review", how="meeting"), NOON + 5 * HOUR))

    assert clock(again, agreed, "respond").done_at == NOON
    assert clock(again, agreed, "review", NOON + 4 * HOUR).state is ClockState.RUNNING
    found = clock(reviewed, agreed, "review", NOON + 6 * HOUR)
    assert (found.started_at, found.done_at, found.state) == (NOON + 4 * HOUR, NOON + 5 * HOUR, ClockState.MET)


def test_escalating_is_due_only_once_the_case_is_beyond_its_limit() -> None:
    """Nothing says so but the limit itself: it starts when the resolve clock has run out undone."""
    made = level(1, commitment("resolve", 2 * HOUR), commitment("escalate", HOUR, starts="beyond_limit"))
    agreed = agreement(levels=(made,))
    solved = case(NOON, (CaseResolved(how="x"), NOON + HOUR))

    assert [one.name for one in clocks(case(NOON), agreed, NOON + HOUR)] == ["resolve"]
    assert [one.name for one in clocks(solved, agreed, NOON + DAY)] == ["resolve"]
    assert clock(case(NOON), agreed, "escalate", NOON + 2 * HOUR + 1).due_at == NOON + 3 * HOUR


def only(limit: Limit, start: str, **changes: Any) -> Clock:
    """The one clock of a level with one commitment."""
    made = level(1, Commitment(id="respond", limit=limit, **changes))
    (found,) = clocks(case(at(start)), agreement(levels=(made,), calendars={"cn": office()}), NOON)
    return found


@pytest.mark.parametrize(
    ("hours", "due"),
    [(12, "2026-09-05T03:00"), (24, "2026-09-05T15:00"), (96, "2026-09-07T15:00")],
)
def test_of_the_earlier_of_hours_and_a_working_day_the_hours_run_by_the_wall_clock(hours: int, due: str) -> None:
    found = only(Limit(span=hours * HOUR, days=1), "2026-09-04T15:00", calendar="cn")

    assert found.due_at == at(due)


def test_by_a_plan_a_clock_runs_without_an_end_until_it_is_kept() -> None:
    made = agreement(levels=(level(1, Commitment(id="resolve", limit=Limit(by_plan=True))),))
    (running,) = clocks(case(NOON), made, NOON + DAY)
    (kept,) = clocks(case(NOON, (CaseResolved(how="mended"), NOON + DAY)), made, NOON + DAY)

    assert (running.due_at, running.state) == (None, ClockState.RUNNING)
    assert (kept.due_at, kept.state) == (None, ClockState.MET)


@pytest.mark.parametrize(
    ("start", "due"),
    [("2026-09-04T17:55", "2026-09-07T09:05"), ("2026-09-04T18:00", "2026-09-04T22:00")],
)
def test_a_clock_that_starts_outside_its_hours_may_have_a_wider_limit_by_the_wall_clock(start: str, due: str) -> None:
    found = only(Limit(span=10 * MINUTE), start, calendar="cn", outside=Limit(span=4 * HOUR))

    assert found.due_at == at(due)


def test_a_commitment_for_other_kinds_of_cases_or_not_agreed_has_no_clock() -> None:
    made = level(
        1,
        commitment("respond", HOUR),
        commitment("answer", HOUR, kinds=(CaseKind.QUESTION,)),
        commitment("on_site", HOUR, agreed=False),
    )

    assert [one.name for one in clocks(case(NOON), agreement(levels=(made,)), NOON)] == ["respond"]


# what is owed again and again


DAILY = agreement(
    levels=(
        level(
            1,
            commitment("update", DAY, starts="updated"),
            commitment("resolve", 9 * DAY),
            commitment("reassess", 3 * DAY, starts="contested"),
            commitment("review", 2 * DAY, starts="resolved"),
        ),
    )
)


def told(case: Case, name: str, now: Instant) -> list[tuple[Span, Span | None, Span | None, ClockState]]:
    """Start, end and fulfilment of each cycle, since noon."""
    found = [one for one in clocks(case, DAILY, now) if one.name == name]
    assert [one.cycle for one in found] == list(range(1, len(found) + 1))
    return [(one.started_at - NOON, since_noon(one.due_at), since_noon(one.done_at), one.state) for one in found]


def since_noon(at: Instant | None) -> Span | None:
    return None if at is None else at - NOON


def note(text: str = "looking") -> CaseNoted:
    return CaseNoted(text=text)


def test_a_daily_word_is_owed_from_the_report_and_from_each_progress_written() -> None:
    written = case(NOON, (note(), NOON + 10 * HOUR), (note(), NOON + 30 * HOUR))

    assert told(case(NOON), "update", NOON) == [(0, DAY, None, ClockState.RUNNING)]
    assert told(written, "update", NOON + 31 * HOUR) == [
        (0, DAY, 10 * HOUR, ClockState.MET),
        (10 * HOUR, 34 * HOUR, 30 * HOUR, ClockState.MET),
        (30 * HOUR, 54 * HOUR, None, ClockState.RUNNING),
    ]


def test_a_day_of_many_words_is_one_cycle_that_ends_with_the_last_of_them() -> None:
    written = case(NOON, (note(), NOON + HOUR), (note(), NOON + 2 * HOUR), (note(), NOON + 23 * HOUR))

    assert told(written, "update", NOON + DAY) == [
        (0, DAY, 23 * HOUR, ClockState.MET),
        (23 * HOUR, 47 * HOUR, None, ClockState.RUNNING),
    ]


def test_each_day_without_a_word_is_missed_and_the_next_is_owed_from_its_end() -> None:
    silent, late = case(NOON), case(NOON, (note(), NOON + 2 * DAY + HOUR))

    assert [one[3] for one in told(silent, "update", NOON + DAY)] == [ClockState.RUNNING]
    assert told(silent, "update", NOON + DAY + 1) == [
        (0, DAY, None, ClockState.MISSED),
        (DAY, 2 * DAY, None, ClockState.RUNNING),
    ]
    said = 2 * DAY + HOUR
    assert told(late, "update", NOON + 2 * DAY + HOUR) == [
        (0, DAY, said, ClockState.MISSED),
        (DAY, 2 * DAY, said, ClockState.MISSED),
        (2 * DAY, 3 * DAY, said, ClockState.MET),
        (said, said + DAY, None, ClockState.RUNNING),
    ]


def test_a_result_ends_the_daily_word_and_a_contest_begins_it_again() -> None:
    over = (CaseResolved(how="x"), NOON + HOUR)
    again = (Contested(reason="no"), NOON + 5 * DAY)

    assert told(case(NOON, over), "update", NOON + 4 * DAY) == [(0, DAY, HOUR, ClockState.MET)]
    assert told(case(NOON, over, again), "update", NOON + 5 * DAY) == [
        (0, DAY, HOUR, ClockState.MET),
        (5 * DAY, 6 * DAY, None, ClockState.RUNNING),
    ]


def test_the_customer_s_own_words_are_no_progress_and_a_late_entry_counts_from_when_it_could_be_read() -> None:
    own = CaseRecorded(event=note(), happened_at=NOON + HOUR, recorded_at=NOON + HOUR, by="customer:acme")
    late = CaseRecorded(event=note(), happened_at=NOON + HOUR, recorded_at=NOON + DAY + 1, by="person:li")
    found = replay_case("CASE-2026-0001", [begun(NOON), own, late])

    assert told(found, "update", NOON + DAY + 1)[0] == (0, DAY, DAY + 1, ClockState.MISSED)


def test_a_contested_result_is_assessed_again_each_time() -> None:
    log: list[Happened] = [
        (CaseResolved(how="x"), NOON + HOUR),
        (Contested(reason="no"), NOON + DAY),
        (Fulfilled(commitment="reassess", how="looked again with Ms Chen"), NOON + 2 * DAY),
        (CaseResolved(how="y"), NOON + 3 * DAY),
        (Contested(reason="still not"), NOON + 4 * DAY),
        (CaseResolved(how="z"), NOON + 8 * DAY),
    ]

    assert told(case(NOON, *log[:1]), "reassess", NOON + DAY) == []
    assert told(case(NOON, *log), "reassess", NOON + 9 * DAY) == [
        (DAY, 4 * DAY, 2 * DAY, ClockState.MET),
        (4 * DAY, 7 * DAY, 8 * DAY, ClockState.MISSED),
    ]


def test_a_review_that_was_missed_before_the_result_was_contested_stays_missed() -> None:
    first: list[Happened] = [(CaseResolved(how="x"), NOON)]
    again: list[Happened] = [
        (CaseResolved(how="y"), NOON + 4 * DAY),
        (Fulfilled(commitment="review", how="m"), NOON + 5 * DAY),
    ]
    contested = Contested(reason="no")

    assert told(case(NOON, *first, (contested, NOON + DAY), *again), "review", NOON + 6 * DAY) == [
        (4 * DAY, 6 * DAY, 5 * DAY, ClockState.MET)
    ]
    assert told(case(NOON, *first, (contested, NOON + 3 * DAY), *again), "review", NOON + 6 * DAY) == [
        (0, 2 * DAY, 5 * DAY, ClockState.MISSED),
        (4 * DAY, 6 * DAY, 5 * DAY, ClockState.MET),
    ]


def test_what_is_read_on_a_page_is_the_newest_of_each_and_what_was_missed() -> None:
    found = clocks(case(NOON, (note(), NOON + HOUR), (note(), NOON + DAY)), DAILY, NOON + 3 * DAY)

    assert [(one.name, one.cycle, one.state) for one in latest(found)] == [
        ("update", 2, ClockState.MISSED),
        ("update", 3, ClockState.RUNNING),
        ("resolve", 1, ClockState.RUNNING),
    ]


# what meets a clock, and what else starts one


def test_the_entry_in_the_register_is_the_case_itself() -> None:
    agreed = agreement(levels=(level(1, commitment("register", DAY)),))

    assert clock(case(NOON, reported=NOON - HOUR), agreed, "register").done_at == NOON
    late = clock(case(NOON, reported=NOON - DAY - 1), agreed, "register")
    assert (late.state, late.due_at) == (ClockState.MISSED, NOON - 1)


@pytest.mark.parametrize("word", [Confirmed(text="good"), Contested(reason="no")])
def test_the_customer_s_word_on_the_result_is_his_confirmation_whatever_it_says(word: CaseEvent) -> None:
    agreed = agreement(levels=(level(1, commitment("sign_off", DAY, starts="resolved", stops="confirmed")),))
    said = case(NOON, (CaseResolved(how="x"), NOON + HOUR), (word, NOON + 2 * HOUR))

    found = clock(said, agreed, "sign_off")
    assert (found.done_at, found.state) == (NOON + 2 * HOUR, ClockState.MET)


def test_escalating_is_due_as_soon_as_somebody_says_that_it_is_beyond_his_ability() -> None:
    made = level(1, commitment("resolve", 2 * HOUR), commitment("escalate", HOUR, starts="beyond_limit"))
    said = case(NOON, (BeyondAbility(reason="the vendor's database"), NOON + 10 * MINUTE))

    found = clock(said, agreement(levels=(made,)), "escalate", NOON + 3 * HOUR)

    assert (found.started_at, found.due_at) == (NOON + 10 * MINUTE, NOON + 70 * MINUTE)


def test_a_level_that_is_not_taken_outside_service_hours_runs_from_the_next_opening_on_any_calendar() -> None:
    made = level(1, commitment("respond", 30 * MINUTE), taken_outside_hours=False)
    agreed = agreement(levels=(made,), hours=office())

    assert clock(case(at("2026-09-05T12:00")), agreed, "respond").due_at == at("2026-09-07T09:30")
    assert clock(case(at("2026-09-07T17:50")), agreed, "respond").due_at == at("2026-09-07T18:20")


def test_a_level_that_the_agreement_no_longer_has_gives_no_clocks() -> None:
    """Somebody edited the version in place: nothing may fall over because of it."""
    assert clocks(case(NOON), agreement(levels=(level(7),)), NOON) == ()


moments = st.lists(st.tuples(st.sampled_from([Waiting(awaited="x"), Resumed()]), st.integers(0, 20)), max_size=8)


@given(moments, st.integers(1, 12))
def test_waiting_moves_the_end_by_exactly_the_time_somebody_had_to_wait(
    log: list[tuple[CaseEvent, int]], limit: int
) -> None:
    """Read minute by minute: the limit is used up by minutes that were not waited."""
    ordered = sorted(log, key=lambda one: one[1])
    found = clock(case(NOON, *((event, NOON + n * MINUTE) for event, n in ordered)), contract(limit * MINUTE))
    waits = {n: isinstance(event, Waiting) for event, n in ordered}

    waiting, left, minute = False, limit, 0
    while left and minute < 1000:
        waiting = waits.get(minute, waiting)
        left -= not waiting
        minute += 1

    assert found.due_at == (None if left else NOON + minute * MINUTE)
