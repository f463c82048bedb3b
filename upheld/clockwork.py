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
LONG_SLICE_SECONDS = 0.1
"""While no sender waits: what a slice costs besides what it carries out, a commit above all, is paid less often."""
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
        hurried: Callable[[], bool] = lambda: False,
    ) -> None:
        """`hurried`: a sender waits for the writer's turn."""
        self._database = database
        self._rules = rules
        self._now = now
        self._metrics = metrics
        self._ticked = ticked
        self._hurried = hurried
        self._behind = False
        """More was due than one slice carries out: nobody need look whether anything is."""
        self.ticker = Ticker("timers", self.step)

    async def step(self) -> bool:
        """A slice; whether there may be more. Only what is due needs the writer's turn."""
        now, rules = self._now(), self._rules()

        def fire(tx: Connection) -> tuple[int, bool]:
            began_at = time.monotonic()

            def enough() -> bool:
                return time.monotonic() - began_at > (SLICE_SECONDS if self._hurried() else LONG_SLICE_SECONDS)

            due = timer.due(tx, now, AT_ONCE)
            fired = rules.incidents.fire_all(tx, due, now, enough)
            for one in fired:
                self._metrics.fired(now - one.due_at)
            return len(fired), len(fired) < len(due) or len(due) == AT_ONCE

        behind, self._behind = self._behind, False
        next_due = now if behind else await self._database.read(timer.next_due)
        fired = 0
        if next_due is not None and next_due <= now:
            fired, self._behind = await self._database.write(fire)
        elif next_due is not None and next_due < now + SECOND:
            asyncio.get_running_loop().call_later(max((next_due - now) / SECOND, LEAST_REST_SECONDS), self.ticker.wake)
        self._ticked()
        return behind or fired > 0
