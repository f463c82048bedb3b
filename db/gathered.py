"""Waking who looks into the store for what was committed: at once, and in quick succession once for several commits."""

import asyncio
from collections.abc import Callable

SECONDS = 0.1
"""At least, between two times. Whoever looks takes the interpreter, and the store's one writer waits for it after each
of its statements."""


class Gathered:
    """A listener for one topic, on one event loop."""

    def __init__(self, topic: str, wake: Callable[[], None]) -> None:
        self._topic = topic
        self._wake = wake
        self._woken_at = float("-inf")
        self._waiting = False

    def __call__(self, topics: frozenset[str]) -> None:
        if self._topic not in topics or self._waiting:
            return
        loop = asyncio.get_running_loop()
        rest = self._woken_at + SECONDS - loop.time()
        if rest <= 0:
            self._tell()
        else:
            self._waiting = True
            loop.call_later(rest, self._tell)

    def _tell(self) -> None:
        self._waiting = False
        self._woken_at = asyncio.get_running_loop().time()
        self._wake()
