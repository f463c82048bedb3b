"""How the votes of several locations make the line of a check ("From observations to a component's state").

A location's own line is made by `probe.verdict`, back-dated there, and unknown where its evidence has lapsed, so that a
vote is fresh or none. A location votes from the first piece of its line on.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TypeAlias

from config.instant import Instant
from config.location import Quorum
from config.state import State
from probe.verdict import CheckChange

Line: TypeAlias = Sequence[tuple[Instant, State]]
"""Changes in the order of their instants, one for each; unknown before the first."""


def combine(votes: Iterable[State], quorum: Quorum, before: State) -> State:
    """`before`: the state until now, which a tie keeps. With fewer locations than the quorum wants all are needed."""
    cast = list(votes)
    fresh = [vote for vote in cast if vote is not State.UNKNOWN]
    if len(fresh) < min(quorum.least, len(cast)) or not fresh:
        return State.UNKNOWN
    enough = None if quorum.bad is None else min(quorum.bad, len(cast))
    down = _carried(sum(vote is State.DOWN for vote in fresh), len(fresh), enough)
    if down or (down is None and before in (State.DOWN, State.UNKNOWN)):
        return State.DOWN if down else before
    slow = _carried(sum(vote is not State.UP for vote in fresh), len(fresh), enough)
    if slow is None:
        return before if before in (State.UP, State.UNKNOWN) else State.DEGRADED
    return State.DEGRADED if slow else State.UP


def _carried(bad: int, fresh: int, enough: int | None) -> bool | None:
    """None: a tie."""
    if enough is not None:
        return bad >= enough
    return None if 2 * bad == fresh else 2 * bad > fresh


def drawn(lines: Mapping[str, Line], quorum: Quorum, since: Instant, before: State) -> list[tuple[Instant, State]]:
    """The line they make together from `since` on, where it was `before`; equal neighbours once."""
    line: list[tuple[Instant, State]] = []
    for at in sorted({since, *(at for one in lines.values() for at, _ in one if at > since)}):
        votes = (state_at(one, at) for one in lines.values() if one and one[0][0] <= at)
        state = combine(votes, quorum, line[-1][1] if line else before)
        if not line or line[-1][1] is not state:
            line.append((at, state))
    return line


def told(
    check: str, after: Line, before: Line, since: Instant, causes: Mapping[Instant, CheckChange]
) -> Iterator[CheckChange]:
    """Wherever a reader of the line `before` would read something else than `after` says, in the order of instants."""
    known = dict(before)
    for at in sorted({at for at, _ in after} | {at for at, _ in before if at >= since}):
        state = state_at(after, at)
        if state is state_at(sorted(known.items()), at):
            continue
        known[at] = state
        cause = causes.get(at)
        same = cause is not None and cause.state is state
        yield CheckChange(
            check=check,
            state=state,
            happened_at=at,
            reason=cause.reason if cause is not None and same else None,
            bound_at=cause.bound_at if cause is not None else None,
        )


def restated(own: Line, heard: Sequence[CheckChange]) -> Iterator[CheckChange]:
    """What a back-dated change makes of pieces of the location's own line that were told after its instant.

    Where nothing was known nothing is known still; whatever was known there was taken for granted by others.
    """
    line = sorted({one.happened_at: one for one in heard}.items())
    last = heard[-1]
    for at, state in own:
        index = bisect_right(line, at, key=itemgetter(0))
        if state is State.UNKNOWN or not index or line[index - 1][0] == at:
            continue
        now = line[index - 1][1].state
        if now is not state:
            yield CheckChange(check=last.check, state=now, happened_at=at, reason=line[index - 1][1].reason)


def state_at(line: Line, at: Instant) -> State:
    index = bisect_right(line, at, key=itemgetter(0))
    return line[index - 1][1] if index else State.UNKNOWN
