"""The statement of one customer and one period: composed from facts, frozen, the same for the same input.

Nothing here is rounded; displayed values are made by the formats and no verdict reads them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from config.agreement import Agreement
from config.agreement import Period as Kind
from config.instant import Instant
from config.location import Panel
from config.statutory import with_days
from config.value import Text
from sla.account import Account, Verdict
from sla.answered import as_answered, month_by_month
from sla.booking import Obligation, measures_in
from sla.casechange import CaseChange, within
from sla.causes import Entry, ledger
from sla.change import Change, changes, panel_in_force
from sla.contract import Consent, Side, last_word
from sla.exclusion import Exclusion, exclusions_in
from sla.forecast import Forecast, Running, running, standing
from sla.indicator import Measured, Promise, measured
from sla.interval import Interval
from sla.line import Counted, account_of, corrected_line, counted, raw_line, stretches
from sla.obstacle import PROVISIONAL, Obstacle, needs_of
from sla.own import own
from sla.parties import NoStatement, Parties
from sla.period import Period
from sla.rating import Rating, concerning
from sla.record import Answer, CaseRecord, Facts
from sla.seal import Seal
from sla.servicehours import unpublished
from sla.settlement import Part, Remedies, settle


@dataclass(frozen=True, slots=True, kw_only=True)
class ShorterPart:
    """A month of a quarter or year, or a quarter of a year. `judged`: the target is one of such a period."""

    period: Period
    account: Account
    judged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentPart:
    """One component under one agreement; `ledger` is its period second by second.

    `year_so_far` where the target is a year's; `parts` are the shorter periods the period is made of (those of the
    target where these are shorter, else the months), `forecast` is of the target's period while it runs.
    """

    component: str
    name: Text
    agreement: Agreement
    counted: Counted
    ledger: tuple[Entry, ...]
    year_so_far: Account | None
    parts: tuple[ShorterPart, ...]
    forecast: Forecast | None
    obstacles: tuple[Obstacle, ...]

    @property
    def account(self) -> Account:
        return self.counted.account

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """One for each of the target's periods: a month's target is not judged by the quarter's sum."""
        shorter = [part.account for part in self.parts if part.judged]
        return tuple(one.budget.verdict for one in shorter or [self.account] if one.budget is not None)

    @property
    def verdict(self) -> Verdict:
        """The hardest of them."""
        return _hardest(self.verdicts)


