"""What one customer is owed: a case under one agreement version, as the sum of its events. Pure.

A case may come from an incident or from a person without any. `reported_at` is the customer's report, `started_at` the
instant its clocks start: the earlier of the report and the automatic opening (requirements.md 1).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from config.agreement import CaseKind
from config.counting import Category
from config.instant import Instant
from incidents.caseevent import BeyondAbility as BeyondAbility
from incidents.caseevent import CaseEvent as CaseEvent
from incidents.caseevent import CaseNoted as CaseNoted
from incidents.caseevent import CaseOpened as CaseOpened
from incidents.caseevent import CaseRecorded as CaseRecorded
from incidents.caseevent import CaseReopened as CaseReopened
from incidents.caseevent import CaseResolved as CaseResolved
from incidents.caseevent import ClockWarned as ClockWarned
from incidents.caseevent import Confirmed as Confirmed
from incidents.caseevent import Contested as Contested
from incidents.caseevent import FileAdded as FileAdded
from incidents.caseevent import Fulfilled as Fulfilled
from incidents.caseevent import HandedOver as HandedOver
from incidents.caseevent import LevelChanged as LevelChanged
from incidents.caseevent import LevelConfirmed as LevelConfirmed
from incidents.caseevent import LevelContested as LevelContested
from incidents.caseevent import Rated as Rated
from incidents.caseevent import RatingFollowed as RatingFollowed
from incidents.caseevent import Resumed as Resumed
from incidents.caseevent import StopContested as StopContested
from incidents.caseevent import Taken as Taken
from incidents.caseevent import UnderTest as UnderTest
from incidents.caseevent import Waiting as Waiting
from incidents.finding import FindingClosed, FindingRaised, FindingState
from incidents.review import (
    ActionAgreed,
    ReviewConfirmed,
    ReviewContested,
    ReviewPresented,
    ReviewState,
    WhyAnswered,
)
from incidents.sample import Drawn, Reread

RESPOND = "respond"
RESOLVE = "resolve"
ESCALATE = "escalate"
REVIEW = "review"
ACCEPT = "accept"
CONFIRM = "confirm"
UPDATE = "update"


class CaseProgress(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """From the opening, or from the customer contesting a result, to the next result."""

    started_at: Instant
    kept: Mapping[str, Instant] = field(default_factory=dict)
    """Commitment -> when what it asks for first happened in this round."""
    resolved_at: Instant | None = None
    rated: bool = False
    """The customer himself rated its result."""


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
    """When the resolve clock stood, without what the customer contested; None: it still stands."""
    waits_for: Category | None = None
    """While it waits."""
    testing: bool = False
    """A plan is under test."""
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
    review: ReviewState = ReviewState.NONE
    finding: FindingState = FindingState.NONE
    sampled: str | None = None
    """The turn whose sample it was drawn for; nobody has read it again yet."""
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
        case Waiting(waits_for=waits_for):
            told_at = recorded.recorded_at
            pauses = (*_stopped(case, told_at), (told_at, None))
            return replace(after, progress=CaseProgress.WAITING, pauses=pauses, waits_for=waits_for)
        case UnderTest():
            return replace(after, testing=True)
        case Resumed():
            tried = case.testing and case.progress is CaseProgress.WAITING
            ended = replace(after, pauses=_stopped(case, at), waits_for=None, testing=tried)
            return replace(ended, progress=CaseProgress.OPEN)
        case StopContested(since=since):
            kept = tuple(one for one in case.pauses if one[0] != since)
            if (since, None) not in case.pauses:
                return replace(after, pauses=kept)
            return replace(after, progress=CaseProgress.OPEN, pauses=kept, waits_for=None)
        case CaseResolved():
            ended = replace(after, pauses=_stopped(case, at), waits_for=None, testing=False)
            resolved = replace(ended, progress=CaseProgress.RESOLVED, resolved_at=at)
            *before, last = resolved.rounds
            return _fulfil(replace(resolved, rounds=(*before, replace(last, resolved_at=at))), RESOLVE, at)
        case Confirmed():
            return _fulfil(replace(after, progress=CaseProgress.CONFIRMED, confirmed_at=at), CONFIRM, at)
        case Contested():
            said = _fulfil(after, CONFIRM, at)  # it is his word on the result, too
            met = {name: when for name, when in said.fulfilled.items() if name not in (RESOLVE, CONFIRM)}
            opened = replace(said, progress=CaseProgress.OPEN, resolved_at=None, confirmed_at=None)
            return replace(opened, fulfilled=met, rounds=(*said.rounds, Round(started_at=at)))
        case CaseReopened():
            met = {name: when for name, when in case.fulfilled.items() if name not in (RESOLVE, CONFIRM)}
            *before, last = case.rounds
            rounds = (*before, replace(last, resolved_at=None, rated=False))
            return replace(after, progress=CaseProgress.OPEN, resolved_at=None, fulfilled=met, rounds=rounds)
        case BeyondAbility():
            return replace(after, beyond_at=min(at, at if case.beyond_at is None else case.beyond_at))
        case LevelChanged(level=level):
            return replace(after, claims=(*case.claims, level), claim_contested=False)
        case LevelConfirmed():
            return replace(after, level=(case.level, *case.claims)[-1], claims=(), claim_contested=False)
        case LevelContested():
            return replace(after, claim_contested=True)
        case Rated(low=low):
            *before, last = case.rounds
            rated = replace(last, rated=last.rated or recorded.by.startswith("customer:"))
            low = low or case.low_rating  # a better one does not take away that a low one is followed up
            return replace(after, rated_by=recorded.by, low_rating=low, rounds=(*before, rated))
        case RatingFollowed():
            return replace(after, low_rating=False)
        case WhyAnswered() | ActionAgreed():
            begun = case.review is ReviewState.NONE
            return replace(after, review=ReviewState.DRAFT) if begun else after
        case ReviewPresented():
            return _fulfil(replace(after, review=ReviewState.PRESENTED), REVIEW, at)
        case ReviewConfirmed():
            return replace(after, review=ReviewState.CONFIRMED)
        case ReviewContested():
            return replace(after, review=ReviewState.CONTESTED)
        case Drawn(turn=turn):
            return replace(after, sampled=turn)
        case Reread():
            return replace(after, sampled=None)
        case FindingRaised():
            return replace(after, finding=FindingState.OPEN)
        case FindingClosed():
            return replace(after, finding=FindingState.CLOSED)
        case CaseOpened() | CaseNoted() | FileAdded() | ClockWarned():
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


_PROGRESS = (CaseNoted, UnderTest, Waiting, BeyondAbility, CaseResolved)


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
