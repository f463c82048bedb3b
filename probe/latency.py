"""Latencies rolled up: counts per bucket of duration, for five minutes in the store and for ever in the metrics."""

from bisect import bisect_left

from config.instant import MINUTE, Instant, Span

BUCKET: Span = 5 * MINUTE
BOUNDS_US = (
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000,
)  # fmt: skip
"""Upper bounds in microseconds; one more bucket holds what is longer."""


class Histogram:
    """Only counts and a sum: adding is cheap, and two of them add up."""

    __slots__ = ("count", "counts", "sum_us")

    def __init__(self) -> None:
        self.count = 0
        self.sum_us = 0
        self.counts = [0] * (len(BOUNDS_US) + 1)

    def add(self, latency_us: int) -> None:
        self.count += 1
        self.sum_us += latency_us
        self.counts[bisect_left(BOUNDS_US, latency_us)] += 1


def bucket_of(instant: Instant) -> Instant:
    """The start of the five minutes the instant lies in."""
    return instant - instant % BUCKET
