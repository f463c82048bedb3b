"""Which agreed windows take time out of the count, and why the others do not. sla-definition.md, 'Inputs' (E).

Invalid ones stay listed with their reason.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from config.agreement import Agreement, Category, ExclusionRule
from config.instant import DAY, Instant, Span
from config.value import Text
from sla.calendar import local, starting
from sla.interval import Interval
from sla.occurrence import occurrences
from sla.proposal import Countersigned, Proposal, Revision
from sla.word import Said, Writer, spoken_by


class Flaw(StrEnum):
    """Why an exclusion does not exclude."""

    WITHDRAWN = "withdrawn"
    """Whoever proposed it took it back."""
    COUNTED = "counted"
    """Whoever proposed it said that its time counts all the same."""
    CATEGORY = "category"
    """Its category is not allowed by the agreement in force at its start."""
    CUSTOMER_WORD = "customer_word"
    """Said to be caused by the customer, without the customer's word."""
    LATE = "late"
    """Announced less than the agreed time ahead, or not at all."""
    UNPROVEN = "unproven"
    """Said to be announced in time, without an annex or a proof of delivery."""
    UNCONFIRMED = "unconfirmed"
    """Approved by no second person, resting on no annex, without the customer's word."""
    NOT_WORKED = "not_worked"
    """An occurrence of a recurring one in which nobody recorded any work."""
    CAP = "cap"
    """The month's cap was used up by windows announced before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """One occurrence [start, end) under one agreement. `flaw` is None for a valid one.

    `needed` is the notice agreed for its category; `announced_end` where it would have ended by plan; `worked` from
    the first to the last work recorded in it; `recorded_at` when it was first written down.
    """

    id: str
    start: Instant
    end: Instant
    announced_end: Instant
    components: tuple[str, ...]
    category: Category
    given_at: Instant | None
    needed: Span | None
    requested_by: str
    approved_by: str | None
    recorded_at: Instant
    worked: Interval | None
    text: Text | None
    flaw: Flaw | None
    writer: Writer | None = None
    """Who wrote the customer's countersignature down; None where he did himself, or there is none."""

    @property
    def valid(self) -> bool:
        return self.flaw is None

    @property
    def interval(self) -> Interval:
        return self.start, self.end

    @property
    def ahead(self) -> Span | None:
        """How long before the start notice was given; None without notice, negative after the start."""
        return None if self.given_at is None else self.start - self.given_at

    @property
    def recorded_after_start(self) -> bool:
        """Nobody had written it down when it began. It still needs what every other one needs."""
        return self.recorded_at > self.start


def exclusions_in(
    proposals: Iterable[Proposal], agreement: Agreement, versions: Iterable[Agreement], window: Interval
) -> tuple[Exclusion, ...]:
    """What concerns the agreement's components and overlaps the window, in order of start, judged.

    `versions` are all of one agreement's; the one in force at an occurrence's start decides.
    """
    terms = tuple(versions)
    zone = ZoneInfo(agreement.availability.timezone)
    covered = set(agreement.components)
    # A cap is one month's, so every window of the months touched is judged.
    wide = (_month_start(window[0], zone), window[1] + 31 * DAY)
    found = [
        _judged(proposal, revision, span, terms, agreement.customer)
        for proposal in proposals
        for revision, span in planned(proposal, wide)
        if covered & set(revision.plan.components)
    ]
    capped = _capped(found, terms, zone)
    return tuple(
        sorted(
            (one for one in capped if one.start < window[1] and window[0] < one.end),
            key=lambda one: (one.start, one.id),
        )
    )


def planned(proposal: Proposal, window: Interval) -> Iterator[tuple[Revision, Interval]]:
    """Every occurrence that overlaps the window, with the revision that speaks of it.

    One of a recurring plan that was taken back before it began does not take place.
    """
    for revision, first, later in proposal.governing():
        for start, end in occurrences(revision.plan, window):
            if (first is not None and start < first) or (later is not None and start >= later):
                continue
            taken_back = revision.withdrawal(start)
            if taken_back is None or not revision.recurring or taken_back.recorded_at > start:
                yield revision, (start, end)


