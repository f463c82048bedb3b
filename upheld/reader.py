"""Decides what the inbox holds, a short slice at a time."""

import asyncio
import time
from collections.abc import Callable

from sqlalchemy import Connection

from config.instant import Instant
from db.engine import Database
from incidents import reading
from incidents.intake import OwnInbox
from incidents.pace import Pace
from incidents.store import inbox
from upheld.metrics import HouseMetrics
from upheld.rules import Rules
from upheld.ticker import Ticker

SLICE_SECONDS = 0.02
LONG_SLICE_SECONDS = 0.1
"""While no sender waits: what a slice costs besides what it decides, a commit above all, is paid less often."""


class Reader:
    """`ticker` runs it; it is woken when posts were accepted."""

    def __init__(
        self,
        database: Database,
        rules: Callable[[], Rules],
        now: Callable[[], Instant],
        inbox: OwnInbox,
        metrics: HouseMetrics,
        porter_up: Callable[[], bool],
    ) -> None:
        """`porter_up`: posts are answered by another process, which deciding does not keep from it."""
        self._database = database
        self._rules = rules
        self._now = now
        self._inbox = inbox
        self._metrics = metrics
        self._porter_up = porter_up
        self._pace = Pace()
        self._accepted = 0
        self._ended_at = time.monotonic()
        self.ticker = Ticker("inbox", self.step)

    async def step(self) -> bool:
        """A slice. While senders wait for their commits a pause follows, so that those who are answered in this process
        have their turn."""
        now, rules = self._now(), self._rules()

        def work(tx: Connection) -> tuple[int, Instant | None, float]:
            began_at = time.monotonic()

            def enough() -> bool:
                return time.monotonic() - began_at > (SLICE_SECONDS if self._inbox.busy else LONG_SLICE_SECONDS)

            done = reading.process(tx, rules.incidents, rules.entrances, now, enough)
            return done, inbox.oldest(tx), time.monotonic() - began_at

        done, oldest, took = await self._database.write(work)
        self._metrics.processed(done)
        self._measure(done, took)
        if done and self._inbox.busy and not self._porter_up():
            lag = 0 if oldest is None else now - oldest
            await asyncio.sleep(self._pace.rest(took, lag=lag))
        return done > 0

    def _measure(self, done: int, took: float) -> None:
        ended_at, accepted = time.monotonic(), self._inbox.accepted
        self._pace = self._pace.after(
            came=accepted - self._accepted, over=ended_at - self._ended_at, decided=done, took=took
        )
        self._ended_at, self._accepted = ended_at, accepted
