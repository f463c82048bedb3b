"""The tick loop: every check on its own grid, none dropped, none asked twice at once, nothing caught up in a burst.

One timer of the event loop and one heap serve all checks; a task exists only while a check runs. A check that is late
runs late; one that is late by whole intervals runs once, and the ticks it missed are told. Waiting for a turn makes a
run late and is no part of it.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from config.instant import SECOND, Instant, Span
from probe.phase import phase_of, tick_of
from probe.timeline import Timeline
from probe.turns import Caps, Turns

_log = structlog.get_logger(__name__)
FLOOR = 0.001
"""Shorter sleeps are rounded to none by some event loops, which then spin."""
CEILING = 0.25
"""Longer sleeps would hide that something held the loop meanwhile."""
SPREAD: Span = 10 * SECOND
"""Over so long are those spread that a process which was away has to ask late: they are no burst."""
_EARLY = 0.0005
"""Seconds: clocks go by milliseconds, and what is due in less is due; else it would take being woken twice."""
HELD = 0.05
"""A timer this late means that something held the loop."""


@dataclass(slots=True, eq=False)
class Slot:
    """One check's place in the schedule."""

    check: str
    interval: Span
    phase: Span
    run: Callable[[Instant, Instant], Awaitable[Span | None]]
    """Asks once, given the tick and the start; says after which pause it wants a recheck, if at all."""
    missed: Callable[[Instant, Instant], None]
    """Told the first and the last of the ticks that were not run."""
    host: str | None = None
    """Whom a crowd would trouble; None: nobody else."""
    tick: Instant = 0
    """The next tick that has not been run or missed."""
    due: float | None = None
    """On the monotonic clock; an entry of the heap with another time is stale. None: not in the heap."""
    task: asyncio.Task[None] | None = None
    started_at: Instant | None = None
    limit: float = 3600.0
    """Seconds after which a run has died without saying so."""
    begun: float = 0.0
    overdue: bool = False
    """Found over its limit once already: the loop has had its chance to end it."""
    waiting: bool = False
    wanted: float = 0.0
    """When its newest run should have begun, on the monotonic clock."""
    gone: bool = False


