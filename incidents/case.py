"""What one customer is owed: a case under one agreement version, as events and as their sum. Pure.

A case may come from an incident or from a person without any. People's facts carry when it happened and, apart from
that, when it was written. `reported_at` is the customer's report, `started_at` the instant its clocks start: the
earlier of the report and the automatic opening (requirements.md 1).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias, assert_never

from config.agreement import CaseKind
from config.instant import Instant
from incidents.scope import Scope, Urgency

RESPOND = "respond"
RESOLVE = "resolve"
ESCALATE = "escalate"
ACCEPT = "accept"
CONFIRM = "confirm"
UPDATE = "update"


class CaseProgress(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"


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
class Waiting:
    """For the customer; stops the resolve clock from when he is shown what is awaited, never before that is written."""

    awaited: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """The customer gave what was awaited, or the wait ended otherwise."""


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
    | Waiting
    | Resumed
    | BeyondAbility
    | CaseResolved
    | Confirmed
    | Contested
    | LevelChanged
    | LevelConfirmed
    | LevelContested
    | Rated
    | RatingFollowed
    | ClockWarned
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecorded:
    event: CaseEvent
    happened_at: Instant
    recorded_at: Instant
    by: str
    seen_by_customer_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """From the opening, or from the customer contesting a result, to the next result."""

    started_at: Instant
    kept: Mapping[str, Instant] = field(default_factory=dict)
    """Commitment -> when what it asks for first happened in this round."""
    resolved_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    customer: str
    agreement: str
    agreement_version: int
    kind: CaseKind
    level: int
    """The one it was opened with, or that the customer confirmed since; `incidents.level` says which stands."""
    title: str
    component: str | None
    incident: str | None
    caller: str | None
    progress: CaseProgress
    reported_at: Instant
    opened_at: Instant
    fulfilled: Mapping[str, Instant] = field(default_factory=dict)
    """Commitment -> when what it asks for first happened."""
    rounds: tuple[Round, ...]
    """In order; one more than results he contested."""
    written: tuple[Instant, ...] = ()
    """When the customer could read progress that the supplier wrote."""
    beyond_at: Instant | None = None
    """When somebody first said that it is beyond his ability."""
    pauses: tuple[tuple[Instant, Instant | None], ...] = ()
    resolved_at: Instant | None = None
    confirmed_at: Instant | None = None
    claims: tuple[int, ...] = ()
    """Levels the supplier said since, in order; the customer has confirmed none of them."""
    claim_contested: bool = False
    """He contested the last of them."""
    responsible: str | None = None
    """The person who has it."""
    offered: str | None = None
    """To whom it is handed over; he has not taken it yet."""
    rated_by: str | None = None
    low_rating: bool = False
    """It waits for cause and measure."""
    version: int = 1

    @property
    def started_at(self) -> Instant:
        return min(self.reported_at, self.opened_at)

    @property
    def open(self) -> bool:
        return self.progress in (CaseProgress.OPEN, CaseProgress.WAITING)


def open_case(case_id: str, recorded: CaseRecorded) -> Case:
    """The case a `CaseOpened` event begins."""
    event = recorded.event
    assert isinstance(event, CaseOpened)
    return Case(
        id=case_id,
        customer=event.customer,
        agreement=event.agreement,
        agreement_version=event.agreement_version,
        kind=event.kind,
        level=event.level,
        title=event.title,
        component=event.component,
        incident=event.incident,
        caller=event.caller,
        progress=CaseProgress.OPEN,
        reported_at=event.reported_at,
        opened_at=recorded.recorded_at,
        rounds=(Round(started_at=min(event.reported_at, recorded.recorded_at)),),
    )


def evolve_case(case: Case, recorded: CaseRecorded) -> Case:
    """The case after one more event."""
    after = _written(replace(case, version=case.version + 1), recorded)
    at = recorded.happened_at
    match recorded.event:
        case Fulfilled(commitment=commitment):
            return _fulfil(after, commitment, at)
        case Taken(person=person):
            return _fulfil(replace(after, responsible=person, offered=None), ACCEPT, at)
        case HandedOver(to=to):
            return replace(after, offered=to)
        case Waiting():
            told_at = recorded.recorded_at
            return replace(after, progress=CaseProgress.WAITING, pauses=(*_stopped(case, told_at), (told_at, None)))
        case Resumed():
            return replace(after, progress=CaseProgress.OPEN, pauses=_stopped(case, at))
        case CaseResolved():
            resolved = replace(after, progress=CaseProgress.RESOLVED, resolved_at=at, pauses=_stopped(case, at))
            *before, last = resolved.rounds
            return _fulfil(replace(resolved, rounds=(*before, replace(last, resolved_at=at))), RESOLVE, at)
        case Confirmed():
            return _fulfil(replace(after, progress=CaseProgress.CONFIRMED, confirmed_at=at), CONFIRM, at)
        case Contested():
            said = _fulfil(after, CONFIRM, at)  # it is his word on the result, too
            met = {name: when for name, when in said.fulfilled.items() if name not in (RESOLVE, CONFIRM)}
            opened = replace(said, progress=CaseProgress.OPEN, resolved_at=None, confirmed_at=None)
            return replace(opened, fulfilled=met, rounds=(*said.rounds, Round(started_at=at)))
        case BeyondAbility():
            return replace(after, beyond_at=min(at, at if case.beyond_at is None else case.beyond_at))
        case LevelChanged(level=level):
            return replace(after, claims=(*case.claims, level), claim_contested=False)
        case LevelConfirmed():
            return replace(after, level=(case.level, *case.claims)[-1], claims=(), claim_contested=False)
        case LevelContested():
            return replace(after, claim_contested=True)
        case Rated(low=low):
            return replace(after, rated_by=recorded.by, low_rating=low)
        case RatingFollowed():
            return replace(after, low_rating=False)
        case CaseOpened() | CaseNoted() | ClockWarned():
            return after
        case other:
            assert_never(other)


def _fulfil(case: Case, commitment: str, at: Instant) -> Case:
    *before, last = case.rounds
    rounds = (*before, replace(last, kept=_earliest(last.kept, commitment, at)))
    return replace(case, fulfilled=_earliest(case.fulfilled, commitment, at), rounds=rounds)


def _written(case: Case, recorded: CaseRecorded) -> Case:
    """With one more progress of the supplier's; it counts from when it can be read, whenever it happened."""
    event = recorded.event
    said = isinstance(event, _PROGRESS) or (isinstance(event, Fulfilled) and event.commitment == UPDATE)
    if not said or recorded.by.partition(":")[0] == "customer":
        return case
    return replace(case, written=(*case.written, recorded.recorded_at))


_PROGRESS = (CaseNoted, Waiting, BeyondAbility, CaseResolved)


def _earliest(known: Mapping[str, Instant], commitment: str, at: Instant) -> Mapping[str, Instant]:
    return {**known, commitment: min(at, known.get(commitment, at))}


def _stopped(case: Case, at: Instant) -> tuple[tuple[Instant, Instant | None], ...]:
    return tuple((start, at if end is None else end) for start, end in case.pauses)


def replay_case(case_id: str, events: Iterable[CaseRecorded]) -> Case:
    """The case its whole log adds up to; the first event is `CaseOpened`."""
    rest = iter(events)
    found = open_case(case_id, next(rest))
    for recorded in rest:
        found = evolve_case(found, recorded)
    return found
