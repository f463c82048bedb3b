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
    """`run` is called in the thread and is to `take` until there is nothing, and to `settle` all that it took."""

    def __init__(self, run: Callable[["Writer"], None]) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._listeners: list[Listener] = []
        self._ending = False
        self._taken: Sequence[Job] = ()
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

    def take(self, *, wait: bool = True) -> list[Job]:
        """The next group. Empty: there is none at the moment, or, where it waited, none will come any more."""
        jobs: list[Job] = []
        while len(jobs) < GROUP_LIMIT and not self._ending:
            try:
                job = self._jobs.get(block=wait and not jobs)
            except queue.Empty:
                break
            if job is None:
                self._ending = True
            else:
                jobs.append(job)
        self._taken = jobs
        return jobs

    def settle(self, jobs: Sequence[Job], outcomes: Sequence[Outcome[Any]], topics: frozenset[str]) -> None:
        """After COMMIT, or where there was none: everybody hears what became of his work, then the listeners."""
        self._taken = ()
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Outcome[Any]]]] = {}
        for job, outcome in zip(jobs, outcomes, strict=True):
            by_loop.setdefault(job.loop, []).append((job.future, outcome))
        for loop, settled in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._settle, settled, topics)

    def _run(self, run: Callable[["Writer"], None]) -> None:
        """Without a writer everybody would wait for ever: whatever ends it, it begins anew."""
        while not self._ending:
            try:
                run(self)
            except Exception as error:
                log.exception("writer began anew")
                trouble = StoreUnavailable(f"the store did not commit: {error}")
                jobs = self._taken or self.take()  # once for each who asks, where it cannot even begin
                self.settle(jobs, [Outcome(error=trouble)] * len(jobs), frozenset())

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
