"""The contract's terms that decide a count. Each is written in the agreement; none has a silent default."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from config.agreement import ExclusionEffect as ExclusionEffect
from config.agreement import UnknownPolicy as UnknownPolicy
from config.instant import Instant, Span
from config.state import State

BRIDGE_MAX: Span = 900_000
"""sla-definition.md: an unknown piece of at most 900 s between two downs is down."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The share of agreed time promised over [start, end), as a part of one: 99.9 % is 999/1000."""

    start: Instant
    end: Instant
    share: Fraction

    @cached_property
    def slack(self) -> Fraction:
        """The share that may be lost."""
        return 1 - self.share


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What follows from them is worked out once, for every account that is counted under them."""

    exclusion_effect: ExclusionEffect
    unknown_policy: UnknownPolicy
    partial_weight: Fraction
    degraded_weight: Fraction
    min_outage: Span
    merge_gap: Span
    bridge_max: Span
    targets: tuple[Target, ...]

    @cached_property
    def weights(self) -> Mapping[State, Fraction]:
        """The loss w of one moment in each state, 0 to 1."""
        return {
            State.UP: Fraction(0),
            State.DEGRADED: self.degraded_weight,
            State.PARTIAL: self.partial_weight,
            State.DOWN: Fraction(1),
            State.UNKNOWN: Fraction(0),
        }

    @cached_property
    def lossy(self) -> frozenset[State]:
        """The states that cost."""
        return frozenset(state for state, weight in self.weights.items() if weight)
