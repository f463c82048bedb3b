"""python -m bench.asking [--store FILE] [--authority FILE] SECONDS URL…: pages asked as fast as they go.

The http kind and the judging of its results, in memory or, with `--store`, written to a new store every second. Nothing
is scheduled. Prints checks and CPU seconds.
"""

import asyncio
import sys
import time
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from config.model import Check
from db.engine import open_database
from probe.ask import ask_target
from probe.kinds.http import KIND
from probe.listeners import Listeners
from probe.recorder import Recorder
from probe.result import Outcome, Result
from probe.watch import Watch
from probe.writer import PAUSE, Writer
from upheld.clock import utc_now
from upheld.serve import looped, settle

AT_ONCE = 50
INTERVAL = 60_000


async def main(seconds: float, addresses: Sequence[str], authority: str | None, store: str | None) -> None:
    options: dict[str, object] = {"expect": {"status": [200], "body": "ok"}}
    if authority is not None:
        options["tls"] = {"ca_file": authority}
    checks = [
        Check(id=f"page-{number}/home", component=f"page-{number}", kind="http", target=address, options=options)
        for number, address in enumerate(addresses)
    ]
    watches = [Watch(check, KIND, "local") for check in checks]
    recorder, done, ends = Recorder(), 0, time.monotonic() + seconds
    assert KIND.open is not None

    async def ask_on(mine: list[Watch]) -> None:
        nonlocal done
        at = 0
        while time.monotonic() < ends:
            for watch in mine:
                answer = await ask_target(ask, watch.question, watch.terms)
                assert answer.outcome is Outcome.UP, answer
                id = watch.check.id
                recorder.result(watch, Result(check=id, location="local", tick=at, started_at=at, answer=answer))
                done += 1
            at += INTERVAL

    async with KIND.open() as ask, emptied(recorder) if store is None else stored(recorder, store):
        settle()
        started = time.process_time()
        await asyncio.gather(*(ask_on(watches[first::AT_ONCE]) for first in range(AT_ONCE)))
    print(done, time.process_time() - started)


@asynccontextmanager
async def emptied(recorder: Recorder) -> AsyncIterator[None]:
    """As often as it would be written, and nothing becomes of it."""

    async def empty() -> None:
        while True:
            await asyncio.sleep(PAUSE)
            recorder.batch()

    emptying = asyncio.create_task(empty())
    try:
        yield
    finally:
        emptying.cancel()


@asynccontextmanager
async def stored(recorder: Recorder, store: str) -> AsyncIterator[None]:
    database = await open_database(f"sqlite:///{store}")
    writer = Writer(database, recorder, utc_now, Listeners(changes=lambda tx, changes, now: None), lambda rows: None)
    writing = asyncio.create_task(writer.run())
    try:
        yield
    finally:
        writer.finish()
        await writing
        await database.close()


if __name__ == "__main__":
    parser = ArgumentParser()
    parser.add_argument("--store")
    parser.add_argument("--authority")
    parser.add_argument("seconds", type=float)
    parser.add_argument("addresses", nargs="+")
    given = parser.parse_args(sys.argv[1:])
    looped(main(given.seconds, given.addresses, given.authority, given.store))
