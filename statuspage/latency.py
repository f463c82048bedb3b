"""Response times from counts per range: the median and the slowest twentieth, estimated inside their range."""

from collections.abc import Mapping, Sequence

from config.instant import DAY, HOUR, MINUTE, Instant
from probe.latency import BOUNDS_US, BUCKET
from statuspage.facts import Point, Series

STEP = 15 * MINUTE
FEWEST = 6
"""Steps measured below which a line says nothing."""


def series_of(component: str, buckets: Mapping[Instant, Sequence[int]], now: Instant) -> Series | None:
    """Up to 24 h until now in steps of 15 minutes, or of 5 as long as little is measured; a step without a count is a
    hole. None while there is too little to draw.
    """
    if not buckets:
        return None
    begin = max(min(buckets), now - DAY)
    step = STEP if now - begin > 6 * HOUR else BUCKET
    first, end = begin - begin % step + (step if begin == now - DAY else 0), now - now % step + step
    steps: dict[Instant, list[int]] = {start: [0] * (len(BOUNDS_US) + 1) for start in range(first, end, step)}
    for at, counts in buckets.items():
        counted = steps.get(at - at % step)
        if counted is not None:
            for place, count in enumerate(counts):
                counted[place] += count
    if sum(any(counts) for counts in steps.values()) < FEWEST:
        return None
    points = [
        Point(start=at, median_ms=share(counts, 1, 2), p95_ms=share(counts, 19, 20)) for at, counts in steps.items()
    ]
    return Series(component=component, bucket=step, points=tuple(points))


def share(counts: Sequence[int], part: int, of: int) -> int | None:
    """The duration in ms below which `part/of` of the answers came, taken as even inside a range; None without any."""
    wanted = sum(counts) * part
    if not wanted:
        return None
    passed = 0
    for place, count in enumerate(counts):
        if count and (passed + count) * of >= wanted:
            low = BOUNDS_US[place - 1] if place else 0
            high = BOUNDS_US[place] if place < len(BOUNDS_US) else low
            return max(1, (low + (high - low) * (wanted - passed * of) // (count * of)) // 1000)
        passed += count
    return BOUNDS_US[-1] // 1000
