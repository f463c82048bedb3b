"""The raw time line of one component: which state held when, before any period, exclusion or service hour cuts it.

sla-definition.md, 'From observations to a component's state' (bridging) and 'Loss and outages'. Lines are columns
and are cut by slices: a month may hold a hundred thousand pieces.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import compress, islice
from operator import itemgetter, lt, ne
from typing import Generic, TypeAlias, TypeVar

from config.instant import Instant, Span
from config.state import State as State
from sla.interval import Interval, Intervals

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Generic[T]):
    """A value for every instant of [starts[0], end): `values[i]` over [starts[i], starts[i + 1]). Neighbours differ."""

    starts: list[Instant]
    values: list[T]
    end: Instant

    @property
    def ends(self) -> list[Instant]:
        return [*self.starts[1:], self.end]

    def __iter__(self) -> Iterator[tuple[Instant, Instant, T]]:
        """(start, end, value) of each piece in order."""
        return zip(self.starts, self.ends, self.values, strict=True)

    def where(self, value: T) -> list[Interval]:
        """The set of instants that hold this value."""
        held = [one == value for one in self.values]
        return list(zip(compress(self.starts, held), compress(self.ends, held), strict=True))


Timeline = Line[State]

Pieces: TypeAlias = tuple[list[Instant], list[Instant], list[T]]
"""(starts, ends, values), in order."""


def timeline(
    initial: State, events: Iterable[tuple[Instant, State]], *, observed_from: Instant, observed_to: Instant
) -> Timeline:
    """The line over [observed_from, observed_to): `initial` until the first event.

    Events come in any order; of several at one instant the last given wins. One at or before `observed_from` replaces
    the initial state, one at or after `observed_to` is ignored. Raises ValueError if there is nothing in between.
    """
    told = list(events)
    times, states = list(map(itemgetter(0), told)), list(map(itemgetter(1), told))
    if not all(map(lt, times, islice(times, 1, None))):
        last_of = dict(sorted(told, key=itemgetter(0)))
        times, states = list(last_of), list(last_of.values())
    return in_turn(initial, times, states, observed_from=observed_from, observed_to=observed_to)


def in_turn(
    initial: State, times: list[Instant], states: list[State], *, observed_from: Instant, observed_to: Instant
) -> Timeline:
    """As `timeline`, from columns in order without an instant twice."""
    if observed_to <= observed_from:
        raise ValueError("a time line needs an end after its start")
    first, last = bisect_right(times, observed_from), bisect_left(times, observed_to)
    if first:
        initial = states[first - 1]
    return joined([observed_from, *times[first:last]], [initial, *states[first:last]], observed_to)


def joined(starts: list[Instant], values: list[T], end: Instant) -> Line[T]:
    """The line of these pieces, neighbours of equal value joined into one."""
    new = [True, *map(ne, islice(values, 1, None), values)]
    if not all(new):
        starts, values = list(compress(starts, new)), list(compress(values, new))
    return Line(starts=starts, values=values, end=end)


def cut(line: Line[T], inside: Intervals) -> Pieces[T]:
    """The pieces of a line inside a set that the line covers."""
    firsts: list[Instant] = []
    lasts: list[Instant] = []
    values: list[T] = []
    for start, end in inside:
        i, j = bisect_right(line.starts, start), bisect_left(line.starts, end)
        firsts.append(start)
        firsts += line.starts[i:j]
        lasts += line.starts[i:j]
        lasts.append(end)
        values += line.values[i - 1 : j]
    return firsts, lasts, values


def bridge(line: Timeline, bridge_max: Span) -> tuple[Timeline, list[Interval]]:
    """The line with short unknown pieces between two downs made down, and those pieces (they are *inferred*).

    All at once: a bridged piece is not a neighbour for another. At the line's ends there is no neighbour.
    """
    states, down, unknown = line.values, State.DOWN, State.UNKNOWN
    pieces = [i for i, state in enumerate(states) if state is unknown and 0 < i < len(states) - 1]
    between = [i for i in pieces if states[i - 1] is down and states[i + 1] is down]
    short = [i for i in between if line.starts[i + 1] - line.starts[i] <= bridge_max]
    if not short:
        return line, []
    bridged = states.copy()
    for i in short:
        bridged[i] = down
    return joined(line.starts, bridged, line.end), [(line.starts[i], line.starts[i + 1]) for i in short]


def outages(line: Timeline, lossy: Collection[State], merge_gap: Span) -> list[Interval]:
    """Runs of states that cost, those at most `merge_gap` apart joined; each from first start to last end."""
    costs = {state: state in lossy for state in State}
    runs = joined(line.starts, [costs[state] for state in line.values], line.end)
    # Runs that cost and runs that do not take turns.
    first = 0 if runs.values[0] else 1
    starts, ends = runs.starts[first::2], runs.ends[first::2]
    if merge_gap:
        far = [start - end > merge_gap for start, end in zip(starts[1:], ends, strict=False)]
        starts = starts[:1] + list(compress(starts[1:], far))
        ends = list(compress(ends, far)) + ends[-1:]
    return list(zip(starts, ends, strict=True))
