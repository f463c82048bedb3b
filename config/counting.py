"""The terms that decide what counts: what a term sheet holds, and with a target, what an agreement does.

Source: sla-definition.md. Nothing here has a contractual default; `config.contract` refuses what is not written.
"""

from enum import StrEnum
from fractions import Fraction
from typing import Literal

from pydantic import Field

from config.calendar import ServiceHours
from config.instant import DAY, HOUR, SECOND
from config.value import Duration, Percent, Value, Weight, Zone


class Category(StrEnum):
    """Why time does not count."""

    MAINTENANCE = "maintenance"
    THIRD_PARTY = "third-party"
    CUSTOMER = "customer"
    FORCE_MAJEURE = "force-majeure"
    GOVERNMENT_ACTION = "government-action"
    NETWORK_OPERATOR = "network-operator"


class Period(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class ExclusionEffect(StrEnum):
    REMOVED = "removed"
    RETAINED = "retained"


class UnknownPolicy(StrEnum):
    EXCLUDE = "exclude"
    AS_DOWN = "as_down"
    AS_UP = "as_up"


class ExclusionRule(Value):
    """For one category: notice needed before the start, and at most how much per month."""

    notice: Duration = 0
    cap: Duration | None = None


class Counting(Value):
    """Every term but the target and the zone."""

    period: Period
    service_hours: ServiceHours
    exclusion_effect: ExclusionEffect
    unknown: UnknownPolicy
    partial_weight: Weight
    degraded_weight: Weight = Fraction(0)
    bridge_max: Duration = 900 * SECOND
    merge_gap: Duration = 0
    min_outage: Duration = 0
    lapse: Duration | None = None
    """How long one observation is evidence; None: 2 x interval + timeout."""
    window: Literal["work", "announced"] = "work"
    """Where an exclusion cut short ends."""
    grace: Duration = 24 * HOUR
    answer: Duration = 10 * DAY
    """How long the customer has to answer before unobserved time counts as down."""
    days: Literal["calendar", "working"] = "calendar"
    exclusions: dict[Category, ExclusionRule] = Field(default_factory=dict)
    """The categories allowed."""


class Availability(Counting):
    target: Percent
    """Percent as an exact decimal, `99.9`."""
    timezone: Zone

    @property
    def share(self) -> Fraction:
        """The target as a share of time: 99.9 -> 999/1000."""
        return Fraction(self.target) / 100
