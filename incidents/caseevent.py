"""What happens to a case, as facts. Pure.

People's facts carry when it happened and, apart from that, when it was written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from config.agreement import CaseKind
from config.counting import Category
from config.instant import Instant
from incidents.finding import FindingClosed, FindingRaised
from incidents.review import ActionAgreed, ReviewConfirmed, ReviewContested, ReviewPresented, WhyAnswered
from incidents.sample import Drawn, Reread
from incidents.scope import Scope, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened:
    customer: str
    agreement: str
    agreement_version: int
    kind: CaseKind
    level: int
    title: str
    reported_at: Instant
    caller: str | None = None
    component: str | None = None
    incident: str | None = None
    scope: Scope | None = None
    urgency: Urgency | None = None
    """From which its level followed, where a person said them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilled:
    """What a commitment asks for happened: `respond`, `accept`, `workaround`… and how it can be seen."""

    commitment: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """It is valid and in scope, and this person is the one responsible from now on."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """Offered to another person, with what is to be done next; whoever has it keeps it until that one takes it."""

    to: str
    next_action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNoted:
    """Progress; the customer sees it as it is written."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAdded:
    """By either side. The bytes stand beside the facts; `sha256` in hexadecimal says which they are."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderTest:
    """A plan is tried out; until the result, or until the case goes on otherwise."""

    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Stops the resolve clock from when the customer is shown what is awaited, never before that is written.

    For something else than the customer (ADR 0123) `evidence` says where it can be seen: a number, a file of the case.
    """

    awaited: str
    waits_for: Category = Category.CUSTOMER
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopContested:
    """By the customer: the stop that began at `since` never was one, and the clock ran on."""

    since: Instant
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """What was awaited came, or the wait ended otherwise; a plan under test is tried no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeyondAbility:
    """Of whoever has it: from now on it is to be escalated."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResolved:
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """By the customer."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """The customer is not satisfied: the case is open again."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened:
    """The fault came back before the customer had confirmed its end: the case is open again, as if never resolved."""

    incident: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChanged:
    """By the supplier, with his reason. The customer sees it at once; the stricter stands until he confirms it."""

    level: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelConfirmed:
    """By the customer: the level last said is the case's level from its beginning."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelContested:
    """By the customer: the stricter level goes on standing."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """The customer's rating of a solved case: score -> 1 (lowest) to 5. `low`: the agreement wants it followed up."""

    scores: Mapping[str, int]
    comment: str
    low: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingFollowed:
    """What the supplier found behind a low rating, and what he does about it."""

    cause: str
    measure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWarned:
    """A commitment is about to be missed, or was: told before and at the instant."""

    commitment: str
    missed: bool
    due_at: Instant


CaseEvent: TypeAlias = (
    CaseOpened
    | Fulfilled
    | Taken
    | HandedOver
    | CaseNoted
    | FileAdded
    | UnderTest
    | Waiting
    | StopContested
    | Resumed
    | BeyondAbility
    | CaseResolved
    | Confirmed
    | Contested
    | CaseReopened
    | LevelChanged
    | LevelConfirmed
    | LevelContested
    | Rated
    | RatingFollowed
    | WhyAnswered
    | ActionAgreed
    | ReviewPresented
    | ReviewConfirmed
    | ReviewContested
    | Drawn
    | Reread
    | FindingRaised
    | FindingClosed
    | ClockWarned
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecorded:
    event: CaseEvent
    happened_at: Instant
    recorded_at: Instant
    by: str
    seen_by_customer_at: Instant | None = None
