"""What a month's statement makes of the remedies: claims, entries to be booked, streaks and obligations.

Pure, from the figures and facts of the statement alone. The version newest in the month gives the rules. A longer
period of the target is settled with the month that ends it, or in which the agreement ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config.agreement import Agreement
from config.agreement import Period as Kind
from config.instant import Instant
from config.remedy import Streak
from sla.account import Account
from sla.answered import month_by_month
from sla.booking import DUTY, MEASURE, Booking, MonthOutcome, Obligation, Standing
from sla.cap import granted
from sla.exclusion import exclusions_in
from sla.interval import Interval
from sla.line import Counted, counted
from sla.period import Period
from sla.record import CaseRecord, Facts, Outcome
from sla.remedy import Claim, Failing, Figure, claims_of
from sla.streak import StreakState, obligations_of, outcomes_with, run_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies:
    """`claims` of the month, `entries` that sealing would book, how the `streaks` stand, what is owed by a date.

    `obligations` are those the month completes; `opened` the new ones of any month, `groundless` those to be withdrawn.
    """

    claims: tuple[Claim, ...] = ()
    entries: tuple[Booking, ...] = ()
    streaks: tuple[StreakState, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    opened: tuple[Obligation, ...] = ()
    groundless: tuple[Obligation, ...] = ()
    settled: tuple[tuple[Agreement, Instant, MonthOutcome], ...] = ()
    """For each agreement: the version whose rules hold, when its contract years begin, the month's outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One agreement in the month: all its versions in order, the one whose rules hold, and each component's count."""

    versions: tuple[Agreement, ...]
    newest: Agreement
    window: Interval
    components: tuple[tuple[str, Counted, Account | None], ...]
    """Id, the month's count, and the year so far where the target is a year's."""


def settle(parts: Sequence[Part], period: Period, facts: Facts, now: Instant) -> Remedies:
    """Nothing for a quarter or a year: their figures are settled with the month that ends them."""
    if period.kind is not Kind.MONTH:
        return Remedies()
    found = [_settled(part, period, facts, now) for part in parts if part.newest.remedies]
    return Remedies(
        claims=tuple(one for part in found for one in part.claims),
        entries=tuple(one for part in found for one in part.entries),
        streaks=tuple(one for part in found for one in part.streaks),
        obligations=tuple(one for part in found for one in part.obligations),
        opened=tuple(one for part in found for one in part.opened),
        groundless=tuple(one for part in found for one in part.groundless),
        settled=tuple(one for part in found for one in part.settled),
    )


def _settled(part: Part, period: Period, facts: Facts, now: Instant) -> Remedies:
    agreement, month = part.newest, str(period)
    reach = _target_window(part, period)
    figures = list(_figures(part, period, reach, facts, now))
    cases = [one for one in facts.cases if one.agreement in (None, agreement.id)]
    failings = list(_failings(cases, part.window))
    earlier = [] if reach is None else list(_failings(cases, (reach[0], part.window[0])))
    breaches = [
        (one.id, one.happened_at)
        for one in facts.breaches
        if one.agreement == agreement.id and part.window[0] <= one.happened_at < part.window[1]
    ]
    wanted = claims_of(agreement, month, figures, failings, breaches, earlier)
    booked = [one for one in facts.bookings if one.agreement == agreement.id]
    claims, entries = granted(agreement, part.versions[0].effective, month, wanted, booked)
    own = _outcome(part, month)
    outcomes = outcomes_with(facts.outcomes, own)
    known = [one for one in facts.obligations if one.agreement == agreement.id and one.gives not in (MEASURE, DUTY)]
    opened, groundless = obligations_of(agreement, outcomes, known, now)
    gone = {one.id for one in groundless}
    return Remedies(
        claims=tuple(claims),
        entries=tuple(entries),
        streaks=tuple(
            StreakState(
                agreement=agreement.id,
                rule=rule.id,
                run=run_at(rule, outcomes, month),
                of=rule.missed,
                in_last=rule.in_last,
            )
            for rule in agreement.remedies
            if isinstance(rule, Streak)
        ),
        obligations=tuple(one for one in (*known, *opened) if one.month == month and one.id not in gone),
        opened=tuple(opened),
        groundless=tuple(groundless),
        settled=((agreement, part.versions[0].effective, own),),
    )


def _target_window(part: Part, period: Period) -> Interval | None:
    """The longer period of the target that ends with this month; None: a month's target, or it goes on."""
    terms = part.newest.availability
    longer = _longer(terms.period, period)
    if longer is None:
        return None
    window = longer.window(terms.timezone)
    end = part.versions[-1].until
    over = window[1] <= part.window[1] or (end is not None and end <= part.window[1])
    return (window[0], part.window[1]) if over else None


def _longer(kind: Kind, month: Period) -> Period | None:
    match kind:
        case Kind.MONTH:
            return None
        case Kind.QUARTER:
            return Period(kind=kind, year=month.year, number=(month.number + 2) // 3)
        case Kind.YEAR:
            return Period(kind=kind, year=month.year, number=1)


def _figures(part: Part, period: Period, reach: Interval | None, facts: Facts, now: Instant) -> Iterator[Figure]:
    terms = part.newest.availability
    longer = _longer(terms.period, period)
    for component, found, _ in part.components:
        if longer is None:
            yield _figure(component, str(period), found, part.window)
        elif reach is not None:
            exclusions = tuple(
                {
                    (one.id, one.start): one
                    for version in part.versions
                    for one in exclusions_in(facts.exclusions, version, part.versions, reach)
                }.values()
            )
            transitions = facts.transitions.get(component, ())
            counting = month_by_month(part.versions, period, facts)
            whole = counted(transitions, counting, component, exclusions, reach, now, facts.corrections)
            yield _figure(component, str(longer), whole, reach)


def _figure(component: str, period: str, found: Counted, window: Interval) -> Figure:
    account = found.account
    return Figure(
        component=component,
        period=period,
        window=window,
        availability=account.availability,
        met=None if account.budget is None else account.budget.met,
        outages=tuple((one.id, (one.start, one.end)) for one in found.outages if one.counted),
    )


def _failings(cases: Sequence[CaseRecord], window: Interval) -> Iterator[Failing]:
    """A missed time limit belongs to the period its deadline lies in."""
    for case in sorted(cases, key=lambda one: (one.reported_at, one.id)):
        for clock in case.commitments:
            if clock.outcome is not Outcome.MISSED or clock.due_at is None:
                continue
            if window[0] <= clock.due_at < window[1]:
                yield Failing(
                    case=case.id,
                    commitment=clock.name,
                    component=case.component,
                    level=case.level,
                    started_at=clock.started_at,
                    due_at=clock.due_at,
                )


def _outcome(part: Part, month: str) -> MonthOutcome:
    own = [found.account for _, found, _ in part.components]
    year = [so_far if so_far is not None else found.account for _, found, so_far in part.components]
    return MonthOutcome(agreement=part.newest.id, month=month, standing=_standing(own), year_so_far=_standing(year))


def _standing(accounts: Sequence[Account]) -> Standing:
    """Missed if any component is below; not applicable if none has a figure."""
    met = {one.budget.met for one in accounts if one.budget is not None}
    if False in met:
        return Standing.MISSED
    return Standing.MET if True in met else Standing.NOT_APPLICABLE
