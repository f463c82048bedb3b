"""Carries out the timers that are due, a short slice at a time."""

import asyncio
import time
from collections.abc import Callable

from sqlalchemy import Connection

from config.instant import SECOND, Instant
from db.engine import Database
from incidents.store import timer
from upheld.metrics import HouseMetrics
from upheld.rules import Rules
from upheld.ticker import Ticker

SLICE_SECONDS = 0.05
AT_ONCE = 200
LEAST_REST_SECONDS = 0.02
"""Between two looks; what is due meanwhile is carried out together."""


class Clockwork:
    """`ticker` runs it; it is woken when timers were set. `ticked` is called whenever they were looked at."""

    def __init__(
        self,
        database: Database,
        rules: Callable[[], Rules],
        now: Callable[[], Instant],
        metrics: HouseMetrics,
        ticked: Callable[[], None],
    ) -> None:
        self._database = database
        self._rules = rules
        self._now = now
        self._metrics = metrics
        self._ticked = ticked
        self._behind = False
        self.ticker = Ticker("timers", self.step)

    async def step(self) -> bool:
        """A slice; whether there may be more. Only what is due needs the writer's turn, and who is behind need not ask
        when the next is."""
        now, behind = self._now(), self._behind
        if not behind:
            next_due = await self._database.read(timer.next_due)
            if next_due is None or next_due > now:
                self._ring_at(next_due, now)
                self._ticked()
                return False
        fired, self._behind = await self._database.write(self._slice(now))
        self._ticked()
        return behind or fired > 0

    def _slice(self, now: Instant) -> Callable[[Connection], tuple[int, bool]]:
        """How many it fired, and whether some that were due are left."""
        rules = self._rules()

        def fire(tx: Connection) -> tuple[int, bool]:
            ends_at = time.monotonic() + SLICE_SECONDS
            due = timer.due(tx, now, AT_ONCE)
            fired = rules.incidents.fire_all(tx, due, now, lambda: time.monotonic() > ends_at)
            for one in fired:
                self._metrics.fired(now - one.due_at)
            return len(fired), 0 < len(fired) < len(due)

        return fire

    def _ring_at(self, next_due: Instant | None, now: Instant) -> None:
        if next_due is not None and next_due < now + SECOND:
            rest = max((next_due - now) / SECOND, LEAST_REST_SECONDS)
            asyncio.get_running_loop().call_later(rest, self.ticker.wake)
