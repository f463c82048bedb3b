"""Checks that report by themselves: a beat is due one period after the last, and late when the grace has passed too.

A late one is down from the instant it was due, not from the instant we noticed; a failed run is down at once. A run
that said it started has the grace to end. While nobody listened no beat counts as missing: the time is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from config.instant import Instant, Span
from probe.result import Answer, Outcome, Plain, Reason, Result


class Signal(StrEnum):
    SUCCESS = "success"
    START = "start"
    FAIL = "fail"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One report as it was received. `run` pairs a start with its end."""

    check: str
    received_at: Instant
    signal: Signal
    exit_code: int | None = None
    run: str | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    period: Span
    grace: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What is known of one heartbeat. `due_at` None: nothing is awaited, before the first beat and after a late one."""

    due_at: Instant | None = None
    late_at: Instant | None = None
    started_at: Instant | None = None
    run: str | None = None

    def to_dict(self) -> dict[str, object]:
        return {
            "due_at": self.due_at,
            "late_at": self.late_at,
            "started_at": self.started_at,
            "run": self.run,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Pulse":
        return cls(
            due_at=stored["due_at"], late_at=stored["late_at"], started_at=stored["started_at"], run=stored["run"]
        )


def hear(pulse: Pulse, beat: Beat, rhythm: Rhythm, location: str) -> tuple[Pulse, tuple[Result, ...]]:
    """The pulse after a beat and what it proves. Ask `overdue` up to `beat.received_at` first."""
    at = beat.received_at
    match beat.signal:
        case Signal.LOG:
            return pulse, ()
        case Signal.START:
            return replace(pulse, due_at=at + rhythm.grace, late_at=at + rhythm.grace, started_at=at, run=beat.run), ()
        case Signal.SUCCESS | Signal.FAIL:
            pass
    answer = Answer(
        outcome=Outcome.UP if beat.signal is Signal.SUCCESS else Outcome.DOWN,
        reason=None if beat.signal is Signal.SUCCESS else Reason.HEARTBEAT_FAILED,
        detail="" if beat.signal is Signal.SUCCESS else _failure(beat),
        latency_us=_length(pulse, beat) * 1000,
        facts=_facts(beat),
    )
    due_at = at + rhythm.period
    return Pulse(due_at=due_at, late_at=due_at + rhythm.grace), (_result(beat.check, location, at, answer),)


def overdue(pulse: Pulse, check: str, known_until: Instant, location: str) -> tuple[Pulse, tuple[Result, ...]]:
    """Late if the grace has passed at `known_until`, when every beat received before it was heard."""
    if pulse.due_at is None or pulse.late_at is None or known_until < pulse.late_at:
        return pulse, ()
    detail = "started and did not end" if pulse.started_at is not None else "no beat came"
    answer = Answer(outcome=Outcome.DOWN, reason=Reason.HEARTBEAT_LATE, detail=detail)
    return Pulse(), (_result(check, location, pulse.due_at, answer),)


def awake(
    pulse: Pulse, check: str, heard_until: Instant, now: Instant, rhythm: Rhythm, location: str
) -> tuple[Pulse, tuple[Result, ...]]:
    """The pulse after nobody listened during [heard_until, now): a beat due then may have been turned away."""
    if pulse.due_at is None or pulse.late_at is None or now < pulse.due_at or pulse.late_at <= heard_until:
        return pulse, ()
    answer = Answer(outcome=Outcome.INVALID, reason=Reason.NOT_LISTENING, detail="nobody listened when it was due")
    due_at = now + rhythm.period
    blind_from = max(heard_until, pulse.due_at)
    return Pulse(due_at=due_at, late_at=due_at + rhythm.grace), (_result(check, location, blind_from, answer),)


def moved(pulse: Pulse, span: Span) -> Pulse:
    """The same expectations after the wall clock was set by `span`."""

    def move(at: Instant | None) -> Instant | None:
        return None if at is None else at + span

    return Pulse(
        due_at=move(pulse.due_at), late_at=move(pulse.late_at), started_at=move(pulse.started_at), run=pulse.run
    )


def _result(check: str, location: str, at: Instant, answer: Answer) -> Result:
    return Result(check=check, location=location, tick=at, started_at=at, answer=answer)


def _length(pulse: Pulse, beat: Beat) -> Span:
    """How long the run took, where its start is known."""
    if pulse.started_at is None or beat.run != pulse.run:
        return 0
    return beat.received_at - pulse.started_at


def _failure(beat: Beat) -> str:
    return "it said so" if beat.exit_code is None else f"it ended with {beat.exit_code}"


def _facts(beat: Beat) -> dict[str, Plain]:
    facts: dict[str, Plain] = {}
    if beat.exit_code is not None:
        facts["exit_code"] = beat.exit_code
    if beat.run is not None:
        facts["run"] = beat.run
    return facts
