"""A case's clocks: each commitment of its level as a pure function of the case and the agreement, never a stored date.

Source: requirements.md 1. Every clock starts at the earlier of the customer's report and the automatic opening, or
with what the agreement says instead. Waiting for the customer stops the resolve clock alone. What is done exactly at
the due instant is in time. What is owed again and again has a cycle for each time (ADR 0093).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from config.agreement import ALWAYS as ROUND_THE_CLOCK
from config.agreement import SERVICE_HOURS, Agreement, Commitment, Level
from config.instant import Instant
from incidents.case import ACCEPT, CONFIRM, RESOLVE, Case, Round
from incidents.level import readings
from incidents.timelimit import TimeLimit
from sla.calendar import Calendar
from sla.deadline import Due, Never, business_time, due_after
from sla.hours import ALWAYS, calendar_of


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """`due_at` is the contractual limit, `target_at` a tighter internal one; None while paused, never reached or by
    plan. `cycle` counts from 1 what is owed again and again; a cycle is known by the instant it started."""

    name: str
    cycle: int = 1
    started_at: Instant
    due_at: Instant | None
    target_at: Instant | None
    provisional: bool
    done_at: Instant | None
    state: ClockState
    limit: TimeLimit = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Face:
    """Under which agreement and when a case's clocks are read."""

    case: Case
    agreement: Agreement
    level: Level
    now: Instant


def clocks(case: Case, agreement: Agreement, now: Instant) -> tuple[Clock, ...]:
    """Those that have started, in the agreement's order, cycles in theirs; none for a level the agreement does not
    have any more.

    While the customer has to confirm another level, of each clock the one that runs out first stands.
    """
    found: dict[str, dict[int, Clock]] = {}
    for number in readings(case, agreement):
        for one in _of_level(_Face(case=case, agreement=agreement, level=agreement.level(number), now=now)):
            cycles = found.setdefault(one.name, {})
            cycles[one.cycle] = min(cycles.get(one.cycle, one), one, key=_end)
    return tuple(one for cycles in found.values() for one in cycles.values())


def latest(found: Sequence[Clock]) -> tuple[Clock, ...]:
    """Of each name the newest cycle, and those that were missed."""
    last = {one.name: one for one in found}
    return tuple(one for one in found if one is last[one.name] or one.state is ClockState.MISSED)


def _end(clock: Clock) -> tuple[bool, Instant]:
    return clock.due_at is None, clock.due_at or 0


def _of_level(face: _Face) -> Iterator[Clock]:
    owed = _owed(face.case, face.level, face.agreement)
    resolve = owed.get(RESOLVE)
    solving = None if resolve is None else _clock(face, resolve, face.case.started_at, _done(face.case, resolve))
    for one in owed.values():
        for cycle, clock in enumerate(_cycles(face, one, solving), start=1):
            yield clock if cycle == 1 else replace(clock, cycle=cycle)


def commitments_of(case: Case, agreement: Agreement) -> Mapping[str, Commitment]:
    """What is owed on the case, by the most severe level that stands; nothing for one the agreement has no more."""
    owed: dict[str, Commitment] = {}
    for number in readings(case, agreement):
        owed = {**_owed(case, agreement.level(number), agreement), **owed}
    return owed


def _owed(case: Case, level: Level, agreement: Agreement) -> Mapping[str, Commitment]:
    owed = _commitments(level, agreement, case.started_at)
    return {id: one for id, one in owed.items() if one.agreed and (not one.kinds or case.kind in one.kinds)}


def _commitments(level: Level, agreement: Agreement, started_at: Instant) -> Mapping[str, Commitment]:
    """Outside service hours a level may have clocks of its own, by the wall clock."""
    if level.outside_hours is None or _inside(_service_hours(agreement), started_at):
        return level.commitments
    return level.outside_hours


# what starts them


def _cycles(face: _Face, commitment: Commitment, resolve: Clock | None) -> Iterator[Clock]:
    match commitment.starts:
        case "reported":
            yield _clock(face, commitment, face.case.started_at, _done(face.case, commitment))
        case "beyond_limit":
            yield from _beyond(face, commitment, resolve)
        case "resolved":
            yield from _after_results(face, commitment)
        case "contested":
            yield from _after_contests(face, commitment)
        case "updated":
            yield from _updates(face, commitment)


def _beyond(face: _Face, commitment: Commitment, resolve: Clock | None) -> Iterator[Clock]:
    """From when somebody said that it is beyond his ability, or the limit to resolve it ran out; not one that was
    resolved before it had to be escalated."""
    missed = resolve is not None and resolve.state is ClockState.MISSED
    starts = [face.case.beyond_at, resolve.due_at if resolve is not None and missed else None]
    start = min((one for one in starts if one is not None), default=None)
    if start is None:
        return
    found = _clock(face, commitment, start, _done(face.case, commitment))
    solved_at = face.case.resolved_at
    in_time = solved_at is not None and found.due_at is not None and solved_at <= found.due_at
    if found.done_at is not None or not in_time:
        yield found


