"""The facts a statement is composed from, as sla's own plain records."""

from dataclasses import dataclass, field
from enum import StrEnum

from config.agreement import CaseKind
from config.instant import Instant
from config.official import OfficialDays
from config.state import State
from config.value import Text
from probe.result import Reason
from sla.booking import Booking, MonthOutcome, Obligation, RecordedBreach
from sla.casechange import CaseChange
from sla.change import Definition
from sla.contract import Consent
from sla.correction import Correction
from sla.entered import Entered
from sla.period import Period
from sla.proposal import Proposal
from sla.rating import Rating


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A stored change of a component's state. `bound_at`: the newest observation that still said otherwise."""

    state: State
    happened_at: Instant
    recorded_at: Instant
    cause: str | None = None
    reason: str | None = None
    bound_at: Instant | None = None

    @property
    def repeats(self) -> bool:
        """It changes nothing: the state went on, but nobody had seen that since `bound_at` (docs/adr/0118)."""
        return self.reason == Reason.MISSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The same of one component as bare columns, in order: `states[i]` from `starts[i]` on, no instant twice."""

    starts: list[Instant]
    states: list[State]


class Outcome(StrEnum):
    """What became of a commitment so far."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentRecord:
    name: str
    started_at: Instant
    due_at: Instant | None
    done_at: Instant | None
    outcome: Outcome

    @property
    def ended_at(self) -> Instant | None:
        """When it was met or missed: the period this lies in is the one it counts for. None while it is open."""
        return {Outcome.MET: self.done_at, Outcome.MISSED: self.due_at, Outcome.OPEN: None}[self.outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """`level` is the number in the agreement's own numbering."""

    id: str
    kind: CaseKind
    level: int
    level_name: Text
    title: str
    component: str | None
    incident: str | None
    reported_at: Instant
    closed_at: Instant | None
    """When it was solved; the customer's confirmation may come later, and opens no closed month."""
    commitments: tuple[CommitmentRecord, ...]
    agreement: str | None = None
    """Under which it is owed; None: the customer's only one."""
    changes: tuple[CaseChange, ...] = ()
    """Levels said and clocks stopped, in order."""
    ratings: tuple[Rating, ...] = ()
    """The customer's, in order."""


class Word(StrEnum):
    """What the customer said to time that was not measured, or that he said nothing in the agreed days."""

    ACCEPTED = "accepted"
    CONTESTED = "contested"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Only where the customer accepts the figure does the agreed policy stand; else what was not measured was down.

    `by` is who gave it, `customer:<id>`; `entered_by` who wrote it down; both None where nobody answered.
    """

    word: Word
    asked_at: Instant
    at: Instant
    by: str | None = None
    entered_by: str | None = None

    @property
    def accepted(self) -> bool:
        return self.word is Word.ACCEPTED


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRecord:
    """Which incident was open for a component: from its start until it was resolved (None: still open)."""

    id: str
    component: str
    started_at: Instant
    resolved_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything stored that one customer's statement follows from. Transitions by component id, in order recorded."""

    transitions: dict[str, tuple[Transition, ...]] = field(default_factory=dict)
    exclusions: tuple[Proposal, ...] = ()
    corrections: tuple[Correction, ...] = ()
    cases: tuple[CaseRecord, ...] = ()
    incidents: tuple[IncidentRecord, ...] = ()
    definitions: tuple[Definition, ...] = ()
    bookings: tuple[Booking, ...] = ()
    """What sealed statements booked before, in that order."""
    outcomes: tuple[MonthOutcome, ...] = ()
    """Of sealed months, in the order recorded."""
    obligations: tuple[Obligation, ...] = ()
    breaches: tuple[RecordedBreach, ...] = ()
    entered: tuple[Entered, ...] = ()
    """Figures of the period's indicators that people typed in, those in force."""
    observers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Component id -> `check@location` of what observed it in the period, in order; absent where only senders speak."""
    calendars: tuple[OfficialDays, ...] = ()
    """The official days the agreements' calendars rest on, one a country; none: those known to the agreements."""
    consents: tuple[Consent, ...] = ()
    """To versions of the agreements, by either side, in the order recorded."""
    answer: Answer | None = None
    """To the question about this period."""
    earlier: tuple[tuple[Period, Word], ...] = ()
    """Months before it in the year, under a target of a longer period, that were sealed by a word of the customer."""
