"""The contract's terms that decide a count. Each is written in the agreement; none has a silent default."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from config.agreement import ExclusionEffect as ExclusionEffect
from config.agreement import UnknownPolicy as UnknownPolicy
from config.instant import Instant, Span
from config.state import State

BRIDGE_MAX: Span = 900_000
"""sla-definition.md: an unknown piece of at most 900 s between two downs is down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The share of agreed time promised over [start, end), as a part of one: 99.9 % is 999/1000."""

    start: Instant
    end: Instant
    share: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    exclusion_effect: ExclusionEffect
    unknown_policy: UnknownPolicy
    partial_weight: Fraction
    degraded_weight: Fraction
    min_outage: Span
    merge_gap: Span
    bridge_max: Span
    targets: tuple[Target, ...]

    @property
    def weights(self) -> Mapping[State, Fraction]:
        """The weight of every state."""
        return _weights(self.partial_weight, self.degraded_weight)

    def weight(self, state: State) -> Fraction:
        """The loss w of one moment in that state, 0 to 1."""
        return self.weights[state]


@lru_cache(maxsize=64)
def _weights(partial: Fraction, degraded: Fraction) -> Mapping[State, Fraction]:
    """Few pairs are ever agreed, and every account asks."""
    return MappingProxyType(
        {
            State.UP: Fraction(0),
            State.DEGRADED: degraded,
            State.PARTIAL: partial,
            State.DOWN: Fraction(1),
            State.UNKNOWN: Fraction(0),
        }
    )
