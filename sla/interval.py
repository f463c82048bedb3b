"""Sets of instants as sorted lists of half-open intervals [start, end) that neither overlap nor touch.

Plain sorted merges over integers (milliseconds everywhere in this house): a statement is checked by hand with these.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import TypeAlias

from config.instant import Instant, Span

Interval: TypeAlias = tuple[Instant, Instant]
"""(start, end), end not included, start < end."""

Intervals: TypeAlias = Sequence[Interval]
"""Sorted, disjoint, not touching, as every function here returns them."""


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The set covered by intervals in any order, overlapping, nested or touching. Empty ones vanish."""
    joined: list[Interval] = []
    last_start = last_end = None
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if last_start is None or last_end is None:
            last_start, last_end = start, end
        elif start <= last_end:
            last_end = max(last_end, end)
        else:
            joined.append((last_start, last_end))
            last_start, last_end = start, end
    if last_start is not None and last_end is not None:
        joined.append((last_start, last_end))
    return joined


def intersect(left: Intervals, right: Intervals) -> list[Interval]:
    """What lies in both sets."""
    both: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start = max(left[i][0], right[j][0])
        end = min(left[i][1], right[j][1])
        if start < end:
            both.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return both


def subtract(left: Intervals, right: Intervals) -> list[Interval]:
    """What lies in `left` and not in `right`."""
    rest: list[Interval] = []
    j = 0
    for start, end in left:
        while j < len(right) and right[j][1] <= start:
            j += 1
        k = j
        while k < len(right) and right[k][0] < end:
            if start < right[k][0]:
                rest.append((start, right[k][0]))
            start = right[k][1]
            k += 1
        if start < end:
            rest.append((start, end))
    return rest


def clip(intervals: Intervals, window: Interval) -> list[Interval]:
    """What lies inside the window; found by bisection, so that many windows of a large set are cheap."""
    start, end = window
    first = bisect_right(intervals, start, key=itemgetter(1))
    last = bisect_left(intervals, end, key=itemgetter(0))
    if first >= last or start >= end:
        return []
    inside = list(intervals[first:last])
    inside[0] = max(inside[0][0], start), inside[0][1]
    inside[-1] = inside[-1][0], min(inside[-1][1], end)
    return inside


def total(intervals: Iterable[Interval]) -> Span:
    """The length of a set."""
    return sum(end - start for start, end in intervals)
