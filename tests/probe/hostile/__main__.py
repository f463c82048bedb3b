"""Prints what became of every hostile server: `python -m tests.probe.hostile`."""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.probe.hostile.corpus import CORPUS
from tests.probe.hostile.papers import Papers
from tests.probe.hostile.play import play


def main() -> int:
    failed = count = 0
    with tempfile.TemporaryDirectory() as folder:
        papers = Papers(Path(folder))
        for group, cases in CORPUS.items():
            played, watchman = asyncio.run(play(cases, papers))
            for one in played:
                said = f"{one.answer.outcome} {one.answer.reason or ''}"
                took = f"{one.seconds * 1000:6.0f} of {one.case.timeout} ms"
                print(f"{group:10} {one.case.name:48} {said:28} {took:16} {'; '.join(one.faults())}")
                failed += bool(one.faults())
                count += 1
            grown = f"{watchman.grown / 2**20:.0f} MiB more at most"
            print(f"{group}: {len(cases)} servers, {grown}, the loop held {watchman.held * 1000:.0f} ms at most\n")
    print(f"{count} hostile servers, {failed} with a wrong verdict or late")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
