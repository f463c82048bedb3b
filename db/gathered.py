"""A listener that hears of one commit at once, and of those that follow in quick succession together."""

import asyncio

from db.database import Listener

SECONDS = 0.1
"""Whoever hears looks into the store then, and meanwhile the one writer waits for the interpreter after each of its
statements."""


class Gathered:
    """Itself a listener."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._untold: frozenset[str] = frozenset()
        self._told_at = float("-inf")

    def __call__(self, topics: frozenset[str]) -> None:
        loop, waiting = asyncio.get_running_loop(), bool(self._untold)
        self._untold |= topics
        rest = self._told_at + SECONDS - loop.time()
        if rest <= 0:
            self._tell()
        elif not waiting:
            loop.call_later(rest, self._tell)

    def _tell(self) -> None:
        topics, self._untold = self._untold, frozenset()
        if topics:
            self._told_at = asyncio.get_running_loop().time()
            self._listener(topics)
