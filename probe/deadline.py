"""Deadlines: thousands run at a time and nearly none is reached, so a loop has one timer for all of them.

A timer of its own for each, as `asyncio.timeout` has one, was a tenth of all that a check costs.
"""

import asyncio
import math
from heapq import heapify, heappop, heappush
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary

_SPARE = 100
"""Deadlines that are over and may lie among the others."""
_RESOLUTION = 0.001
"""Seconds: a loop's clock goes by milliseconds."""


class Deadline:
    """`with Deadline(seconds):` what awaits in it is given up then, by TimeoutError, as with `asyncio.timeout`."""

    __slots__ = ("_alarm", "_cancelling", "_reached", "_seconds", "task")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._reached = False

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        assert task is not None, "only a task can be given up"
        self.task: asyncio.Task[Any] | None = task
        """None once it is over."""
        self._cancelling = task.cancelling()
        self._alarm = _alarms.get(loop) or _alarms.setdefault(loop, _Alarm())
        self._alarm.set(self, loop, loop.time() + self._seconds)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        task, self.task = self.task, None
        if not self._reached:
            self._alarm.unset()
        elif task is not None and task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def reach(self) -> None:
        if self.task is not None:
            self._reached = True
            self.task.cancel()


class _Alarm:
    """Rings for the earliest deadline of a loop. Holds neither the loop nor a task whose deadline is over."""

    __slots__ = ("_over", "_rings_at", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Deadline]] = []
        self._over = 0
        self._rings_at = math.inf

    def set(self, deadline: Deadline, loop: asyncio.AbstractEventLoop, at: float) -> None:
        heappush(self._waiting, (at, id(deadline), deadline))
        self._ring_by(at, loop)

    def unset(self) -> None:
        self._over += 1
        if self._over > _SPARE and 2 * self._over > len(self._waiting):
            self._waiting = [one for one in self._waiting if one[2].task is not None]
            heapify(self._waiting)
            self._over = 0

    def _ring_by(self, at: float, loop: asyncio.AbstractEventLoop) -> None:
        if at < self._rings_at:
            self._rings_at = at
            loop.call_at(at, self._ring, at, loop)

    def _ring(self, at: float, loop: asyncio.AbstractEventLoop) -> None:
        if at != self._rings_at:
            return  # it was set to an earlier one meanwhile
        self._rings_at, now = math.inf, loop.time() + _RESOLUTION
        while self._waiting:
            at, _, deadline = self._waiting[0]
            if deadline.task is None:
                self._over -= 1
            elif at <= now:
                deadline.reach()
            else:
                self._ring_by(at, loop)
                break
            heappop(self._waiting)


_alarms = WeakKeyDictionary[asyncio.AbstractEventLoop, _Alarm]()
