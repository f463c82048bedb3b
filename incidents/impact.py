"""From checks to their component: one line out of several (sla-definition.md, "Several checks").

A line is the list of (instant, state) changes in order; before its first change a line is unknown.
"""

from collections.abc import Callable, Mapping, Sequence

from config.instant import Instant
from config.model import DownWhen
from config.state import State, worst
from probe.panel.vote import Line, state_at

Combine = Callable[[Sequence[State]], State]

_FROM_BEST = (State.UP, State.DEGRADED, State.PARTIAL)


def any_down(states: Sequence[State]) -> State:
    return worst(states)


def all_down(states: Sequence[State]) -> State:
    """Down only if every check is, unknown only if every one may be; otherwise the worst of those known not to be."""
    if states and all(state is State.DOWN for state in states):
        return State.DOWN
    return worst(state for state in states if state not in (State.DOWN, State.UNKNOWN))


def fewer_than_up(k: int) -> Combine:
    """k_of_n: down if fewer than k are up even if the unknown ones were; unknown if it depends on them.

    With enough that are not down it is as well as the kth best of them: a component needs k, not one more.
    """

    def combine(states: Sequence[State]) -> State:
        up = sorted((state for state in states if state in _FROM_BEST), key=_FROM_BEST.index)
        unknown = sum(state is State.UNKNOWN for state in states)
        if states and len(up) + unknown < k:
            return State.DOWN
        return up[k - 1] if len(up) >= k else State.UNKNOWN

    return combine


def combine_of(down_when: DownWhen) -> Combine:
    """The component's rule."""
    match down_when.mode:
        case "any":
            return any_down
        case "all":
            return all_down
        case "fewer_than_up":
            return fewer_than_up(down_when.up or 1)


def changes_since(lines: Mapping[str, Line], combine: Combine, since: Instant) -> list[tuple[Instant, State]]:
    """The component's state at `since` and at every later change of one of its checks, equal neighbours kept once."""
    points = sorted({since, *(at for line in lines.values() for at, _ in line if at > since)})
    found: list[tuple[Instant, State]] = []
    for at in points:
        state = combine([state_at(line, at) for line in lines.values()])
        if not found or found[-1][1] is not state:
            found.append((at, state))
    return found
