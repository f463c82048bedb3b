"""From checks to their component: one line out of several (sla-definition.md, "Several checks").

A line is the list of (instant, state) changes in order; before its first change a line is unknown.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter

from config.instant import Instant
from config.state import State, worst

Line = Sequence[tuple[Instant, State]]
Combine = Callable[[Sequence[State]], State]


def any_down(states: Sequence[State]) -> State:
    return worst(states)


def all_down(states: Sequence[State]) -> State:
    """Down only if every check is; otherwise the worst of those that are not down."""
    if all(state is State.DOWN for state in states):
        return State.DOWN
    rest = [state for state in states if state is not State.DOWN]
    if any(state is State.UNKNOWN for state in rest):
        known = [state for state in rest if state is not State.UNKNOWN]
        return worst(known) if known else State.UNKNOWN
    return worst(rest)


def fewer_than_up(k: int) -> Combine:
    """k_of_n: down if fewer than k are up even if the unknown ones were; unknown if it depends on them."""

    def combine(states: Sequence[State]) -> State:
        up = [state for state in states if state not in (State.DOWN, State.UNKNOWN)]
        unknown = sum(state is State.UNKNOWN for state in states)
        if len(up) + unknown < k:
            return State.DOWN
        if len(up) < k:
            return State.UNKNOWN
        return State.UP

    return combine


def state_at(line: Line, at: Instant) -> State:
    index = bisect_right(line, at, key=itemgetter(0))
    return line[index - 1][1] if index else State.UNKNOWN


def changes_since(lines: Mapping[str, Line], combine: Combine, since: Instant) -> list[tuple[Instant, State]]:
    """The component's state at `since` and at every later change of one of its checks, equal neighbours kept once."""
    points = sorted({since, *(at for line in lines.values() for at, _ in line if at > since)})
    found: list[tuple[Instant, State]] = []
    for at in points:
        state = combine([state_at(line, at) for line in lines.values()])
        if not found or found[-1][1] is not state:
            found.append((at, state))
    return found
