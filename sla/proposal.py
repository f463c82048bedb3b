"""An exclusion as it is proposed, and everything that was said of it since: events and their sum. Pure.

Whether it excludes anything is judged occurrence by occurrence in sla/exclusion.py. sla-definition.md, 'Inputs' (E).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar, assert_never

from config.agreement import Category
from config.instant import Instant, Span
from config.value import Text
from sla.word import Said

E = TypeVar("E")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """One window [start, end), or a recurring one. `annex` is the part of the contract that announces it at `given`.

    `given` without an annex is a claim: it proves nothing. A second one is a revision. The last four say what happens
    meanwhile: are people called, do incidents open, does its time count all the same, is it on the public page.
    """

    components: tuple[str, ...]
    category: Category
    start: Instant | None = None
    end: Instant | None = None
    every: str | None = None
    duration: Span | None = None
    timezone: str = "UTC"
    text: Text | None = None
    given: Instant | None = None
    annex: str | None = None
    page: bool = False
    open: bool = False
    count: bool = False
    publish: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeGiven:
    """It happened when it was delivered; `proof` says how that can be seen. `occurrence`: a start; None: all."""

    customer: str
    proof: str
    occurrence: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """By a second person of the supplier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Countersigned:
    """The customer's word: it stands for the second person, and for a notice that came late or not at all."""

    customer: str
    proof: str = ""
    occurrence: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """In the occurrence that starts at `occurrence` work was done over [start, end)."""

    occurrence: Instant
    start: Instant
    end: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """For what starts at `since` or later; None: for all of it."""

    reason: str
    since: Instant | None = None


ExclusionEvent: TypeAlias = Proposed | NoticeGiven | Approved | Countersigned | Worked | Withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A plan with what was said of it. What was said of an earlier plan says nothing of this one.

    `entered_by` wrote it down where another asked for it.
    """

    plan: Proposed
    by: str
    recorded_at: Instant
    approvals: tuple[Said[Approved], ...] = ()
    notices: tuple[Said[NoticeGiven], ...] = ()
    countersignatures: tuple[Said[Countersigned], ...] = ()
    withdrawals: tuple[Said[Withdrawn], ...] = ()
    entered_by: str | None = None

    @property
    def recurring(self) -> bool:
        return self.plan.every is not None

    def withdrawal(self, start: Instant) -> Said[Withdrawn] | None:
        """The one that took away what starts then."""
        return next((one for one in self.withdrawals if one.event.since is None or one.event.since <= start), None)

    @property
    def second(self) -> Said[Approved] | None:
        """The approval of somebody who did not ask for it."""
        return next((one for one in self.approvals if one.by != self.by), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A new revision never changes what began before it was recorded."""

    id: str
    revisions: tuple[Revision, ...]
    works: tuple[Said[Worked], ...] = ()
    version: int = 1
    """How many events it is the sum of."""

    @property
    def newest(self) -> Revision:
        return self.revisions[-1]

    @property
    def components(self) -> frozenset[str]:
        """Of any revision."""
        return frozenset(name for one in self.revisions for name in one.plan.components)

    @property
    def withdrawn(self) -> bool:
        """Nothing more is to come of it."""
        return bool(self.newest.withdrawals)

    def governing(self) -> Iterable[tuple[Revision, Instant | None, Instant | None]]:
        """Each revision with the starts it speaks of: from its recording, the first from ever, until the next's."""
        for number, one in enumerate(self.revisions):
            later = self.revisions[number + 1].recorded_at if number + 1 < len(self.revisions) else None
            yield one, one.recorded_at if number else None, later


def proposal_of(id: str, said: Said[ExclusionEvent]) -> Proposal:
    """What a `Proposed` event begins."""
    plan = said.event
    assert isinstance(plan, Proposed)
    return Proposal(id=id, revisions=(_revision(plan, said),))


def evolve(proposal: Proposal, said: Said[ExclusionEvent]) -> Proposal:
    """The proposal after one more event."""
    after, newest, event = replace(proposal, version=proposal.version + 1), proposal.newest, said.event
    match event:
        case Proposed():
            return replace(after, revisions=(*proposal.revisions, _revision(event, said)))
        case Approved():
            return _with(after, replace(newest, approvals=(*newest.approvals, _as(said, event))))
        case NoticeGiven():
            return _with(after, replace(newest, notices=(*newest.notices, _as(said, event))))
        case Countersigned():
            return _with(after, replace(newest, countersignatures=(*newest.countersignatures, _as(said, event))))
        case Withdrawn():
            return _with(after, replace(newest, withdrawals=(*newest.withdrawals, _as(said, event))))
        case Worked():
            return replace(after, works=(*proposal.works, _as(said, event)))
        case other:
            assert_never(other)


def replay(id: str, events: Iterable[Said[ExclusionEvent]]) -> Proposal:
    """What its whole log adds up to; the first event is `Proposed`."""
    rest = iter(events)
    found = proposal_of(id, next(rest))
    for said in rest:
        found = evolve(found, said)
    return found


def _revision(plan: Proposed, said: Said[ExclusionEvent]) -> Revision:
    return Revision(plan=plan, by=said.by, recorded_at=said.recorded_at, entered_by=said.entered_by)


def _as(said: Said[ExclusionEvent], event: E) -> Said[E]:
    """The same with its event known more closely."""
    return Said(
        event=event,
        happened_at=said.happened_at,
        recorded_at=said.recorded_at,
        by=said.by,
        entered_by=said.entered_by,
        seen_by_customer_at=said.seen_by_customer_at,
    )


def _with(proposal: Proposal, newest: Revision) -> Proposal:
    return replace(proposal, revisions=(*proposal.revisions[:-1], newest))
