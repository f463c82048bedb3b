"""A case's clocks: each commitment of its level as a pure function of the case and the agreement, never a stored date.

Source: requirements.md 1. Every clock starts at the earlier of the customer's report and the automatic opening. Waiting
for the customer stops the resolve clock alone. What is done exactly at the due instant is in time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.agreement import ALWAYS as ROUND_THE_CLOCK
from config.agreement import SERVICE_HOURS, Agreement, Commitment, Level, Limit
from config.instant import Instant
from incidents.case import RESOLVE, Case
from sla.calendar import Calendar
from sla.deadline import Due, Mode, Never, business_time, due_after, due_after_days
from sla.hours import ALWAYS, calendar_of

Pauses = Sequence[tuple[Instant, Instant | None]]


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """`due_at` is the contractual limit, `target_at` a tighter internal one; None while paused or never reached."""

    name: str
    started_at: Instant
    due_at: Instant | None
    target_at: Instant | None
    provisional: bool
    done_at: Instant | None
    state: ClockState


def clocks(case: Case, agreement: Agreement, now: Instant) -> tuple[Clock, ...]:
    """In the agreement's order."""
    level = agreement.level(case.level)
    commitments = _commitments(level, agreement, case.started_at)
    return tuple(_clock(case, agreement, one, now) for one in commitments.values())


def _commitments(level: Level, agreement: Agreement, started_at: Instant) -> Mapping[str, Commitment]:
    """Outside service hours a level may have clocks of its own, by the wall clock."""
    hours = agreement.availability.service_hours
    if level.outside_hours is None or isinstance(hours, str):
        return level.commitments
    inside = business_time(calendar_of(hours), started_at, started_at + 1).span > 0
    return level.commitments if inside else level.outside_hours


def _clock(case: Case, agreement: Agreement, commitment: Commitment, now: Instant) -> Clock:
    calendar = _calendar(agreement, commitment.calendar)
    pauses = case.pauses if commitment.id == RESOLVE else ()
    due = _due(calendar, case.started_at, commitment.limit, pauses)
    target = None if commitment.target is None else _due(calendar, case.started_at, commitment.target, pauses)
    done_at = case.fulfilled.get(commitment.id)
    return Clock(
        name=commitment.id,
        started_at=case.started_at,
        due_at=None if due is None else due.at,
        target_at=None if target is None else target.at,
        provisional=due is not None and due.provisional,
        done_at=done_at,
        state=_state(due, done_at, now),
    )


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
        hours = agreement.availability.service_hours
        return ALWAYS if isinstance(hours, str) else calendar_of(hours)
    return calendar_of(agreement.calendars[name])


def _due(calendar: Calendar, start: Instant, limit: Limit, pauses: Pauses) -> Due | None:
    """None while a pause that began in time has not ended, and when the calendar never gives the time."""
    try:
        due = _plain(calendar, start, limit)
        for begun, ended in pauses:
            if begun >= due.at:
                continue
            if ended is None:
                return None
            waited = business_time(calendar, max(begun, start), ended).span
            due = due_after(calendar, due.at, waited) if waited else due
    except Never:
        return None
    return due


def _plain(calendar: Calendar, start: Instant, limit: Limit) -> Due:
    if limit.days is not None:
        return due_after_days(calendar, start, limit.days, Mode.SAME_TIME)
    return due_after(calendar, start, limit.span or 0)
