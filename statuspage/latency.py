"""Response times from counts per range: the median and the slowest twentieth, estimated inside their range."""

from collections.abc import Mapping, Sequence

from config.instant import DAY, MINUTE, Instant
from probe.latency import BOUNDS_US
from statuspage.facts import Point, Series

STEP = 15 * MINUTE


def series_of(component: str, buckets: Mapping[Instant, Sequence[int]], now: Instant) -> Series:
    """The 24 h up to now in steps of 15 minutes; a step without a count is a hole."""
    end = now - now % STEP + STEP
    steps: dict[Instant, list[int]] = {start: [0] * (len(BOUNDS_US) + 1) for start in range(end - DAY, end, STEP)}
    for at, counts in buckets.items():
        step = steps.get(at - at % STEP)
        if step is not None:
            for place, count in enumerate(counts):
                step[place] += count
    points = [
        Point(start=at, median_ms=share(counts, 1, 2), p95_ms=share(counts, 19, 20)) for at, counts in steps.items()
    ]
    return Series(component=component, bucket=STEP, points=tuple(points))


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
