"""The one thread that writes, with an event loop's side and its own: pieces of work in, in groups; outcomes back out.

A thread, because whatever else runs on an event loop between two statements holds up everybody who waits for a commit.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

from db.batch import GROUP_LIMIT, Outcome, Work
from db.database import Listener
from db.errors import StoreUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job:
    work: Work[Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


class Writer:
    """`run` is called in the thread: to `take` until there is nothing, and to `settle` or `fail` each group."""

    def __init__(self, run: Callable[["Writer"], None]) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._listeners: list[Listener] = []
        self._ending = False
        self._taken: list[Job] = []
        """Nobody has been told yet what became of these."""
        self._thread = threading.Thread(target=self._run, args=(run,), name="upheld-write", daemon=True)
        self._thread.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """What it gives, after COMMIT."""
        loop = asyncio.get_running_loop()
        job = Job(work, loop, loop.create_future())
        self._jobs.put(job)
        result: T = await job.future
        return result

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    async def close(self) -> None:
        """After all that was asked for."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def more(self) -> list[Work[Any]]:
        """Of the group that was taken: what was asked for since. Empty: nothing was, or it is full."""
        return self.take(wait=False)

    def take(self, *, wait: bool = True) -> list[Work[Any]]:
        """A group. Empty: there is nothing at the moment, or, where it waited, nothing will come any more."""
        jobs: list[Job] = []
        while len(self._taken) + len(jobs) < GROUP_LIMIT and not self._ending:
            try:
                job = self._jobs.get(block=wait and not jobs)
            except queue.Empty:
                break
            if job is None:
                self._ending = True
            else:
                jobs.append(job)
        self._taken += jobs
        return [job.work for job in jobs]

    def settle(self, outcomes: Sequence[Outcome[Any]], topics: frozenset[str]) -> None:
        """After COMMIT: everybody of the group hears what became of his work, then the listeners."""
        jobs, self._taken = self._taken, []
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Outcome[Any]]]] = {}
        for job, outcome in zip(jobs, outcomes, strict=True):
            by_loop.setdefault(job.loop, []).append((job.future, outcome))
        for loop, settled in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._settle, settled, topics)

    def fail(self, error: Exception) -> None:
        """There was no COMMIT: so hears everybody of the group."""
        self.settle([Outcome(error=error)] * len(self._taken), frozenset())

    def _run(self, run: Callable[["Writer"], None]) -> None:
        """Without a writer everybody would wait for ever: whatever ends it, it begins anew."""
        while not self._ending:
            try:
                run(self)
            except Exception as error:
                log.exception("writer began anew")
                if not self._taken:
                    self.take()  # once for each who asks, where it cannot even begin
                self.fail(StoreUnavailable(f"the store did not commit: {error}"))

    def _settle(self, settled: list[tuple[asyncio.Future[Any], Outcome[Any]]], topics: frozenset[str]) -> None:
        for future, outcome in settled:
            if future.cancelled():
                continue
            if outcome.error is not None:
                future.set_exception(outcome.error)
            else:
                future.set_result(outcome.value)
        if topics:
            for listener in self._listeners:
                listener(topics)
