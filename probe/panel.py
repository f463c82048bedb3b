"""One check seen from several locations: how their votes make its line ("From observations to a component's state").

A location's own line is made by `probe.verdict`, back-dated there, and unknown where its evidence has lapsed, so that a
vote is fresh or none. One location is asked from in this version; what more of them say goes through here.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter

from config.instant import DAY, Instant, Span
from config.state import State
from probe.verdict import CheckChange

Line = list[tuple[Instant, State]]
KEPT: Span = DAY
"""So far back a location may still date a change."""


class Owner(StrEnum):
    """Who runs it: a statement says by whose word its figures stand."""

    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    THIRD_PARTY = "third party"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    id: str
    owner: Owner = Owner.SUPPLIER


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorum:
    """`bad`: so many votes make it down; None: more than half of the fresh ones. Below `fresh` nothing is known."""

    bad: int | None = None
    fresh: int = 1


def combine(votes: Iterable[State], quorum: Quorum, before: State) -> State:
    """`before`: the state until now, which a tie keeps."""
    fresh = [vote for vote in votes if vote is not State.UNKNOWN]
    if len(fresh) < quorum.fresh or not fresh:
        return State.UNKNOWN
    down = _carried(sum(vote is State.DOWN for vote in fresh), len(fresh), quorum)
    if down or (down is None and before in (State.DOWN, State.UNKNOWN)):
        return State.DOWN if down else before
    slow = _carried(sum(vote is not State.UP for vote in fresh), len(fresh), quorum)
    if slow is None:
        return before if before in (State.UP, State.UNKNOWN) else State.DEGRADED
    return State.DEGRADED if slow else State.UP


def _carried(bad: int, fresh: int, quorum: Quorum) -> bool | None:
    """None: a tie."""
    if quorum.bad is not None:
        return bad >= quorum.bad
    return None if 2 * bad == fresh else 2 * bad > fresh


def drawn(lines: Mapping[str, Sequence[tuple[Instant, State]]], quorum: Quorum, since: Instant, before: State) -> Line:
    """The line they make together from `since` on, where it was `before`; equal neighbours once."""
    points = sorted({since, *(at for line in lines.values() for at, _ in line if at > since)})
    line: Line = []
    for at in points:
        state = combine((_at(one, at) for one in lines.values()), quorum, line[-1][1] if line else before)
        if not line or line[-1][1] is not state:
            line.append((at, state))
    return line


class Panel:
    """The locations of one check. Owned by whoever hears them all."""

    def __init__(self, check: str, locations: Iterable[Location], quorum: Quorum) -> None:
        self._check = check
        self._quorum = quorum
        self._lines: dict[str, Line] = {one.id: [] for one in locations}
        self._line: Line = []

    def hear(self, location: str, changes: Sequence[CheckChange]) -> tuple[CheckChange, ...]:
        """What follows for the check, in the order of recording. Raises KeyError for an unknown location."""
        if not changes:
            return ()
        line = self._lines[location]
        for one in changes:
            line[:] = [*(piece for piece in line if piece[0] != one.happened_at), (one.happened_at, one.state)]
            line.sort(key=itemgetter(0))
        since = min(one.happened_at for one in changes)
        after = drawn(self._lines, self._quorum, since, _at(self._line, since - 1))
        told = tuple(self._tell(after, since, {one.happened_at: one for one in changes}))
        for each in (self._line, *self._lines.values()):
            _forget(each, since - KEPT)
        return told

    @property
    def state(self) -> State:
        return self._line[-1][1] if self._line else State.UNKNOWN

    def _tell(self, after: Line, since: Instant, causes: Mapping[Instant, CheckChange]) -> Iterable[CheckChange]:
        """Wherever a reader of all that was told so far would read something else."""
        for at in sorted({at for at, _ in after} | {at for at, _ in self._line if at >= since}):
            state = _at(after, at)
            if state is _at(self._line, at):
                continue
            self._line = sorted([*(piece for piece in self._line if piece[0] != at), (at, state)], key=itemgetter(0))
            cause = causes.get(at)
            reason = cause.reason if cause is not None and cause.state is state else None
            bound = cause.bound_at if cause is not None else None
            yield CheckChange(check=self._check, state=state, happened_at=at, reason=reason, bound_at=bound)


def _at(line: Sequence[tuple[Instant, State]], at: Instant) -> State:
    index = bisect_right(line, at, key=itemgetter(0))
    return line[index - 1][1] if index else State.UNKNOWN


def _forget(line: Line, before: Instant) -> None:
    """All but what still holds at that instant."""
    del line[: max(0, bisect_right(line, before, key=itemgetter(0)) - 1)]
