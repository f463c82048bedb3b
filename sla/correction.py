"""A correction by people: an adjudicated interval with evidence, as events and their sum. Pure.

It never edits a fact: sla/overlay.py lays it over the recorded line. sla-definition.md, 'Edges' (correction by people).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from config.instant import Instant
from config.state import State
from sla.interval import Interval
from sla.word import Said, Writer, customer_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """Over [start, end) the component was in truth in `state`; `evidence` names what shows it."""

    component: str
    start: Instant
    end: Instant
    state: State
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """By a second person of the supplier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The customer's word; `proof` where somebody else wrote it down."""

    customer: str
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    customer: str
    reason: str


CorrectionEvent: TypeAlias = Requested | Approved | Confirmed | Contested


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """`words`: customer -> whether he confirmed it, his last word. `approved_by` is never who asked for it.

    `entered_by` wrote it down where another asked for it.
    """

    id: str
    component: str
    start: Instant
    end: Instant
    state: State
    reason: str
    evidence: str
    requested_by: str
    requested_at: Instant
    approved_by: str | None = None
    approved_at: Instant | None = None
    words: tuple[tuple[str, bool, Instant], ...] = ()
    version: int = 1
    entered_by: str | None = None
    writers: tuple[tuple[str, Writer | None], ...] = ()
    """Customer -> who wrote his word down; None where he did himself."""

    @property
    def interval(self) -> Interval:
        return self.start, self.end

    def writer(self, customer: str) -> Writer | None:
        """Who wrote this customer's last word down for him."""
        his = [writer for name, writer in self.writers if name == customer]
        return his[-1] if his else None

    def word(self, customer: str) -> bool | None:
        """True: this customer confirmed it, or asked for it; False: he contests it; None: he has not spoken."""
        spoken = [confirmed for name, confirmed, _ in self.words if name == customer]
        if spoken:
            return spoken[-1]
        return True if customer_of(self.requested_by) == customer else None

    def second(self, customer: str) -> str | None:
        """Who stands for it towards this customer beside the one who asked."""
        if self.approved_by is not None:
            return self.approved_by
        asked_himself = customer_of(self.requested_by) == customer
        return f"customer:{customer}" if self.word(customer) and not asked_himself else None


def correction_of(id: str, said: Said[CorrectionEvent]) -> Correction:
    """What a `Requested` event begins."""
    asked = said.event
    assert isinstance(asked, Requested)
    return Correction(
        id=id,
        component=asked.component,
        start=asked.start,
        end=asked.end,
        state=asked.state,
        reason=asked.reason,
        evidence=asked.evidence,
        requested_by=said.by,
        requested_at=said.recorded_at,
        entered_by=said.entered_by,
    )


def evolve(correction: Correction, said: Said[CorrectionEvent]) -> Correction:
    """The correction after one more event."""
    after = replace(correction, version=correction.version + 1)
    match said.event:
        case Requested():
            return after
        case Approved():
            if said.by == correction.requested_by or correction.approved_by is not None:
                return after
            return replace(after, approved_by=said.by, approved_at=said.recorded_at)
        case Confirmed(customer=customer, proof=proof):
            return _spoken(after, said, (customer, True, said.recorded_at), proof)
        case Contested(customer=customer):
            return _spoken(after, said, (customer, False, said.recorded_at), "")
        case other:
            assert_never(other)


def _spoken(
    correction: Correction, said: Said[CorrectionEvent], word: tuple[str, bool, Instant], proof: str
) -> Correction:
    writer = None if said.entered_by is None else Writer(by=said.entered_by, proof=proof)
    return replace(correction, words=(*correction.words, word), writers=(*correction.writers, (word[0], writer)))


def replay(id: str, events: Iterable[Said[CorrectionEvent]]) -> Correction:
    """What its whole log adds up to; the first event is `Requested`."""
    rest = iter(events)
    found = correction_of(id, next(rest))
    for said in rest:
        found = evolve(found, said)
    return found


def lying(corrections: Iterable[Correction]) -> dict[str, list[Interval]]:
    """Component -> where corrections of it lie, counted or not."""
    found: dict[str, list[Interval]] = {}
    for one in corrections:
        found.setdefault(one.component, []).append(one.interval)
    return found
