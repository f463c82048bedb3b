"""What both sides write in the review of a case: why it happened, what is done about it, whether it holds. Pure.

Source: requirements.md 1 (every problem is reviewed with five whys and a corrective plan; closed only when the customer
confirms).
"""

from dataclasses import dataclass
from enum import StrEnum


class ReviewState(StrEnum):
    NONE = "none"
    DRAFT = "draft"
    PRESENTED = "presented"  # to the customer, who has not answered
    CONTESTED = "contested"
    CONFIRMED = "confirmed"


class Aim(StrEnum):
    """What a corrective action is for, the next time."""

    PREVENT = "prevent"
    DETECT = "detect"
    MITIGATE = "mitigate"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyAnswered:
    """One row of the chain; of several of one `rank` the last holds. `evidence`: where it can be seen, or empty."""

    rank: int
    why: str
    because: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionAgreed:
    """A corrective action. What it is, whose and until when stands with the obligation, and so does that it is done."""

    obligation: str
    aim: Aim


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPresented:
    """To the customer; `text` sums it up."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewConfirmed:
    """By the customer."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewContested:
    """By the customer: the review is open again."""

    reason: str
