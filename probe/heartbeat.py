"""Checks that report by themselves: a beat is due one period after the last, or when the crontab fires next.

It is late when the grace has passed too; then it is down from the instant it was due, not from the instant we noticed.
A failed run is down at once. A run that said it started has the grace to end, and no longer than the beat that was due
anyway. While nobody listened no beat counts as missing: the time is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from config.instant import Instant, Span
from probe.cron import longest_pause, next_firing
from probe.result import Answer, Outcome, Plain, Reason, Result

HEARTBEAT = "heartbeat"
"""The kind's word."""


class Signal(StrEnum):
    SUCCESS = "success"
    START = "start"
    FAIL = "fail"
    LOG = "log"
    IGNORED = "ignored"  # it came in a way the check does not count, and is kept all the same


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
    """Either `every` span, or when the crontab's line fires on the clocks of the zone."""

    grace: Span
    every: Span | None = None
    cron: str = ""
    zone: str = "UTC"

    @property
    def period(self) -> Span:
        """The longest time between two beats in time."""
        return self.every if self.every is not None else longest_pause(self.cron)

    def due_after(self, at: Instant) -> Instant:
        return at + self.every if self.every is not None else next_firing(self.cron, self.zone, at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a plain report means by what it says; a failure weighs most, then success, then start."""

    fail: tuple[str, ...] = ()
    success: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    otherwise: Signal = Signal.IGNORED

    def meaning(self, said: str) -> Signal:
        for words, signal in ((self.fail, Signal.FAIL), (self.success, Signal.SUCCESS), (self.start, Signal.START)):
            if any(word in said for word in words):
                return signal
        return self.otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Where the reports of one check come in, and which of them count."""

    check: str
    post_only: bool = False
    words: Words | None = None

    def meaning(self, signal: Signal, plain: bool, method: str, said: str) -> Signal:
        """`plain`: the address had no word after the token; only then its own words are looked for."""
        if self.post_only and method != "POST":
            return Signal.IGNORED
        return self.words.meaning(said) if plain and self.words is not None else signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What is known of one heartbeat. `due_at` None: nothing is awaited, before the first beat and after a late one.

    `due_at` is when it is down from if nothing comes until `late_at`. `next_at` is when the next success is due,
    whatever has started meanwhile.
    """

    due_at: Instant | None = None
    late_at: Instant | None = None
    started_at: Instant | None = None
    run: str | None = None
    next_at: Instant | None = None

    def to_dict(self) -> dict[str, object]:
        return {
            "due_at": self.due_at,
            "late_at": self.late_at,
            "started_at": self.started_at,
            "run": self.run,
            "next_at": self.next_at,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Pulse":
        return cls(
            due_at=stored["due_at"],
            late_at=stored["late_at"],
            started_at=stored["started_at"],
            run=stored["run"],
            next_at=stored.get("next_at", stored["due_at"]),
        )


def _awaiting(rhythm: Rhythm, next_at: Instant | None, started_at: Instant | None, run: str | None) -> Pulse:
    """A run that started has the grace to end; what was due before that is due all the same."""
    begins = [at for at in (next_at, started_at) if at is not None]
    if not begins:
        return Pulse()
    late_at = min(begins) + rhythm.grace
    due_at = late_at if next_at is None else min(next_at, late_at)
    return Pulse(due_at=due_at, late_at=late_at, started_at=started_at, run=run, next_at=next_at)


def hear(pulse: Pulse, beat: Beat, rhythm: Rhythm, location: str) -> tuple[Pulse, tuple[Result, ...]]:
    """The pulse after a beat and what it proves. Ask `overdue` up to `beat.received_at` first."""
    at = beat.received_at
    match beat.signal:
        case Signal.LOG | Signal.IGNORED:
            return pulse, ()
        case Signal.START:
            return _awaiting(rhythm, pulse.next_at, at, beat.run), ()
        case Signal.SUCCESS | Signal.FAIL:
            pass
    answer = Answer(
        outcome=Outcome.UP if beat.signal is Signal.SUCCESS else Outcome.DOWN,
        reason=None if beat.signal is Signal.SUCCESS else Reason.HEARTBEAT_FAILED,
        detail="" if beat.signal is Signal.SUCCESS else _failure(beat),
        latency_us=_length(pulse, beat) * 1000,
        facts=_facts(beat),
    )
    # The end of another run does not end this one; a failure, or an end that names no run, does.
    goes_on = beat.signal is Signal.SUCCESS and beat.run is not None and beat.run != pulse.run
    started_at, run = (pulse.started_at, pulse.run) if goes_on else (None, None)
    return _awaiting(rhythm, rhythm.due_after(at), started_at, run), (_result(beat.check, location, at, answer),)


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
    blind_from = max(heard_until, pulse.due_at)
    return _awaiting(rhythm, rhythm.due_after(now), None, None), (_result(check, location, blind_from, answer),)


def moved(pulse: Pulse, span: Span, rhythm: Rhythm, now: Instant) -> Pulse:
    """The same expectations after the wall clock was set by `span`, to `now`: a crontab goes by the clock itself."""

    def move(at: Instant | None) -> Instant | None:
        return None if at is None else at + span

    started_at, next_at = move(pulse.started_at), move(pulse.next_at)
    if next_at is not None and rhythm.every is None:
        next_at = rhythm.due_after(now)
    return _awaiting(rhythm, next_at, started_at, pulse.run)


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
