"""The contract's terms that decide a count. Each is written in the agreement; none has a silent default."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

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
        return {state: self.weight(state) for state in State}

    def weight(self, state: State) -> Fraction:
        """The loss w of one moment in that state, 0 to 1."""
        match state:
            case State.DOWN:
                return Fraction(1)
            case State.PARTIAL:
                return self.partial_weight
            case State.DEGRADED:
                return self.degraded_weight
            case State.UP | State.UNKNOWN:
                return Fraction(0)
