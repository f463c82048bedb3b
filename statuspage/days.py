"""Ninety days of one component: what each local day was like, what of it counts, and the share of time that was up.

The count is sla's own account under the page's terms, which the page's foot says in words: agreed maintenance is taken
out, unmeasured time left out and shown, a partial outage counts half, slow answers do not count.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from config.instant import DAY, Instant, Span
from config.look.figure import midnights
from config.look.state import RANK, Shown
from sla.account import account
from sla.days import hollow
from sla.interval import Interval, clip, subtract, total, union
from sla.terms import BRIDGE_MAX, ExclusionEffect, Terms, UnknownPolicy
from sla.timeline import State, Timeline, bridge, timeline
from statuspage.facts import Change, Window

DAYS = 90

TERMS = Terms(
    exclusion_effect=ExclusionEffect.REMOVED,
    unknown_policy=UnknownPolicy.EXCLUDE,
    partial_weight=Fraction(1, 2),
    degraded_weight=Fraction(0),
    min_outage=0,
    merge_gap=0,
    bridge_max=BRIDGE_MAX,
    targets=(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One state of one day: how long it lasted and what of that counts as downtime."""

    state: Shown
    first: Instant
    lasted: Span
    counted: Fraction
    reason: str | None
    window: Window | None
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A local day [start, end), as far as it has passed; `parts` are what was not up, the worst first."""

    start: Instant
    end: Instant
    measured: bool
    parts: tuple[Part, ...]

    @property
    def worst(self) -> Shown:
        """What its bar shows. A moment not measured has its row and is in the sums, but makes no day hollow."""
        return next((part.state for part in self.parts if not self._brief(part)), Shown.UP)

    def _brief(self, part: Part) -> bool:
        return part.state is Shown.UNKNOWN and not hollow(part.lasted, self.end - self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span90:
    """`measured_from` is None before the first fact; the share of time up is then None as well."""

    days: tuple[Day, ...]
    availability: Fraction | None
    counted: Fraction
    unobserved: Span
    measured_from: Instant | None

    @property
    def eventful(self) -> tuple[Day, ...]:
        """The days that were not fully up, newest first."""
        return tuple(day for day in reversed(self.days) if day.parts)


def edges_of(now: Instant, zone: str) -> list[Instant]:
    """The 91 local midnights around the last 90 days, today included."""
    return midnights(now - (DAYS + 1) * DAY, now, zone)[-(DAYS + 1) :]


def span90(changes: Sequence[Change], windows: Iterable[Window], edges: Sequence[Instant], now: Instant) -> Span90:
    """`changes` as in `Component`, `windows` those of this component, `edges` from `edges_of`."""
    begin = changes[0].at if changes else now
    measured_from = max(edges[0], begin)
    if measured_from >= now:
        empty = _quiet(tuple(edges), now, DAYS)
        return Span90(days=empty, availability=None, counted=Fraction(0), unobserved=0, measured_from=None)
    line = timeline(
        State.UNKNOWN, ((change.at, change.state) for change in changes), observed_from=edges[0], observed_to=now
    )
    mine = [window for window in windows if window.start < now and window.end > measured_from]
    agreed = union((window.start, window.end) for window in mine if window.agreed)
    before = [(edges[0], measured_from)] if edges[0] < measured_from else []
    sums = account(line, (edges[0], now), agreed, before, TERMS)
    bridged, _ = bridge(line, TERMS.bridge_max)
    parts = _parts(bridged, changes, mine, agreed, (measured_from, now), edges)
    unseen = bisect_right(edges, measured_from) - 1
    days = _quiet(tuple(edges), now, unseen)
    if parts:
        days = tuple(
            replace(day, parts=tuple(sorted(parts[day.start], key=lambda part: -RANK[part.state])))
            if day.start in parts
            else day
            for day in days
        )
    return Span90(
        days=days,
        availability=sums.availability,
        counted=sums.counted,
        unobserved=sums.unobserved,
        measured_from=measured_from,
    )


@lru_cache(maxsize=2 * DAYS)
def _quiet(edges: tuple[Instant, ...], now: Instant, unseen: int) -> tuple[Day, ...]:
    """Ninety days without an event, the first so many not measured: of most components the same, so made once."""
    return tuple(
        Day(start=start, end=min(end, now), measured=place >= unseen, parts=())
        for place, (start, end) in enumerate(pairwise(edges))
    )


def _parts(
    line: Timeline,
    changes: Sequence[Change],
    windows: Sequence[Window],
    agreed: Sequence[Interval],
    shown: Interval,
    edges: Sequence[Instant],
) -> dict[Instant, list[Part]]:
    """Start of a day -> its parts."""
    found: dict[tuple[Instant, Shown], list[Part]] = defaultdict(list)
    for begin, until, state in line:
        if state is State.UP:
            continue
        for day, (start, end) in _by_day(clip([(begin, until)], shown), edges):
            counting = total(subtract([(start, end)], agreed)) if agreed else end - start
            part = Part(
                state=Shown(state),
                first=start,
                lasted=end - start,
                counted=counting * TERMS.weights[state],
                reason=_reason(changes, start),
                window=None if counting else _over(windows, start),
                open=end == shown[1],
            )
            found[day, part.state].append(part)
    for window in windows:
        if window.maintenance:
            for day, (start, end) in _by_day(clip([(window.start, window.end)], shown), edges):
                part = Part(
                    state=Shown.MAINTENANCE,
                    first=start,
                    lasted=end - start,
                    counted=Fraction(0),
                    reason=None,
                    window=window,
                    open=end == shown[1],
                )
                found[day, part.state].append(part)
    joined: dict[Instant, list[Part]] = defaultdict(list)
    for (day, _), same in found.items():
        joined[day].append(_joined(same))
    return joined


def _joined(same: Sequence[Part]) -> Part:
    """All of one state on one day as one part; the longest says why. Planned works may overlap."""
    if len(same) == 1:
        return same[0]
    longest = max(same, key=lambda part: part.lasted)
    return Part(
        state=longest.state,
        first=min(part.first for part in same),
        lasted=total(union((part.first, part.first + part.lasted) for part in same)),
        counted=sum((part.counted for part in same), Fraction(0)),
        reason=longest.reason,
        window=longest.window,
        open=any(part.open for part in same),
    )


def _by_day(pieces: Iterable[Interval], edges: Sequence[Instant]) -> Iterable[tuple[Instant, Interval]]:
    for start, end in pieces:
        place = bisect_right(edges, start) - 1
        while start < end:
            until = min(end, edges[place + 1])
            yield edges[place], (start, until)
            start, place = until, place + 1


def _reason(changes: Sequence[Change], at: Instant) -> str | None:
    place = bisect_right(changes, at, key=lambda change: change.at) - 1
    return changes[place].reason if place >= 0 else None


def _over(windows: Iterable[Window], at: Instant) -> Window | None:
    return next((window for window in windows if window.agreed and window.start <= at < window.end), None)
