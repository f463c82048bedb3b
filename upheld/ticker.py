"""Loops that take what is due from the store, one step at a time: woken after a commit, at the latest after a second.

A step that fails is logged and tried again; the loop never ends by itself, and what it did not get done stays a row.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from db.errors import StoreUnavailable

log = structlog.get_logger(__name__)

REST_SECONDS = 1.0
AFTER_TROUBLE_SECONDS = 1.0


class Ticker:
    """`step` does a little and says whether there may be more."""

    def __init__(self, name: str, step: Callable[[], Awaitable[bool]], rest: float = REST_SECONDS) -> None:
        self.name = name
        self._step = step
        self._rest = rest
        self._awake = asyncio.Event()
        self._stopping = False
        self._troubled = False

    def wake(self) -> None:
        self._awake.set()

    def stop(self) -> None:
        """After the step under way."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        while not self._stopping:
            self._awake.clear()
            if not await self._one():
                await self._wait(self._rest)

    async def _one(self) -> bool:
        try:
            more = await self._step()
        except StoreUnavailable as error:
            self._say_once("store not available", error)
            await self._wait(AFTER_TROUBLE_SECONDS)
            return False
        except Exception as error:  # the rows are still there: the next step meets them again
            self._say_once("step failed", error)
            await self._wait(AFTER_TROUBLE_SECONDS)
            return False
        if self._troubled:
            self._troubled = False
            log.info("ticker works again", ticker=self.name)
        return more

    def _say_once(self, what: str, error: Exception) -> None:
        if not self._troubled:
            self._troubled = True
            log.error(what, ticker=self.name, error=str(error), exc_info=not isinstance(error, StoreUnavailable))

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        except TimeoutError:
            return
