"""A case's clocks: each commitment of its level as a pure function of the case and the agreement, never a stored date.

Source: requirements.md 1. Every clock starts at the earlier of the customer's report and the automatic opening. Waiting
for the customer stops the resolve clock alone. What is done exactly at the due instant is in time. Of the earlier of a
span and working days, the span runs by the wall clock. Where a plan is owed instead of a limit, the clock has no end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.agreement import ALWAYS as ROUND_THE_CLOCK
from config.agreement import SERVICE_HOURS, Agreement, Commitment, Level, Limit
from config.instant import Instant
from incidents.case import RESOLVE, Case
from incidents.level import readings
from sla.calendar import Calendar
from sla.deadline import Due, Mode, Never, business_time, due_after, due_after_days
from sla.hours import ALWAYS, calendar_of
from sla.interval import union

Pauses = Sequence[tuple[Instant, Instant | None]]


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """`due_at` is the contractual limit, `target_at` a tighter internal one; None while paused, never reached or by
    plan."""

    name: str
    started_at: Instant
    due_at: Instant | None
    target_at: Instant | None
    provisional: bool
    done_at: Instant | None
    state: ClockState


def clocks(case: Case, agreement: Agreement, now: Instant) -> tuple[Clock, ...]:
    """Those that have started, in the agreement's order; none for a level the agreement does not have any more.

    While the customer has to confirm another level, of each clock the one that runs out first stands.
    """
    found: dict[str, Clock] = {}
    for level in readings(case, agreement):
        for one in _of_level(case, level, agreement, now):
            found[one.name] = min(found.get(one.name, one), one, key=_end)
    return tuple(found.values())


def _end(clock: Clock) -> tuple[bool, Instant]:
    return clock.due_at is None, clock.due_at or 0


def _of_level(case: Case, level: int, agreement: Agreement, now: Instant) -> tuple[Clock, ...]:
    commitments = _owed(case, level, agreement).values()
    first = [_clock(case, agreement, one, case.started_at, now) for one in commitments if one.starts == "reported"]
    resolve = next((one for one in first if one.name == RESOLVE), None)
    found = {one.name: one for one in first}
    for one in commitments:
        start = _later_start(case, one, resolve)
        if start is not None:
            found[one.id] = _clock(case, agreement, one, start, now)
    return tuple(found[one.id] for one in commitments if one.id in found and not _moot(found[one.id], one, resolve))


def commitments_of(case: Case, agreement: Agreement) -> Mapping[str, Commitment]:
    """What is owed on the case, by the most severe level that stands; nothing for one the agreement has no more."""
    owed: dict[str, Commitment] = {}
    for level in readings(case, agreement):
        owed = {**_owed(case, level, agreement), **owed}
    return owed


def _owed(case: Case, level: int, agreement: Agreement) -> Mapping[str, Commitment]:
    owed = _commitments(agreement.level(level), agreement, case.started_at)
    return {id: one for id, one in owed.items() if one.agreed and (not one.kinds or case.kind in one.kinds)}


def _later_start(case: Case, commitment: Commitment, resolve: Clock | None) -> Instant | None:
    """What starts with the resolution, or with the case being beyond its limit."""
    if commitment.starts == "resolved":
        return case.resolved_at
    beyond = resolve is not None and resolve.state is ClockState.MISSED
    return resolve.due_at if commitment.starts == "beyond_limit" and resolve is not None and beyond else None


def _moot(clock: Clock, commitment: Commitment, resolve: Clock | None) -> bool:
    """Resolved before it had to be escalated."""
    solved_at = None if resolve is None else resolve.done_at
    in_time = solved_at is not None and clock.due_at is not None and solved_at <= clock.due_at
    return commitment.starts == "beyond_limit" and clock.done_at is None and in_time


def _commitments(level: Level, agreement: Agreement, started_at: Instant) -> Mapping[str, Commitment]:
    """Outside service hours a level may have clocks of its own, by the wall clock."""
    hours = agreement.hours
    if level.outside_hours is None or isinstance(hours, str):
        return level.commitments
    return level.commitments if _inside(calendar_of(hours), started_at) else level.outside_hours


def _inside(calendar: Calendar, at: Instant) -> bool:
    return business_time(calendar, at, at + 1).span > 0


def _clock(case: Case, agreement: Agreement, commitment: Commitment, started_at: Instant, now: Instant) -> Clock:
    calendar, limit = _calendar(agreement, commitment.calendar), commitment.limit
    if commitment.outside is not None and not _inside(calendar, started_at):
        calendar, limit = ALWAYS, commitment.outside
    pauses = case.pauses if commitment.id == RESOLVE else ()
    due = _due(calendar, started_at, limit, pauses)
    target = None if commitment.target is None else _due(calendar, started_at, commitment.target, pauses)
    done_at = _done(case, commitment)
    return Clock(
        name=commitment.id,
        started_at=started_at,
        due_at=None if due is None else due.at,
        target_at=None if target is None else target.at,
        provisional=due is not None and due.provisional,
        done_at=done_at,
        state=_by_plan(done_at) if limit.by_plan else _state(due, done_at, now),
    )


def _done(case: Case, commitment: Commitment) -> Instant | None:
    """What follows a resolution is owed once more for the next one, when the customer contested the first."""
    anew = commitment.starts == "resolved" and case.again is not None
    return ((case.again or {}) if anew else case.fulfilled).get(commitment.id)


def _by_plan(done_at: Instant | None) -> ClockState:
    return ClockState.RUNNING if done_at is None else ClockState.MET


def _state(due: Due | None, done_at: Instant | None, now: Instant) -> ClockState:
    if due is None:
        return ClockState.MET if done_at is not None else ClockState.PAUSED
    if done_at is not None:
        return ClockState.MET if done_at <= due.at else ClockState.MISSED
    return ClockState.RUNNING if now <= due.at else ClockState.MISSED


def _calendar(agreement: Agreement, name: str) -> Calendar:
    if name == ROUND_THE_CLOCK:
        return ALWAYS
    if name == SERVICE_HOURS:
        hours = agreement.hours
        return ALWAYS if isinstance(hours, str) else calendar_of(hours)
    return calendar_of(agreement.calendars[name])


def _due(calendar: Calendar, start: Instant, limit: Limit, pauses: Pauses) -> Due | None:
    """None while a pause that began in time has not ended, when the calendar never gives the time, and by plan."""
    if limit.by_plan:
        return None
    ended_ones = union((begun, ended) for begun, ended in pauses if ended is not None and ended > begun)
    open_since = min((begun for begun, ended in pauses if ended is None), default=None)
    try:
        due = _plain(calendar, start, limit)
        for begun, ended in ended_ones:
            if begun >= due.at:
                break
            waited = business_time(calendar, max(begun, start), ended).span
            due = due_after(calendar, due.at, waited) if waited else due
    except Never:
        return None
    return None if open_since is not None and open_since < due.at else due


def _plain(calendar: Calendar, start: Instant, limit: Limit) -> Due:
    if limit.days is None:
        return due_after(calendar, start, limit.span or 0)
    by_days = due_after_days(calendar, start, limit.days, Mode.SAME_TIME)
    if limit.span is None:
        return by_days
    return min(due_after(ALWAYS, start, limit.span), by_days, key=lambda due: due.at)
