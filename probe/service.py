"""The prober: asks every check in its time, judges, and has written what it learned, with what follows from it.

Results wait in memory until they are written, a second at most, and changes of a failing check are written at once.
While the store does not answer probing goes on; only when too much waits are results given up, and then as missed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial

import structlog

from config.instant import Instant, Span
from config.model import Check
from config.options import Shelf
from config.state import State
from db.engine import Database
from probe import heartbeat, store, witness
from probe.ask import ask_target
from probe.batch import Kept
from probe.ear import Ear
from probe.health import Others, OwnHealth
from probe.heartbeat import Entrance
from probe.kind import Ask, ProbeKind
from probe.latency import Histogram
from probe.listeners import Listeners, OnChanges
from probe.parents import After, Parents
from probe.quarantine import host_of
from probe.recorder import Recorder
from probe.resolver import open_resolver
from probe.result import Reason, Result, dated
from probe.schedule import Schedule
from probe.timeline import Timeline
from probe.turns import Caps
from probe.verdict import CheckState, cease, lapse
from probe.watch import LastAnswer, Watch, seen, thresholds_of
from probe.writer import Writer

_log = structlog.get_logger(__name__)
_TENDING = 1.0


class _Asking:
    """One check, as its slot calls it."""

    __slots__ = ("_run", "_watch")

    def __init__(self, run: Callable[[Watch, Instant, Instant], Awaitable[Span | None]], watch: Watch) -> None:
        self._run = run
        self._watch = watch

    def run(self, tick: Instant, started: Instant) -> Awaitable[Span | None]:
        return self._run(self._watch, tick, started)

    def missed(self, first: Instant, last: Instant) -> None:
        self._watch.missed += (last - first) // self._watch.interval + 1


class Prober:
    """Runs on one event loop: `start`, any number of `update`, `stop`. Everything else reads."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], Instant],
        location: str,
        kinds: Mapping[str, ProbeKind],
        on_changes: OnChanges | Listeners,
        *,
        caps: Callable[[], Caps] = Caps,
        resolvers: Callable[[], Sequence[str]] = tuple,
        others: Others | None = None,
        after: After = lambda component: (),
    ) -> None:
        """`caps` and `resolvers` are asked for again at every update.

        `others` can contradict when nearly everything fails at once; without them results stand.
        """
        self._database = database
        self._clock = clock
        self._location = location
        self._kinds = kinds
        listeners = on_changes if isinstance(on_changes, Listeners) else Listeners(changes=on_changes)
        self._caps = caps
        self._resolvers = resolvers
        self._watches: dict[str, Watch] = {}
        self._askers: dict[str, Ask] = {}
        self._open = AsyncExitStack()
        self._shelf = Shelf()
        self._recorder = Recorder()
        self._others = others or Others()
        self._after = after
        self._ear = Ear(database, self._recorder, self._take)
        self._writer = Writer(database, self._recorder, clock, listeners, self._ear.taken)
        self._tasks: list[asyncio.Task[None]] = []
        self._updating = asyncio.Lock()
        self.lag = Histogram()
        """How late runs were launched."""
        self.lost = 0
        """Results given up because too much waited for the store."""

    async def start(self, checks: Sequence[Check]) -> None:
        """Loads what was known, judges the time nobody asked, and begins. Raises StoreUnavailable."""
        loop = asyncio.get_running_loop()
        self._timeline = Timeline(loop.time, self._clock)
        self._told_now = self._timeline.now
        self._schedule = Schedule(
            self._timeline,
            caps=self._caps(),
            lag=lambda seconds: self.lag.add(round(seconds * 1e6)),
            stepped=self._stepped,
        )
        self._health = OwnHealth(
            self._watches, self._recorder, self._timeline.now, self._judge, self._able_to_ask(self._others)
        )
        self._parents = Parents(self._schedule, self._after)
        kept = await self._database.read(partial(store.load, location=self._location))
        await self._open_kinds(checks)
        now = self._timeline.now()
        for check in checks:
            self._begin(check, kept.pop(check.id, None), now)
        for name, gone in kept.items():
            self._recorder.changes(cease(seen(gone), name, now, Reason.CHECK_REMOVED, thresholds_of(gone)).changes)
            self._recorder.no_longer_ending(name, gone.snapshot.ending, now)
            self._recorder.forget(name)
        self._know()
        self._schedule.start()
        self._tasks = [
            loop.create_task(self._writer.run()),
            loop.create_task(self._tend_on()),
            loop.create_task(self._health.run()),
        ]

    async def update(self, checks: Sequence[Check]) -> None:
        """After a reload: a check whose definition is untouched keeps its phase, streak and history."""
        async with self._updating:
            await self._open_kinds(checks)
            self._schedule.limit(self._caps())
            now, wanted = self._timeline.now(), {check.id: check for check in checks}
            for name, watch in list(self._watches.items()):
                check = wanted.get(name)
                if check is not None and check.definition == watch.definition:
                    watch.renew(check, self._kinds[check.kind], self._resolvers())
                else:
                    self._end(watch, Reason.CHECK_REMOVED if check is None else Reason.CHECK_EDITED, now)
            for check in checks:
                if check.id not in self._watches:
                    self._begin(check, None, now)
            self._know()
            self._writer.hurry()

    async def _open_kinds(self, checks: Sequence[Check]) -> None:
        """Those that are asked for: some bring large libraries along."""
        for name in sorted({check.kind for check in checks} - self._askers.keys()):
            opened = self._kinds[name].open
            if opened is not None:
                self._askers[name] = await self._open.enter_async_context(opened())

    def _know(self) -> None:
        self._ear.know(self._watches.values())
        self._parents.know(self._watches.values())

    async def stop(self, grace: float = 5.0) -> None:
        """Runs under way may end within `grace` seconds; then everything is written."""
        await self._schedule.stop(grace)
        writer, *others = self._tasks
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self._health.release()
        for watch in self._watches.values():
            self._recorder.close(watch)
            if watch.rhythm is not None:
                self._recorder.touch(watch)
        self._writer.finish()
        await writer
        await self._open.aclose()

    def answer(self, check: str) -> LastAnswer | None:
        """What is known this moment; None: there is no such check."""
        watch = self._watches.get(check)
        return watch.last_answer if watch is not None else None

    def answers(self) -> Iterator[LastAnswer]:
        """Of every check that there is now, as known when it is come to."""
        return (watch.last_answer for watch in list(self._watches.values()))

    @property
    def entrances(self) -> Mapping[str, Entrance]:
        """Where heartbeats come in, by their tokens."""
        return self._ear.entrances

    @property
    def measured_at(self) -> Instant | None:
        """The start of the newest answer of any check: up to then the measuring is known to run."""
        return max((one.started_at for one in self._watches.values() if one.started_at is not None), default=None)

    @property
    def missed(self) -> int:
        """Ticks of the checks there are that were not run."""
        return sum(watch.missed for watch in self._watches.values())

    @property
    def running(self) -> int:
        return self._schedule.running

    @property
    def restated(self) -> int:
        """Bad results that were our own fault, and `invalid`."""
        return self._health.restated if self._tasks else 0

    @property
    def replaced(self) -> int:
        """Runs of checks that died without an end."""
        return self._schedule.replaced

    @property
    def waiting(self) -> int:
        """Results and changes that are not written yet."""
        return self._recorder.waiting

    # checks coming and going

    def _begin(self, check: Check, kept: Kept | None, now: Instant) -> None:
        watch = Watch(check, self._kinds[check.kind], self._location, self._told_now, self._shelf, self._resolvers())
        self._watches[check.id] = watch
        self._recorder.touch(watch)
        unsure = False
        if kept is not None and kept.snapshot.definition == watch.definition:
            watch.resume(kept, now)
            judgement = lapse(watch.state, check.id, now, watch.thresholds)
            unsure = judgement.recheck
            self._recorder.judged(watch, judgement)
            if watch.rhythm is not None:
                self._ear.awake(watch, kept.recorded_at, now)
        elif kept is not None:
            ceased = cease(seen(kept), check.id, now, Reason.CHECK_EDITED, thresholds_of(kept))
            self._recorder.judged(watch, ceased)
            self._recorder.no_longer_ending(check.id, kept.snapshot.ending, now)
        if watch.rhythm is None:
            asking = _Asking(self._run, watch)
            watch.slot = self._schedule.add(
                check.id,
                check.interval,
                asking.run,
                asking.missed,
                now,
                watch.limit,
                host_of(check.target),
                late=watch.late,
                unsure=unsure,
            )

    def _end(self, watch: Watch, reason: Reason, now: Instant) -> None:
        if watch.slot is not None:
            self._schedule.remove(watch.slot)
        name = watch.check.id
        self._recorder.judged(watch, cease(watch.state, name, now, reason, watch.thresholds))
        self._recorder.no_longer_ending(name, watch.ending, now)
        watch.gone = True
        self._recorder.close(watch)
        del self._watches[name]
        if reason is Reason.CHECK_REMOVED:
            self._recorder.forget(name)

    # one run

    async def _run(self, watch: Watch, tick: Instant, started: Instant) -> Span | None:
        watch.tick = tick
        answer = await ask_target(
            self._askers[watch.check.kind],
            watch.next_question,
            watch.terms,
            lambda: self._schedule.held_seconds,
            slow=watch.slow,
        )
        at = dated(started, answer)
        result = Result(check=watch.check.id, location=self._location, tick=tick, started_at=at, answer=answer)
        self._parents.heard(watch, result)
        return watch.check.recheck if self._take(watch, result) else None

    def _take(self, watch: Watch, result: Result) -> bool:
        """Whether a change is unconfirmed."""
        return False if self._health.hold(watch, result) else self._judge(watch, result)

    def _judge(self, watch: Watch, result: Result) -> bool:
        if watch.gone:
            return False
        if self._recorder.full:
            self.lost += 1
            return False
        before = watch.state.state
        judgement = self._recorder.result(watch, result)
        # The first good answer of a thousand new checks need not be a thousand transactions.
        if any(before is not State.UNKNOWN or change.state is not State.UP for change in judgement.changes):
            self._writer.hurry()
        return judgement.recheck

    def _able_to_ask(self, others: Others) -> Others:
        if others.ask is not None:
            return others
        resolver = self._open.enter_context(open_resolver())
        return replace(others, ask=partial(witness.ask, resolver))

    # every second

    async def _tend_on(self) -> None:
        while True:
            await asyncio.sleep(_TENDING)
            try:
                await self._tend()
            except Exception:  # one bad second must not end all the following ones
                _log.exception("tending the checks failed")

    async def _tend(self) -> None:
        self._schedule.adjust()
        now = self._timeline.now()
        for watch in self._watches.values():
            if watch.rhythm is None:
                self._lapse(watch, now)
        await self._ear.hear(now)

    def _lapse(self, watch: Watch, now: Instant) -> None:
        state, evidence = watch.state, watch.thresholds.evidence
        if state.state is State.UNKNOWN or state.seen_at is None or evidence is None or now < state.seen_at + evidence:
            return
        asked_at = watch.slot.started_at if watch.slot else None
        judgement = lapse(state, watch.check.id, now if asked_at is None else asked_at, watch.thresholds)
        if judgement.changes:
            self._recorder.judged(watch, judgement)
            self._writer.hurry()

    def _stepped(self, span: Span) -> None:
        """Set forward, evidence lapses by itself. Set back, nothing would be newer than what was judged: begin anew.

        What a heartbeat is due is counted from when it was heard, so it moves along with the clock.
        """
        now = self._timeline.now()
        for watch in self._watches.values():
            if watch.rhythm is not None:
                watch.pulse = heartbeat.moved(watch.pulse, span, watch.rhythm, now)
                watch.state = replace(watch.state, judged_at=None)
                self._recorder.touch(watch)
            elif span < 0:
                judgement = cease(watch.state, watch.check.id, now, Reason.CLOCK_STEPPED, watch.thresholds)
                self._recorder.judged(watch, replace(judgement, state=CheckState()))
