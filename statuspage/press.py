"""When the pages are made anew: while somebody looks on every change, and often enough to say how things stand now.

Making a page is dear and reading one is not. What nobody looks at is made a few times a minute while things change, and
not because time goes by: who comes after a quiet time waits until what he is given is made.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic

import structlog

from db.errors import StoreUnavailable

log = structlog.get_logger(__name__)

AGE_SECONDS = 10.0
"""A reader is given no older page; so long after somebody asked he counts as looking, and so long a change waits where
nobody does."""
LARGE_AGE_SECONDS = 30.0
"""Nor here, where making them is dear."""
REST_SECONDS = 0.2
PATIENCE_SECONDS = 2.0
"""Then a reader is given the page made before, which says how old it is."""
FIRST_SECONDS = 15.0
"""Where there is none, for the house has just opened."""


class Press:
    """`run` is the only one that makes; everybody else asks for it."""

    def __init__(
        self,
        make: Callable[[], Awaitable[None]],
        watched: Callable[[], bool],
        *,
        age: float = AGE_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """The pages are made now, unless a change is said first.

        `watched`: whether somebody keeps one open, and waits to be told of a change.
        """
        self._make = make
        self._watched = watched
        self._least_age = self._age = age
        self._clock = clock
        self._made_at = clock()
        self._asked_at = float("-inf")
        self._held = self._shown = 0
        self._wanted = asyncio.Event()
        self._made = asyncio.Condition()
        self._stopping = False
        self._troubled = False

    def changed(self) -> None:
        """Something was committed that a page may show."""
        if self._looked_at():
            self._wanted.set()
        else:
            self._held += 1

    def stop(self) -> None:
        self._stopping = True
        self._wanted.set()

    async def fresh(self, *, first: bool = False) -> None:
        """For a reader: returns once the pages are young enough and hold back nothing, or when that takes too long.

        `first`: no page was made yet.
        """
        self._asked_at = self._clock()
        if not self._stale():
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_SECONDS if first else PATIENCE_SECONDS), self._made:
                while self._stale() and not self._stopping:
                    self._wanted.set()
                    await self._made.wait()

    async def run(self) -> None:
        warm = False
        while await self._asked():
            self._wanted.clear()
            began_at, held = self._clock(), self._held
            await self._try()
            self._made_at, self._shown = began_at, held
            took = self._clock() - began_at if warm else 0.0  # the first time templates and words are read, too
            warm = True
            self._age = max(self._least_age, min(LARGE_AGE_SECONDS, 60 * took))
            await self._tell()
            # At most a tenth of the time goes into making pages, however fast things change.
            await asyncio.sleep(max(REST_SECONDS, 9 * took))
        await self._tell()

    def _stale(self) -> bool:
        return self._held != self._shown or self._clock() - self._made_at > self._age

    def _looked_at(self) -> bool:
        return self._watched() or self._clock() - self._asked_at <= self._age

    async def _tell(self) -> None:
        """Whoever waits need not wait longer."""
        async with self._made:
            self._made.notify_all()

    async def _asked(self) -> bool:
        """Waits until the pages are to be made; False: never again."""
        while not self._stopping and not self._wanted.is_set():
            try:
                async with asyncio.timeout(self._age):
                    await self._wanted.wait()
            except TimeoutError:
                if self._watched() or self._troubled or self._held != self._shown:
                    break
        return not self._stopping

    async def _try(self) -> None:
        """The pages made before go on being served where it fails, and say how old they are."""
        try:
            await self._make()
        except StoreUnavailable as error:
            if not self._troubled:
                log.warning("pages not refreshed", error=str(error))
            self._troubled = True
        except Exception:
            if not self._troubled:
                log.exception("pages not made")
            self._troubled = True
        else:
            self._troubled = False
