"""Writes what was recorded, together with what follows from it: a second after it was learned, or at once when asked.

While the store does not answer the facts stay in our hands, and the writer goes on trying.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count

import structlog
from sqlalchemy import Connection

from config.instant import Instant
from db.engine import Database
from probe import store
from probe.batch import Batch
from probe.listeners import Listeners
from probe.recorder import Recorder

_log = structlog.get_logger(__name__)
PAUSE = 1.0
LAST_TRIES = 3
"""When stopping; what is not written then is lost, and the log says so."""


class Writer:
    """`run` until `finish`; one at a time, so that the batches are written in their order."""

    def __init__(
        self,
        database: Database,
        recorder: Recorder,
        clock: Callable[[], Instant],
        listeners: Listeners,
        taken: Callable[[Sequence[int]], None],
    ) -> None:
        """`taken` hears which rows of heartbeats need not be read again."""
        self._database = database
        self._recorder = recorder
        self._clock = clock
        self._listeners = listeners
        self._taken = taken
        self._urgent = asyncio.Event()
        self._stopping = False

    def hurry(self) -> None:
        """Somebody may be waiting to hear of it."""
        self._urgent.set()

    def finish(self) -> None:
        """`run` ends when everything is written."""
        self._stopping = True
        self._urgent.set()

    async def run(self) -> None:
        while True:
            if not self._stopping:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._urgent.wait(), PAUSE)
            self._urgent.clear()
            batch = self._recorder.batch()
            if batch is not None:
                await self._write(batch)
            elif self._stopping:
                return

    async def _write(self, batch: Batch) -> None:
        """Until it is written; when stopping, a few times."""
        for tries in count(1):
            try:
                rows = await self._database.write(partial(self._save, batch))
            except Exception as error:  # the facts are still in our hands; nothing is lost by waiting
                _log.error("results not stored", error=repr(error), waiting=self._recorder.waiting, tries=tries)
                if self._stopping and tries >= LAST_TRIES:
                    return
                await asyncio.sleep(min(tries, 5) * 0.2)
            else:
                self._written(batch, rows)
                return

    def _written(self, batch: Batch, rows: list[int]) -> None:
        begun = [held for held, _ in batch.runs if held.row is None]
        for held, row in zip(begun, rows, strict=True):
            held.row = row
        self._taken(batch.taken)
        for one in batch.changes:
            _log.info("check changed", check=one.check, state=one.state, at=one.happened_at, reason=one.reason)

    def _save(self, batch: Batch, tx: Connection) -> list[int]:
        now = self._clock()
        batch = self._listeners.heard(tx, batch, now)
        rows = store.save(tx, batch, now)
        self._listeners.tell(tx, batch, now)
        return rows