def _hardest(found: Sequence[Verdict]) -> Verdict:
    order = (Verdict.MISSED, Verdict.SENSITIVE, Verdict.MET)
    return next((verdict for verdict in order if verdict in found), Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementPart:
    """The versions in force in the period, oldest first; `window` is the period in the agreement's zone, up to now."""

    versions: tuple[Agreement, ...]
    window: Interval
    whole: Interval
    exclusions: tuple[Exclusion, ...]
    running: Running | None
    """What is still to come of the target's period, where the statement's runs now."""
    consents: tuple[Consent, ...] = ()
    """To its versions, as far as they were recorded when the statement was made."""

    @property
    def newest(self) -> Agreement:
        return self.versions[-1]

    def word(self, version: int, side: Side) -> Consent | None:
        """What that side had said last of that version; None: nothing."""
        return last_word(self.consents, version, side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    customer: str
    customer_name: Text
    provider: Text
    period: Period
    zone: str
    window: Interval
    issued_at: Instant
    agreements: tuple[AgreementPart, ...]
    components: tuple[ComponentPart, ...]
    names: dict[str, Text]
    """Component id -> its name, of all that are mentioned."""
    cases: tuple[CaseRecord, ...]
    observers: dict[str, tuple[str, ...]]
    """Component id -> `check@location` of what observed it in the period."""
    panel: Panel
    """The places that were asked from at its end, by whom they are run, and how their votes decide."""
    changes: tuple[Change, ...]
    """What the provider changed in the period in how these components are asked."""
    case_changes: tuple[CaseChange, ...]
    """Levels the provider said in the period, and clocks he had stopped."""
    indicators: tuple[Measured, ...]
    """What the agreements in force at the end promise beside availability, and what it was in the period."""
    measures: tuple[Obligation, ...]
    """Of improvement, that were open at any time of the period."""
    ratings: tuple[Rating, ...]
    """Given in the period, followed up in it, or waiting for that at its end."""
    obstacles: tuple[Obstacle, ...]
    marked_as_demo: bool
    remedies: Remedies = field(default_factory=Remedies)
    """What breaches of the month cost, and what is owed by a date; sealing books it."""
    answer: Answer | None = None
    """The customer's, where time that was not measured asked for it."""
    only_own: bool = False
    """Nothing of other customers is said in it."""
    seal: Seal | None = None
    """Of a sealed revision; no part of the record, which it signs."""

    def places(self, component: str) -> list[str]:
        """The locations it was observed from."""
        return sorted({one.rpartition("@")[2] for one in self.observers.get(component, ())})

    @property
    def provisional(self) -> bool:
        return any(one in PROVISIONAL for one in self.obstacles)

    @property
    def verdict(self) -> Verdict:
        """The hardest of the components' verdicts; of a quarter under monthly targets, of its months'."""
        return _hardest([verdict for part in self.components for verdict in part.verdicts])


def compose(parties: Parties, period: Period, facts: Facts, now: Instant, *, marked_as_demo: bool = False) -> Statement:
    """Raises NoStatement for a period that has not begun, or one without any agreement in force."""
    facts = own(facts, parties)
    days = {one.country: one for one in facts.calendars}
    if days:
        parties = replace(parties, agreements=tuple(with_days(one, days) for one in parties.agreements))
    parts: list[AgreementPart] = []
    for _, versions in groupby(parties.agreements, key=lambda one: one.id):
        part = _agreement(tuple(versions), period, facts, now)
        if part is not None:
            parts.append(part)
    if not parts:
        raise NoStatement(f"no agreement of '{parties.customer}' was in force in {period}, up to now")
    components = tuple(_component(parties, part, one, period, facts, now) for part in parts for one in _covered(part))
    zone = parts[0].newest.availability.timezone
    covered = {part.component for part in components}
    mentioned = {one for part in parts for exclusion in part.exclusions for one in exclusion.components}
    mentioned |= covered | {one.component for one in facts.cases if one.component}
    named = parts[0].newest.parties
    return Statement(
        customer=parties.customer,
        customer_name=named.customer.name or parties.customer_name,
        provider=named.provider.name or parties.provider,
        period=period,
        zone=zone,
        window=parts[0].window,
        issued_at=now,
        agreements=tuple(parts),
        components=components,
        names={one: parties.name(one) for one in sorted(mentioned)},
        cases=tuple(
            case
            for case in sorted(facts.cases, key=lambda case: (case.reported_at, case.id))
            if _belongs(case, parts[0].window)
        ),
        observers={part.component: facts.observers.get(part.component, ()) for part in components},
        panel=panel_in_force((one for one in facts.definitions if one.component in covered), parts[0].window[1]),
        changes=changes((one for one in facts.definitions if one.component in covered), parts[0].window),
        case_changes=within((one for case in facts.cases for one in case.changes), parts[0].window),
        indicators=tuple(one for part in parts for one in _indicators(part, components, period, facts)),
        measures=measures_in(facts.obligations, parts[0].window),
        ratings=concerning((one for case in facts.cases for one in case.ratings), parts[0].window),
        obstacles=_obstacles(parts, components, now),
        marked_as_demo=marked_as_demo,
        remedies=settle([_settlement(parties, part, components) for part in parts], period, facts, now),
        answer=facts.answer,
        only_own=parties.only_own,
    )


def _indicators(
    part: AgreementPart, components: Sequence[ComponentPart], period: Period, facts: Facts
) -> tuple[Measured, ...]:
    own = [one.verdict for one in components if one.agreement.id == part.newest.id]
    cases = [one for one in facts.cases if one.agreement in (None, part.newest.id)]
    return measured(
        Promise(
            agreement=part.newest,
            cases=cases,
            verdicts=own,
            period=period,
            window=part.window,
            entered=facts.entered,
        )
    )


def _belongs(case: CaseRecord, window: Interval) -> bool:
    """Not closed before it began, or with a time limit that was met or missed later: a review, a report."""
    if case.reported_at >= window[1]:
        return False
    ends = [case.closed_at, *(clock.ended_at for clock in case.commitments)]
    return any(one is None or one >= window[0] for one in ends)


def _settlement(parties: Parties, part: AgreementPart, components: Sequence[ComponentPart]) -> Part:
    own = [one for one in components if one.agreement.id == part.newest.id]
    return Part(
        versions=tuple(
            sorted(
                (one for one in parties.agreements if one.id == part.newest.id),
                key=lambda one: one.effective,
            )
        ),
        newest=part.newest,
        window=part.window,
        components=tuple((one.component, one.counted, one.year_so_far) for one in own),
    )


def _agreement(versions: tuple[Agreement, ...], period: Period, facts: Facts, now: Instant) -> AgreementPart | None:
    """The agreement's part of the statement; None if no version was in force in the part of the period that passed."""
    whole = period.window(versions[-1].availability.timezone)
    window = whole[0], min(whole[1], now)
    in_force = tuple(
        one
        for one in sorted(versions, key=lambda one: one.effective)
        if one.effective < window[1] and (one.until is None or window[0] < one.until)
    )
    if window[1] <= window[0] or not in_force:
        return None
    return AgreementPart(
        versions=in_force,
        window=window,
        whole=whole,
        exclusions=_exclusions(in_force, versions, facts, window),
        running=running(month_by_month(versions, period, facts), facts.exclusions, now) if now < whole[1] else None,
        # a later word makes no other statement of this one
        consents=tuple(one for one in facts.consents if one.agreement == versions[0].id and one.recorded_at <= now),
    )


def _exclusions(
    in_force: tuple[Agreement, ...], versions: tuple[Agreement, ...], facts: Facts, window: Interval
) -> tuple[Exclusion, ...]:
    """Each occurrence once, whichever of the versions covers the component it concerns."""
    found = {
        (one.id, one.start): one
        for version in in_force
        for one in exclusions_in(facts.exclusions, version, versions, window)
    }
    return tuple(sorted(found.values(), key=lambda one: (one.start, one.id)))


def _covered(part: AgreementPart) -> list[str]:
    return list(dict.fromkeys(component for version in part.versions for component in version.components))


def _component(
    parties: Parties, part: AgreementPart, component: str, period: Period, facts: Facts, now: Instant
) -> ComponentPart:
    transitions = facts.transitions.get(component, ())
    counting = as_answered(part.versions, facts.answer)
    line = counted(transitions, counting, component, part.exclusions, part.window, now, facts.corrections)
    found = _settled(line, facts.answer)
    covering = stretches(part.versions, component, part.window)
    agreement = covering[-1][0] if covering else part.newest
    return ComponentPart(
        component=component,
        name=parties.name(component),
        agreement=agreement,
        counted=found,
        ledger=ledger(
            found.account, component, part.versions, part.exclusions, transitions, found.outages, facts.incidents
        ),
        year_so_far=_year_so_far(parties, agreement, component, part, period, facts, now),
        parts=_shorter(part, counting, agreement, found, component, period),
        forecast=None if part.running is None else _forecast(part.running, facts, component, now),
        obstacles=needs_of(found, facts.answer),
    )


def _year_so_far(
    parties: Parties,
    agreement: Agreement,
    component: str,
    part: AgreementPart,
    period: Period,
    facts: Facts,
    now: Instant,
) -> Account | None:
    """From the year's first midnight to the end of the statement's window, where the target is a year's."""
    if agreement.availability.period is not Kind.YEAR:
        return None
    window = period.year_window(agreement.availability.timezone)[0], part.window[1]
    versions = [one for one in parties.agreements if one.id == agreement.id]
    exclusions = exclusions_in(facts.exclusions, agreement, versions, window)
    transitions = facts.transitions.get(component, ())
    counting = month_by_month(versions, period, facts)
    line, _ = corrected_line(transitions, counting, component, exclusions, window, now, facts.corrections)
    return account_of(line, counting, component, exclusions, window)


def _shorter(
    part: AgreementPart,
    counting: tuple[Agreement, ...],
    agreement: Agreement,
    found: Counted,
    component: str,
    period: Period,
) -> tuple[ShorterPart, ...]:
    """Those that have begun; their sums are the whole period's."""
    kind = agreement.availability.period
    of_target = period.parts(kind)
    made: list[ShorterPart] = []
    for one in of_target or period.parts(Kind.MONTH):
        whole = one.window(agreement.availability.timezone)
        window = max(whole[0], part.window[0]), min(whole[1], part.window[1])
        if window[0] < window[1]:
            counted_part = account_of(found.line, counting, component, part.exclusions, window)
            made.append(ShorterPart(period=one, account=counted_part, judged=bool(of_target)))
    return tuple(made)


def _forecast(going: Running, facts: Facts, component: str, now: Instant) -> Forecast:
    line = raw_line(facts.transitions.get(component, ()), going.passed, now)
    return standing(going, line, component, facts.corrections)[1]


def _settled(found: Counted, answer: Answer | None) -> Counted:
    """Once it is said how the unmeasured time counts, the verdict is what the figure says."""
    budget = found.account.budget
    if answer is None or budget is None or budget.verdict is not Verdict.SENSITIVE:
        return found
    said = replace(budget, verdict=Verdict.MET if budget.met else Verdict.MISSED)
    return replace(found, account=replace(found.account, budget=said))


def _obstacles(
    parts: Sequence[AgreementPart], components: Sequence[ComponentPart], now: Instant
) -> tuple[Obstacle, ...]:
    found = {obstacle for component in components for obstacle in component.obstacles}
    for part in parts:
        if now < part.whole[1]:
            found.add(Obstacle.RUNNING)
        elif now < part.whole[1] + part.newest.availability.grace:
            found.add(Obstacle.GRACE)
        if any(unpublished(version.availability.service_hours, part.whole) for version in part.versions):
            found.add(Obstacle.CALENDAR)
    return tuple(one for one in Obstacle if one in found)
