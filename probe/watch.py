"""One check being watched: its question, its state, its open run, its counts. Mutable, owned by the prober alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from config.instant import Instant, Span
from config.model import Check
from config.options import Shelf
from config.state import State
from probe.ask import GUARD, Terms, elsewhere
from probe.batch import Bucket, Kept, OpenRun, Snapshot
from probe.ending import Ending, seen_end
from probe.flap import Flap, feel
from probe.heartbeat import Entrance, Pulse, Rhythm
from probe.kind import ProbeKind, Question, untold
from probe.latency import Histogram, bucket_of
from probe.observation import extend, hole
from probe.phase import phase_of, tick_of
from probe.result import Answer, Outcome, Reason, Result
from probe.schedule import Slot
from probe.verdict import CheckState, Judgement, Thresholds, evidence_of, judge

_MARGIN = 10.0
# Frozen, and nearly always equal: of thousands of checks each is kept once.
_CALM, _NEVER, _REPORTED = Flap(), Pulse(), Thresholds(fall=1, rise=1, evidence=None)


@lru_cache(maxsize=64)
def _terms(attempts: int, degraded_over: Span | None) -> Terms:
    return Terms(attempts=attempts, degraded_over=degraded_over)


@lru_cache(maxsize=64)
def _thresholds(fall: int, rise: int, interval: Span, timeout: Span) -> Thresholds:
    return Thresholds(fall=fall, rise=rise, evidence=evidence_of(interval, timeout), apart=2 * interval)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAnswer:
    """What is known of a check this moment, for metrics. Counts are since this process started, and go on counting:
    of thousands of checks not a copy is made at each scrape.
    """

    check: str
    component: str
    kind: str
    location: str
    state: State
    interval: int
    timeout: int
    answer: Answer | None
    started_at: Instant | None
    holds_until: Instant | None
    """Until when the answer is evidence; None: until another comes."""
    results: Mapping[Outcome, int]
    failures: Mapping[Reason, int]
    missed: int
    latency_sum_us: int
    latency_counts: Sequence[int]
    expires_at: Instant | None = None
    """Of a certificate or a domain, as the newest answer that named it says."""


class Watch:
    """`rhythm` is set for a heartbeat only, and its threshold for a change is one report."""

    __slots__ = (
        "_now",
        "_shelf",
        "answer",
        "bucket",
        "bucket_at",
        "check",
        "definition",
        "ending",
        "entrance",
        "failures",
        "flap",
        "gone",
        "interval",
        "kind",
        "late",
        "latency",
        "limit",
        "location",
        "missed",
        "pulse",
        "question",
        "results",
        "rhythm",
        "run",
        "slot",
        "started_at",
        "state",
        "terms",
        "thresholds",
        "tick",
        "timeout",
        "token",
    )

    def __init__(
        self,
        check: Check,
        kind: ProbeKind,
        location: str,
        now: Callable[[], Instant] = untold,
        shelf: Shelf | None = None,
        resolvers: Sequence[str] = (),
    ) -> None:
        self._now = now
        self._shelf = shelf if shelf is not None else Shelf()
        self.location = location
        self.slot: Slot | None = None
        self.gone = False
        self.tick: Instant = 0
        """What it is being asked for."""
        self.state = CheckState()
        self.pulse = _NEVER
        self.flap = _CALM
        self.ending: Ending | None = None
        self.run: OpenRun | None = None
        self.answer: Answer | None = None
        self.started_at: Instant | None = None
        self.results: dict[Outcome, int] = {}
        self.failures: dict[Reason, int] = {}
        self.missed = 0
        self.late = False
        """The process before did not ask for the newest tick: that is to be made up for."""
        self.latency = Histogram()
        self.bucket = Histogram()
        self.bucket_at: Instant | None = None
        self.renew(check, kind, resolvers)

    def renew(self, check: Check, kind: ProbeKind, resolvers: Sequence[str] = ()) -> None:
        """The same question, perhaps with another password or other name servers."""
        options: Any = self._shelf.parse(kind.options, check.options)
        self.check = check
        self.kind = kind
        self.definition = check.definition
        self.rhythm: Rhythm | None = options.rhythm if kind.passive else None
        self.token: str | None = options.token if kind.passive else None
        self.entrance: Entrance | None = options.entrance(check.id) if kind.passive else None
        self.interval = self.rhythm.period if self.rhythm else check.interval
        self.timeout = self.rhythm.grace if self.rhythm else check.timeout
        self.question = Question(
            check=check.id,
            target=check.target,
            options=options,
            timeout=check.timeout,
            now=self._now,
            tick=self._of_now,
            resolvers=tuple(resolvers),
        )
        self.terms = _terms(check.attempts, check.degraded_over)
        self.limit = (check.timeout + GUARD) / 1000 * check.attempts + _MARGIN
        """Seconds within which a run has ended, whatever its kind does."""
        self.thresholds = (
            _REPORTED if self.rhythm else _thresholds(check.fall, check.rise, check.interval, check.timeout)
        )

    def _of_now(self) -> Instant:
        return self.tick

    def resume(self, kept: Kept, now: Instant) -> None:
        """Goes on where the process before left off. A snapshot says nothing of results that changed nothing."""
        self.state = seen(kept)
        self.pulse = kept.snapshot.pulse or _NEVER
        self.flap = kept.snapshot.flap
        self.ending = kept.snapshot.ending
        if kept.run is None:
            return
        phase = 0 if self.rhythm else phase_of(self.check.id, self.check.interval)
        last_tick = tick_of(kept.run.run.last_at, self.interval, phase)
        behind = 0 if self.rhythm else max(0, tick_of(now, self.interval, phase) - last_tick) // self.interval
        self.late = behind > 0
        self.missed += max(0, behind - 1)
        self.run = OpenRun(run=replace(kept.run.run, last_tick=last_tick), row=kept.run.row)

    def take(self, result: Result) -> tuple[Judgement, tuple[OpenRun, ...], Bucket | None]:
        """Counts the result and judges it. Gives the runs it ended, in order, and the five minutes it closed."""
        answer = result.answer
        self.answer, self.started_at = answer, result.started_at
        self.results[answer.outcome] = self.results.get(answer.outcome, 0) + 1
        if answer.reason is not None:
            self.failures[answer.reason] = self.failures.get(answer.reason, 0) + 1
        bucket = self._measure(result) if answer.latency_us and answer.outcome.valid else None
        judgement = judge(self.state, result, self.thresholds)
        self.state = judgement.state
        if answer.facts:
            self.ending = seen_end(self.ending, result)
        if self.rhythm is None:  # a system that reports once a day would be called flapping for a week
            self.flap = feel(self.flap, answer.outcome)
        return judgement, self._extend(result), bucket

    def restate(self, since: Instant) -> None:
        """The open run, if it is one of the bad ones from `since` on, is one of invalid results."""
        held = self.run
        if held is not None and held.run.outcome is Outcome.DOWN and held.run.first_at >= since:
            held.run = replace(held.run, outcome=Outcome.INVALID)

    def _extend(self, result: Result) -> tuple[OpenRun, ...]:
        before = self.run
        held = before.run if before else None
        if held is not None and self.rhythm is not None:
            # A beat is no tick of a grid: one that came within the grace leaves nothing missing.
            held = replace(held, last_tick=result.tick - self.interval)
        run, ended = extend(held, result, self.interval, self.timeout)
        if run is None:
            return ()
        if before is not None and ended is None:
            before.run = run
            return ()
        self.run = OpenRun(run=run)
        if before is None or ended is None:
            return ()
        before.run = ended
        missed = hole(ended, run, result.tick) if self.rhythm is None else ()
        return before, *(OpenRun(run=one) for one in missed)

    def _measure(self, result: Result) -> Bucket | None:
        at = bucket_of(result.started_at)
        closed = self.close_bucket() if at != self.bucket_at else None
        self.bucket_at = at
        self.latency.add(result.answer.latency_us)
        self.bucket.add(result.answer.latency_us)
        return closed

    def close_bucket(self) -> Bucket | None:
        """The five minutes so far; counting begins anew."""
        full, at = self.bucket, self.bucket_at
        if at is None or not full.count:
            return None
        self.bucket = Histogram()
        return Bucket(
            check=self.check.id,
            location=self.location,
            bucket_at=at,
            count=full.count,
            sum_us=full.sum_us,
            counts=tuple(full.counts),
        )

    @property
    def next_question(self) -> Question:
        """What is to confirm an outage, or its end, is asked by another path than what it confirms."""
        against, newest = self.state.down.against, self.answer
        return elsewhere(self.question, newest, against) if against and newest is not None else self.question

    @property
    def slow(self) -> bool:
        """Judged slow by the latency rule; an outage is something else."""
        state = self.state
        return state.slow.on and not state.down.on and state.reason is Reason.TOO_SLOW

    @property
    def snapshot(self) -> Snapshot:
        return Snapshot(
            check=self.check.id,
            location=self.location,
            definition=self.definition,
            state=self.state,
            pulse=self.pulse if self.rhythm else None,
            flap=self.flap,
            ending=self.ending,
        )

    @property
    def _holds_until(self) -> Instant | None:
        evidence = self.thresholds.evidence
        return None if evidence is None or self.started_at is None else self.started_at + evidence

    @property
    def last_answer(self) -> LastAnswer:
        return LastAnswer(
            check=self.check.id,
            component=self.check.component,
            kind=self.check.kind,
            location=self.location,
            state=self.state.state,
            interval=self.interval,
            timeout=self.timeout,
            answer=self.answer,
            started_at=self.started_at,
            holds_until=self._holds_until,
            results=self.results,
            failures=self.failures,
            missed=self.missed,
            latency_sum_us=self.latency.sum_us,
            latency_counts=self.latency.counts,
            expires_at=self.ending.expires_at if self.ending else None,
        )


def seen(kept: Kept) -> CheckState:
    """The snapshot's state with the evidence of the newest run: steady results do not write snapshots."""
    state, run = kept.snapshot.state, kept.run.run if kept.run else None
    if run is None:
        return state
    judged_at = max(run.last_at, state.judged_at or run.last_at)
    seen_at = max(run.last_at, state.seen_at or run.last_at) if run.outcome.valid else state.seen_at
    return replace(state, seen_at=seen_at, judged_at=judged_at)


def thresholds_of(kept: Kept) -> Thresholds:
    """Of a check that is no longer configured: how long its last evidence holds."""
    run = kept.run.run if kept.run else None
    lasting = kept.snapshot.pulse is not None or run is None
    return Thresholds(
        fall=1, rise=1, evidence=None if lasting or run is None else evidence_of(run.interval, run.timeout)
    )