def _after_results(face: _Face, commitment: Commitment) -> Iterator[Clock]:
    """Each result once; one that was contested before it was due is owed with the next result instead."""
    rounds = face.case.rounds
    for place, one in enumerate(rounds):
        if one.resolved_at is None:
            continue
        found = _clock(face, commitment, one.resolved_at, _kept(one, commitment))
        if found.done_at is None and place + 1 < len(rounds):
            if found.due_at is None or rounds[place + 1].started_at <= found.due_at:
                continue
            late = (_kept(later, commitment) for later in rounds[place + 1 :])
            found = replace(found, done_at=next((at for at in late if at is not None), None))
        yield found


def _after_contests(face: _Face, commitment: Commitment) -> Iterator[Clock]:
    """From each word of the customer that he is not satisfied; the next result is a new assessment too."""
    for one in face.case.rounds[1:]:
        done = [at for at in (_kept(one, commitment), one.resolved_at) if at is not None]
        yield _clock(face, commitment, one.started_at, min(done, default=None))


def _updates(face: _Face, commitment: Commitment) -> Iterator[Clock]:
    """From the report and each progress written until there is a result. What was missed is owed anew from its end.

    A cycle ends with the last progress the customer could read in it, so that a day of many words is one cycle.
    """
    for one in face.case.rounds:
        until = one.resolved_at
        if until is not None and until <= one.started_at:
            continue
        words = [at for at in sorted(face.case.written) if at > one.started_at and (until is None or at < until)]
        words += [] if until is None else [until]
        start = one.started_at
        while start != until and start <= face.now:
            found = _clock(face, commitment, start, next(iter(words), None))
            if found.done_at is None or found.due_at is None or found.state is ClockState.MISSED:
                yield found
                if found.due_at is None or found.state is not ClockState.MISSED:
                    break
                start = found.due_at
                continue
            start = max(at for at in words if at <= found.due_at)
            words = [at for at in words if at > start]
            yield replace(found, done_at=start)


# one of them


def _clock(face: _Face, commitment: Commitment, started_at: Instant, done_at: Instant | None) -> Clock:
    limit, target = _limits(face, commitment, started_at)
    due, inner = limit.due(), None if target is None else target.due()
    return Clock(
        name=commitment.id,
        started_at=started_at,
        due_at=None if due is None else due.at,
        target_at=None if inner is None else inner.at,
        provisional=due is not None and due.provisional,
        done_at=done_at,
        state=_by_plan(done_at) if limit.limit.by_plan else _state(due, done_at, face.now),
        limit=limit,
    )


def _limits(face: _Face, commitment: Commitment, started_at: Instant) -> tuple[TimeLimit, TimeLimit | None]:
    """The contractual one, and the internal one inside it."""
    calendar, limit = _calendar(face.agreement, commitment.calendar), commitment.limit
    if commitment.outside is not None and not _inside(calendar, started_at):
        calendar, limit = ALWAYS, commitment.outside
    whole = TimeLimit(
        start=started_at if face.level.taken_outside_hours else _taken_at(face.agreement, started_at),
        calendar=calendar,
        limit=limit,
        pauses=face.case.pauses if commitment.id == RESOLVE else (),
    )
    return whole, None if commitment.target is None else replace(whole, limit=commitment.target)


def _done(case: Case, commitment: Commitment) -> Instant | None:
    """When what it asks for first happened, in all rounds."""
    if commitment.stops == "registered":
        return min(case.opened_at, case.fulfilled.get(commitment.id, case.opened_at))
    return _first(case.fulfilled, commitment)


def _kept(one: Round, commitment: Commitment) -> Instant | None:
    """The same, in this round alone."""
    return _first(one.kept, commitment)


def _first(kept: Mapping[str, Instant], commitment: Commitment) -> Instant | None:
    names = {commitment.id, _FACTS.get(commitment.stops, commitment.id)}
    return min((kept[name] for name in names if name in kept), default=None)


_FACTS = {"accepted": ACCEPT, "resolved": RESOLVE, "restored": RESOLVE, "workaround": RESOLVE, "confirmed": CONFIRM}
"""What meets a commitment whatever it is called -> the name under which the case keeps it. A solution is a way round
too (ADR 0130)."""


def _by_plan(done_at: Instant | None) -> ClockState:
    return ClockState.RUNNING if done_at is None else ClockState.MET


def _state(due: Due | None, done_at: Instant | None, now: Instant) -> ClockState:
    if due is None:
        return ClockState.MET if done_at is not None else ClockState.PAUSED
    if done_at is not None:
        return ClockState.MET if done_at <= due.at else ClockState.MISSED
    return ClockState.RUNNING if now <= due.at else ClockState.MISSED


# hours


def _calendar(agreement: Agreement, name: str) -> Calendar:
    if name == ROUND_THE_CLOCK:
        return ALWAYS
    return _service_hours(agreement) if name == SERVICE_HOURS else calendar_of(agreement.calendars[name])


def _service_hours(agreement: Agreement) -> Calendar:
    return ALWAYS if isinstance(agreement.hours, str) else calendar_of(agreement.hours)


def _taken_at(agreement: Agreement, at: Instant) -> Instant:
    """The next opening, of what is not taken outside service hours; where there never is one, at once."""
    try:
        return due_after(_service_hours(agreement), at, 0).at
    except Never:
        return at


def _inside(calendar: Calendar, at: Instant) -> bool:
    return business_time(calendar, at, at + 1).span > 0