def _judged(
    proposal: Proposal, revision: Revision, span: Interval, versions: tuple[Agreement, ...], customer: str
) -> Exclusion:
    version = _in_force(versions, span[0])
    rule = None if version is None else version.availability.exclusions.get(revision.plan.category)
    works = [one.event for one in proposal.works if one.event.occurrence == span[0]]
    worked = (min(one.start for one in works), max(one.end for one in works)) if works else None
    announced = version is not None and version.availability.window == "announced"
    return Exclusion(
        id=proposal.id,
        start=span[0],
        end=span[1] if worked is None or announced else min(span[1], worked[1]),
        announced_end=span[1],
        components=revision.plan.components,
        category=revision.plan.category,
        given_at=_proven(revision, span[0], customer) or revision.plan.given,
        needed=None if rule is None else rule.notice,
        requested_by=revision.by,
        approved_by=_second(revision, span[0], customer),
        recorded_at=revision.recorded_at,
        worked=worked,
        text=revision.plan.text,
        flaw=_flaw(revision, span[0], customer, rule, worked),
        writer=_writer(revision, span[0], customer),
    )


def _flaw(
    revision: Revision, start: Instant, customer: str, rule: ExclusionRule | None, worked: Interval | None
) -> Flaw | None:
    if revision.withdrawal(start) is not None:
        return Flaw.WITHDRAWN
    if revision.plan.count:
        return Flaw.COUNTED
    if rule is None:
        return Flaw.CATEGORY
    countersigned = _countersigned(revision, start, customer)
    if revision.plan.category is Category.CUSTOMER and not countersigned:
        return Flaw.CUSTOMER_WORD
    if not countersigned and (rule.notice or revision.recurring):
        latest, proven, claimed = start - rule.notice, _proven(revision, start, customer), revision.plan.given
        if proven is None or proven > latest:
            return Flaw.LATE if proven is not None or claimed is None or claimed > latest else Flaw.UNPROVEN
    if _second(revision, start, customer) is None:
        return Flaw.UNCONFIRMED
    if revision.recurring and worked is None:
        return Flaw.NOT_WORKED
    return None


def _proven(revision: Revision, start: Instant, customer: str) -> Instant | None:
    """When this customer had notice of it, as an annex or a delivery proves it."""
    plan = revision.plan
    annexed = [plan.given] if plan.annex is not None and plan.given is not None else []
    delivered = [
        one.happened_at
        for one in revision.notices
        if one.event.customer == customer and one.event.occurrence in (None, start)
    ]
    return min([*annexed, *delivered], default=None)


def _signatures(revision: Revision, start: Instant, customer: str) -> list[Said[Countersigned]]:
    return [
        one
        for one in revision.countersignatures
        if one.event.customer == customer and one.event.occurrence in (None, start)
    ]


def _countersigned(revision: Revision, start: Instant, customer: str) -> bool:
    return bool(_signatures(revision, start, customer))


def _writer(revision: Revision, start: Instant, customer: str) -> Writer | None:
    first = next(iter(_signatures(revision, start, customer)), None)
    if first is None or first.entered_by is None:
        return None
    return Writer(by=first.entered_by, proof=first.event.proof)


def _second(revision: Revision, start: Instant, customer: str) -> str | None:
    """Who approved it beside the one who asked: a person, the customer, or the annex it rests on."""
    if revision.second is not None:
        return revision.second.by
    # a customer who asked for it himself has said his word
    if _countersigned(revision, start, customer) and revision.by != spoken_by(customer):
        return spoken_by(customer)
    return revision.plan.annex


def _in_force(versions: tuple[Agreement, ...], at: Instant) -> Agreement | None:
    return next((one for one in versions if one.in_force(at)), None)


def _capped(found: list[Exclusion], versions: tuple[Agreement, ...], zone: ZoneInfo) -> list[Exclusion]:
    """Valid ones take from their month's cap in order of notice; one that no longer fits does not exclude."""
    used: dict[tuple[Category, Instant], Span] = {}
    judged: list[Exclusion] = []
    for one in sorted(found, key=lambda one: (one.start if one.given_at is None else one.given_at, one.start, one.id)):
        version = _in_force(versions, one.start)
        rule = None if version is None else version.availability.exclusions.get(one.category)
        if not one.valid or rule is None or rule.cap is None:
            judged.append(one)
            continue
        month = one.category, _month_start(one.start, zone)
        taken = used.get(month, 0) + one.end - one.start
        if taken > rule.cap:
            judged.append(replace(one, flaw=Flaw.CAP))
        else:
            used[month] = taken
            judged.append(one)
    return judged


def _month_start(at: Instant, zone: ZoneInfo) -> Instant:
    day = local(at, zone).date().replace(day=1)
    return starting(datetime.combine(day, time()), zone)
