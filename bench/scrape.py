"""How long one piece of a scrape holds the loop: the series of 10,000 checks and components, with gzip.

CPU of the thread, so a busy neighbour costs nothing; between two pieces the loop turns to whatever else waits.
"""

import gc
import time
import zlib
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from prometheus_client import CollectorRegistry

from bench.common import Row, row
from config.state import State
from probe.metrics import texts
from probe.watch import LastAnswer
from tests.probe.test_metrics import LAST, NOW, Prober
from upheld.metrics import HouseMetrics, Snapshot

CHECKS = (5000, 10_000)
LIMIT_MS = 10.0
CHAIN = {f"chain.{place}.{what}": "ab" * 32 for place in range(3) for what in ("sha256", "subject", "issuer", "serial")}


def measure() -> list[Row]:
    return [_measured(number) for number in CHECKS]


def _measured(checks: int) -> Row:
    house = HouseMetrics(CollectorRegistry())
    names = [f"shop-{number:05}" for number in range(checks)]
    house.show(Snapshot(states=dict.fromkeys(names, State.UP)))
    prober = Prober(*(_answered(name) for name in names))
    longest, pieces, size = _longest(chain(house.texts(), texts(prober, NOW)))
    note = f"{pieces:,} pieces, {size / 1e6:.1f} MB of text; the longest {longest:.1f} ms of CPU"
    name = f"scrape: longest piece (ms), {checks:,} checks"
    return row(name, ours=longest, peer=LIMIT_MS, limit=1, notes=[note])


def _answered(name: str) -> LastAnswer:
    assert LAST.answer is not None
    facts = {**LAST.answer.facts, **CHAIN, "address": "127.0.0.1", "verified": True, "expires_at": NOW}
    return replace(LAST, check=f"{name}/home", component=name, answer=replace(LAST.answer, facts=facts))


def _longest(pieces: Iterable[str]) -> tuple[float, int, int]:
    """Milliseconds to make and press the longest; how many; characters of all."""
    squeeze = zlib.compressobj(1, wbits=31)
    gc.collect()
    gc.freeze()  # as the server does with what it has read
    longest, number, size = 0.0, 0, 0
    since = time.thread_time()
    for piece in pieces:
        squeeze.compress(piece.encode())
        longest = max(longest, time.thread_time() - since)
        number, size = number + 1, size + len(piece)
        since = time.thread_time()
    return longest * 1000, number, size
