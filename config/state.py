"""The states of a component, as sla-definition.md names and orders them."""

from collections.abc import Iterable
from enum import StrEnum


class State(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    PARTIAL = "partial"
    DOWN = "down"
    UNKNOWN = "unknown"

    @property
    def failing(self) -> bool:
        """Whether it is worth an incident; unknown alone opens none."""
        return self in (State.DEGRADED, State.PARTIAL, State.DOWN)


_FROM_BEST = (State.UP, State.DEGRADED, State.PARTIAL, State.UNKNOWN, State.DOWN)


def worst(states: Iterable[State]) -> State:
    """down > unknown > partial > degraded > up; unknown for none at all."""
    return max(states, key=_FROM_BEST.index, default=State.UNKNOWN)
