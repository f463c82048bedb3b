"""An event loop whose time passes only while nothing else is to be done: hours of watching in a blink, and exact."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from typing_extensions import override

from config.instant import Instant

T = TypeVar("T")
START: Instant = 1_790_000_000_000
_EventMask = int


class _Selector(selectors.SelectSelector):
    loop: "VirtualLoop"

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, _EventMask]]:
        ready = super().select(0)
        if not ready and timeout:
            self.loop.hold(timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """`hold(seconds)` lets time pass at once, as when something keeps the loop from running."""

    def __init__(self, since: float = 0.0) -> None:
        """`since`: seconds of the story that have passed already."""
        selector = _Selector()
        selector.loop = self
        self._passed = 1000.0 + since
        self.stepped: int = 0
        """How far the wall clock was set forward, in milliseconds."""
        super().__init__(selector)

    @override
    def time(self) -> float:
        return self._passed

    def hold(self, seconds: float) -> None:
        self._passed += seconds

    def wall(self) -> Instant:
        return START + round((self._passed - 1000) * 1000) + self.stepped


def run(work: Coroutine[Any, Any, T], loop: VirtualLoop) -> T:
    """To its end; what is left over is cancelled."""
    try:
        return loop.run_until_complete(work)
    finally:
        loop.run_until_complete(_end_all())
        loop.close()


async def _end_all() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
