"""Collects what must be written until somebody writes it, and knows how much that is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.instant import Instant
from probe.batch import Batch, Bucket, OpenRun, Restated
from probe.ending import Ending, Warned, warned
from probe.result import Outcome, Plain, Reason, Result
from probe.verdict import CheckChange, Judgement, restate
from probe.watch import Watch

LIMIT = 100_000
"""Results and changes that may wait for a store that does not answer."""


@dataclass(slots=True)
class _Waiting:
    grown: set[Watch] = field(default_factory=set)
    ended: list[OpenRun] = field(default_factory=list)
    failing: list[Result] = field(default_factory=list)
    changes: list[CheckChange] = field(default_factory=list)
    judged: set[Watch] = field(default_factory=set)
    forgotten: list[str] = field(default_factory=list)
    buckets: list[Bucket] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    restated: list[Restated] = field(default_factory=list)
    flapped: list[str] = field(default_factory=list)
    warned: list[Warned] = field(default_factory=list)


class Recorder:
    def __init__(self) -> None:
        self._waiting = _Waiting()

    @property
    def waiting(self) -> int:
        """What would be lost if this process died now; growing runs count once each."""
        now = self._waiting
        return len(now.grown) + len(now.ended) + len(now.failing) + len(now.changes)

    @property
    def full(self) -> bool:
        return self.waiting >= LIMIT

    def result(self, watch: Watch, result: Result) -> Judgement:
        """Counts, judges and keeps one result."""
        before, flapping, ending = watch.state, watch.flap.on, watch.ending
        judgement, ended, bucket = watch.take(result)
        self._waiting.grown.add(watch)
        self._waiting.ended += ended
        if bucket is not None:
            self._waiting.buckets.append(bucket)
        if result.answer.outcome not in (Outcome.UP, Outcome.MISSED):
            self._waiting.failing.append(result)
        after = judgement.state
        steady = (
            after.state is before.state
            and after.down is before.down
            and after.slow is before.slow
            and after.reason is before.reason
            and after.resumed == before.resumed
        )
        if not steady or watch.rhythm is not None:
            self._waiting.judged.add(watch)
        if watch.flap.on is not flapping:
            self._waiting.judged.add(watch)
            self._waiting.flapped.append(watch.check.id)
        if watch.ending is not ending:
            self._waiting.judged.add(watch)
            self._waiting.warned += warned(watch.check.id, ending, watch.ending, result.started_at)
        self._waiting.changes += judgement.changes
        return judgement

    def judged(self, watch: Watch, judgement: Judgement) -> None:
        """A judgement without a result: evidence lapsed, or the check ceased."""
        watch.state = judgement.state
        self._waiting.judged.add(watch)
        self._waiting.changes += judgement.changes

    def restate(self, watch: Watch, detail: str, facts: Mapping[str, Plain]) -> bool:
        """Its unconfirmed bad results were our own fault. Whether there were any."""
        since = watch.state.down.since
        if watch.state.down.on or since is None:
            return False
        self.judged(watch, restate(watch.state, watch.check.id, Reason.QUARANTINED))
        watch.restate(since)
        self._waiting.grown.add(watch)
        self._waiting.restated.append(
            Restated(check=watch.check.id, location=watch.location, since=since, detail=detail, facts=facts)
        )
        return True

    def touch(self, watch: Watch) -> None:
        """Its snapshot is to be written, changed or not."""
        self._waiting.judged.add(watch)

    def changes(self, changes: tuple[CheckChange, ...]) -> None:
        self._waiting.changes += changes

    def no_longer_ending(self, check: str, ending: Ending | None, now: Instant) -> None:
        """The check is gone or asks something else: its warning is over."""
        self._waiting.warned += warned(check, ending, None, now)

    def heard(self, row: int) -> None:
        """That row of a heartbeat needs no second hearing."""
        self._waiting.taken.append(row)

    def close(self, watch: Watch) -> None:
        """Ends its run and its five minutes, before another question takes its place or the process ends."""
        bucket = watch.close_bucket()
        if bucket is not None:
            self._waiting.buckets.append(bucket)
        if watch.gone and watch.run is not None:
            self._waiting.ended.append(watch.run)
            watch.run = None

    def forget(self, check: str) -> None:
        self._waiting.forgotten.append(check)

    def batch(self) -> Batch | None:
        """Everything so far, once; None when there is nothing."""
        full, self._waiting = self._waiting, _Waiting()
        open_runs = [watch.run for watch in full.grown if watch.run is not None]
        batch = Batch(
            runs=tuple((held, held.run) for held in (*full.ended, *open_runs)),
            failing=tuple(full.failing),
            changes=tuple(full.changes),
            snapshots=tuple(watch.snapshot for watch in full.judged if not watch.gone),
            forgotten=tuple(full.forgotten),
            buckets=tuple(full.buckets),
            taken=tuple(full.taken),
            restated=tuple(full.restated),
            flapped=tuple(full.flapped),
            warned=tuple(full.warned),
        )
        return batch if batch != Batch() else None
