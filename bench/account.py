"""A month counted in full, ledger included, against a plain sorted merge of the same lists that only sums."""

import gc
import random
import time
from collections.abc import Callable
from fractions import Fraction

from config.agreement import ExclusionEffect, UnknownPolicy
from config.state import State
from sla.account import account
from sla.interval import Interval, union
from sla.terms import BRIDGE_MAX, Target, Terms
from sla.timeline import timeline

MONTH = 30 * 86_400_000
INTERVALS = 100_000
EXCLUSIONS = 1000
LIMIT = 8.0
ROUNDS = 15


def measure() -> dict[str, object]:
    """CPU milliseconds of ours and of the merge, best of several turns taken alternately, and their ratio."""
    pieces, exclusions = _month()
    events = [(start, State.UP if up else State.DOWN) for start, _, up in pieces]
    terms = Terms(
        exclusion_effect=ExclusionEffect.REMOVED,
        unknown_policy=UnknownPolicy.EXCLUDE,
        partial_weight=Fraction(1, 2),
        degraded_weight=Fraction(0),
        min_outage=0,
        merge_gap=0,
        bridge_max=BRIDGE_MAX,
        targets=(Target(start=0, end=MONTH, share=Fraction(999, 1000)),),
    )

    def counted() -> tuple[int, int]:
        line = timeline(State.UP, events, observed_from=0, observed_to=MONTH)
        found = account(line, (0, MONTH), exclusions, [], terms)
        return found.agreed, int(found.counted)

    if counted() != _merge(pieces, exclusions):
        raise AssertionError("the account and the merge disagree")
    ours, peer = [], []
    for _ in range(ROUNDS):
        ours.append(_cpu(counted))
        peer.append(_cpu(lambda: _merge(pieces, exclusions)))
    ratio = min(ours) / min(peer)
    return {
        "name": "account: 100k intervals, 1k exclusions, ledger, against a plain merge (CPU ms)",
        "ours": round(min(ours), 2),
        "peer": round(min(peer), 2),
        "ratio": round(ratio, 2),
        "limit": LIMIT,
        "holds": ratio <= LIMIT,
    }


def _cpu(work: Callable[[], object]) -> float:
    gc.collect()
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1000


def _month() -> tuple[list[tuple[int, int, bool]], list[Interval]]:
    """Up and down in turn with random lengths, and overlapping exclusion windows; the same in every run."""
    chance = random.Random(7)
    edges = [0, *sorted(chance.sample(range(1, MONTH), INTERVALS - 1)), MONTH]
    pieces = [(edges[i], edges[i + 1], i % 2 == 0) for i in range(INTERVALS)]
    starts = sorted(chance.randrange(MONTH) for _ in range(EXCLUSIONS))
    return pieces, [(start, min(MONTH, start + chance.randrange(1000, 3_600_000))) for start in starts]


def _merge(pieces: list[tuple[int, int, bool]], exclusions: list[Interval]) -> tuple[int, int]:
    """(agreed, down): walks both sorted lists once and keeps nothing but two sums."""
    excluded = union(exclusions)
    down, j, many = 0, 0, len(excluded)
    for start, end, up in pieces:
        if up:
            continue
        down += end - start
        while j < many and excluded[j][1] <= start:
            j += 1
        k = j
        while k < many and excluded[k][0] < end:
            first, last = excluded[k]
            down -= (last if last < end else end) - (first if first > start else start)
            k += 1
    return MONTH - sum(end - start for start, end in excluded), down


if __name__ == "__main__":
    print(measure())