class Schedule:
    """Runs on the event loop that `start` is called on."""

    def __init__(
        self,
        timeline: Timeline,
        *,
        caps: Caps | None = None,
        lag: Callable[[float], None] = lambda seconds: None,
        stepped: Callable[[Span], None] = lambda span: None,
    ) -> None:
        """`lag` hears how late each run was launched, `stepped` by how much the wall clock was set."""
        self._timeline = timeline
        self._lag = lag
        self._stepped = stepped
        self._heap: list[tuple[float, int, Slot]] = []
        self._order = 0
        self._slots: set[Slot] = set()
        self._turns = Turns[Slot](caps or Caps())
        self._timer: asyncio.Handle | None = None
        self._wakes_at = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self.held_seconds = 0.0
        """How long something else kept this loop from running, in all."""
        self.replaced = 0
        """Runs that died without an end, and slots that had fallen out of the heap: each goes on at its next tick."""

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._arm()

    async def stop(self, grace: float) -> None:
        """No new runs; those under way have `grace` seconds to end."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._loop = None
        self._turns.clear()
        tasks = [slot.task for slot in self._slots if slot.task is not None]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def add(
        self,
        check: str,
        interval: Span,
        run: Callable[[Instant, Instant], Awaitable[Span | None]],
        missed: Callable[[Instant, Instant], None],
        now: Instant,
        limit: float = 3600.0,
        host: str | None = None,
        late: bool = False,
        unsure: bool = False,
    ) -> Slot:
        """The first run is at the first tick after `now`. One that takes longer than `limit` seconds is replaced.

        `now` is that of whoever judged what came before: adding thousands takes a while, in which ticks fall due.
        `late`: its newest tick went by unasked. It is asked for it soon, as any check that is late. `unsure`: a change
        is unconfirmed. It is asked again as soon.
        """
        phase = phase_of(check, interval)
        following = tick_of(now, interval, phase) + interval
        tick = following - interval if late else following
        due = min(now + phase % SPREAD, following) if late or unsure else following
        slot = Slot(
            check=check, interval=interval, phase=phase, run=run, missed=missed, host=host, tick=tick, limit=limit
        )
        self._slots.add(slot)
        self._push(slot, self._timeline.monotonic_of(due))
        return slot

    def hurry(self, slot: Slot) -> None:
        """Asked at once, unless it is under way or waits already; its next tick stays where it is."""
        if self._loop is not None and slot.task is None and not slot.waiting and not slot.gone:
            self._push(slot, self._loop.time())

    def remove(self, slot: Slot) -> None:
        """A run under way ends by itself and is not followed by another."""
        slot.gone = True
        if slot.task is None:
            self._slots.discard(slot)

    @property
    def running(self) -> int:
        return self._turns.running

    def limit(self, caps: Caps) -> None:
        """From now on; runs under way are not ended."""
        self._turns.caps = caps

    def _push(self, slot: Slot, due: float) -> None:
        if slot.due == due:
            return
        slot.due = due
        self._order += 1
        heapq.heappush(self._heap, (due, self._order, slot))
        if self._timer is not None and due < self._wakes_at:
            self._arm()

    def _arm(self) -> None:
        if self._loop is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        now = self._loop.time()
        due = self._heap[0][0] if self._heap else now + CEILING
        self._wakes_at = now + min(max(due - now, FLOOR), CEILING)
        # uvloop gives a handle that does not know its time for what is due at once.
        self._timer = self._loop.call_at(self._wakes_at, self._wake)

    def _wake(self) -> None:
        if self._loop is None or self._timer is None:
            return
        now = self._loop.time()
        late = now - self._wakes_at
        if late > HELD:
            self.held_seconds += late
            self._step()
        heap, begun = self._heap, now + _EARLY
        while heap and heap[0][0] <= begun:
            due, _, slot = heapq.heappop(heap)
            if slot.gone or due != slot.due:
                continue
            slot.due = None
            self._begin(slot, due)
        self._timer = None
        self._arm()

    def adjust(self) -> None:
        """Look at the wall clock and after every run; call it about once a second."""
        if self._loop is not None:
            self._step()
            self._revive(self._loop.time())

    def _revive(self, now: float) -> None:
        for slot in list(self._slots):
            task = slot.task
            if task is None:
                if slot.due is None and not slot.waiting and not slot.gone:
                    self._replace(slot, "was forgotten")
            elif task.done() or (slot.overdue and now - slot.begun > slot.limit):
                task.cancel()
                slot.task, slot.started_at = None, None
                self._replace(slot, "did not end")
                self._leave(slot)
            else:
                # Once is not enough: a loop that was held up has had no time to end it.
                slot.overdue = now - slot.begun > slot.limit

    def _replace(self, slot: Slot, why: str) -> None:
        self.replaced += 1
        _log.error("check run replaced", check=slot.check, because=why)
        slot.overdue = slot.waiting = False
        if slot.gone:
            self._slots.discard(slot)
        else:
            self._push(slot, self._timeline.monotonic_of(slot.tick))

    def _step(self) -> None:
        stepped = self._timeline.adjust()
        if not stepped:
            return
        _log.warning("wall clock stepped", milliseconds=stepped)
        now = self._timeline.now()
        for slot in self._slots:
            following = tick_of(now, slot.interval, slot.phase) + slot.interval
            if stepped > 0 and slot.tick < following - slot.interval:
                slot.missed(slot.tick, following - 2 * slot.interval)
            slot.tick = following
            self._push(slot, self._timeline.monotonic_of(following))
        self._stepped(stepped)

    def _begin(self, slot: Slot, due: float) -> None:
        if slot.task is not None:
            slot.waiting = True
        elif not slot.waiting:
            slot.wanted = due
            self._enter(slot)
        elif self._turns.waits_for_host(slot, slot.host):
            self._enter(slot, impatient=True)

    def _enter(self, slot: Slot, impatient: bool = False) -> None:
        if self._turns.enter(slot, slot.host, impatient):
            self._launch(slot)
            return
        slot.waiting = True
        if not impatient and self._loop is not None:
            half, now = slot.interval / 2000, self._loop.time()
            # Later than that already: we were held up, and so were all the others, who would come in one burst.
            self._push(slot, half + (slot.wanted if now <= slot.wanted + half else now))

    def _launch(self, slot: Slot) -> None:
        assert self._loop is not None
        slot.waiting, slot.due = False, None
        began = self._loop.time()
        self._lag(began - slot.wanted)
        now = self._timeline.instant_of(began)
        newest = tick_of(now, slot.interval, slot.phase)
        if newest > slot.tick:
            slot.missed(slot.tick, newest - slot.interval)
        if newest >= slot.tick:
            slot.tick = newest + slot.interval
        slot.started_at, slot.begun, slot.overdue = now, began, False
        slot.task = self._loop.create_task(self._ask(slot, newest, now))

    async def _ask(self, slot: Slot, tick: Instant, started: Instant) -> None:
        recheck: Span | None = None
        try:
            recheck = await slot.run(tick, started)
        except Exception:  # the schedule outlives a bug in one run; it is logged, and the evidence lapses
            _log.exception("check run failed", check=slot.check)
        finally:
            self._end(slot, started, recheck)

    def _end(self, slot: Slot, started: Instant, recheck: Span | None) -> None:
        if slot.task is not asyncio.current_task():
            return  # it was given up, and another goes on
        slot.task, slot.started_at = None, None
        if slot.gone:
            self._slots.discard(slot)
        elif self._loop is not None:
            self._follow(slot, started, recheck)
        self._leave(slot)

    def _leave(self, slot: Slot) -> None:
        following = deque(self._turns.leave(slot.host))
        while following:
            one = following.popleft()
            if self._loop is not None and not one.gone:
                self._launch(one)
            else:
                following += self._turns.leave(one.host)

    def _follow(self, slot: Slot, started: Instant, recheck: Span | None) -> None:
        """The next run: at the next tick, or earlier while a change is unconfirmed."""
        if slot.waiting:
            slot.waiting = False
            self._push(slot, self._timeline.monotonic_of(self._timeline.now()))
            return
        due = slot.tick if recheck is None else min(slot.tick, started + recheck)
        self._push(slot, self._timeline.monotonic_of(due))
