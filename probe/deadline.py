"""Deadlines: thousands run at a time and nearly none is reached, so a loop has one timer for all of them.

A timer of its own for each, as `asyncio.timeout` has one, was a tenth of all that a check costs.
"""

import asyncio
import math
from heapq import heappop, heappush
from types import TracebackType
from typing import Any
from weakref import ref

_RESOLUTION = 0.001
"""Seconds: a loop's clock goes by milliseconds."""
_REST = 0.01
"""Seconds between two looks at all that wait, where many are reached one after the other: so late one may be."""


class Deadline:
    """`with Deadline(seconds):` what awaits in it is given up then, by TimeoutError, as with `asyncio.timeout`."""

    __slots__ = ("_cancelling", "_seconds", "others", "task")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        assert task is not None, "only a task can be given up"
        self.task: asyncio.Task[Any] = task
        self._cancelling = task.cancelling()
        alarm = _alarms.get(ref(loop)) or _alarm_of(loop)
        at = loop.time() + self._seconds
        self.others = alarm.waiting
        """Among whom it waits."""
        self.others[self] = at
        if at < alarm.rings_at:
            alarm.ring_at(at, loop)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        reached = self.others.pop(self, None) is None
        if reached and self.task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error


class _Alarm:
    """The deadlines of a loop that were neither reached nor left. It does not keep the loop alive.

    They wait where they were put until it rings, as most are left before; then each goes once to those that end in the
    same hundredth of a second, and only the next ones to end are looked at from then on.
    """

    __slots__ = ("_order", "_places", "rings_at", "waiting")

    def __init__(self) -> None:
        self.waiting: dict[Deadline, float] = {}
        self.rings_at = math.inf
        self._places: dict[int, dict[Deadline, float]] = {}
        self._order: list[int] = []
        """A heap of the places there are."""

    def ring_at(self, at: float, loop: asyncio.AbstractEventLoop) -> None:
        self.rings_at = at
        loop.call_at(at, self._ring, at, loop)

    def _ring(self, at: float, loop: asyncio.AbstractEventLoop) -> None:
        if at != self.rings_at:
            return  # it was set to an earlier time meanwhile
        self.rings_at, now = math.inf, loop.time()
        self._sort()
        while (place := self._next()) is not None:
            reached = [one for one, ends in place.items() if ends <= now + _RESOLUTION]
            for deadline in reached:
                del place[deadline]
                deadline.task.cancel()
            if place:
                self.ring_at(max(min(place.values()), now + _REST), loop)
                return

    def _sort(self) -> None:
        for deadline, ends in self.waiting.items():
            number = int(ends / _REST)
            place = self._places.get(number)
            if place is None:
                place = self._places[number] = {}
                heappush(self._order, number)
            place[deadline] = ends
            deadline.others = place
        self.waiting.clear()

    def _next(self) -> dict[Deadline, float] | None:
        """Those that end first; None: nobody waits."""
        while self._order:
            place = self._places[self._order[0]]
            if place:
                return place
            del self._places[heappop(self._order)]
        return None


_alarms: dict[ref[asyncio.AbstractEventLoop], _Alarm] = {}


def _alarm_of(loop: asyncio.AbstractEventLoop) -> _Alarm:
    for gone in [one for one in list(_alarms) if one() is None]:
        _alarms.pop(gone, None)  # another thread's loop may have been quicker
    return _alarms.setdefault(ref(loop), _Alarm())
