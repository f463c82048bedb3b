"""python -m bench.asking SECONDS URL…: the http kind and the judging of its results in memory, as fast as they go.

Prints checks and CPU seconds. Nothing is scheduled and nothing is stored.
"""

import asyncio
import sys
import time

from config.model import Check
from probe.ask import ask_target
from probe.kinds.http import KIND
from probe.recorder import Recorder
from probe.result import Outcome, Result
from probe.watch import Watch
from upheld.serve import looped

AT_ONCE = 50
INTERVAL = 60_000


async def main(seconds: float, addresses: list[str]) -> None:
    options: dict[str, object] = {"expect": {"status": [200], "body": "ok"}}
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
            recorder.batch()

    async with KIND.open() as ask:
        started = time.process_time()
        await asyncio.gather(*(ask_on(watches[first::AT_ONCE]) for first in range(AT_ONCE)))
        print(done, time.process_time() - started)


if __name__ == "__main__":
    looped(main(float(sys.argv[1]), sys.argv[2:]))
