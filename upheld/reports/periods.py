"""A month's inspection and a quarter's analysis of one customer, as sla's own plain records."""

from sqlalchemy import Connection

from config.agreement import Period as Kind
from config.instant import DAY, Instant
from config.location import LOCAL
from config.model import Component, Config
from incidents.caseload import Caseload
from incidents.store import case as cases
from incidents.store import incident as incidents
from probe.inspection.store import Line, Tally, certificates, latencies, tallies
from probe.latency import Histogram
from sla.booking import measures_in
from sla.cases import seconds
from sla.parties import NoStatement
from sla.period import Period
from sla.rating import given
from sla.reports.inspection import Checked, Inspected, Inspection, Latency
from sla.reports.quarterly import Month, Quarter, Sums
from sla.statement import Statement
from sla.store.remedy import obligations
from upheld.casebook import case_record
from upheld.statements import issued, statement_of

_WEEK = 7 * DAY


def inspection(tx: Connection, config: Config, customer: str, period: Period, now: Instant) -> Inspection:
    """Of every component under an agreement of the customer's, by whole UTC days."""
    start, end = period.window("UTC")
    names = {name for one in config.customers[customer].agreements for name in one.components}
    components = [one for one in config.components.values() if one.id in names]
    ids = [check.id for one in components for check in one.checks.values()]
    until = min(end, now)
    weeks = [(at, latencies(tx, ids, at, min(at + _WEEK, end))) for at in range(start, until, _WEEK)]
    before = latencies(tx, ids, _month_before(period).window("UTC")[0], start)
    told, certified = tallies(tx, ids, start, end), certificates(tx, ids, end)

    def checked(component: Component) -> tuple[Checked, ...]:
        return tuple(
            Checked(
                id=check.id,
                kind=check.kind,
                location=place,
                interval=check.interval,
                timeout=check.timeout,
                answers=tally.answers,
                missed=tally.missed,
                reasons=tally.reasons,
                weeks=tuple(_latency(at, found.get((check.id, place))) for at, found in weeks),
                before=_latency(start, before[check.id, place]) if (check.id, place) in before else None,
                certificate_until=None if certificate is None else certificate.not_after,
                certificate_seen_at=None if certificate is None else certificate.seen_at,
            )
            for check in component.checks.values()
            for place, tally in _places(check.id, told)
            for certificate in [certified.get((check.id, place))]
        )

    return Inspection(
        period=str(period),
        start=start,
        end=end,
        until=until,
        components=tuple(Inspected(component=one.id, name=one.name, checks=checked(one)) for one in components),
    )


def quarterly(
    tx: Connection, config: Config, caseload: Caseload, customer: str, period: Period, now: Instant
) -> Quarter:
    """Each month's sealed statement where there is one. Raises NoStatement where no month has an agreement."""
    months: list[Month] = []
    made: list[Statement] = []
    for one in period.parts(Kind.MONTH):
        try:
            statement = issued(tx, config, caseload, customer, str(one), now)
        except NoStatement:
            continue  # no agreement was in force yet, or the month lies ahead
        made.append(statement)
        months.append(_month(statement))
    if not months:
        raise NoStatement(f"no agreement of '{customer}' was in force in any month of {period}")
    start, last = period.window(made[0].zone)
    end = min(last, now)
    reported = [one for one in cases.of_customer(tx, customer) if start <= one.reported_at < end]
    components = {name for one in config.customers[customer].agreements for name in one.components}
    faults = [one for one in incidents.open_between(tx, components, start, end) if one.started_at >= start]
    return Quarter(
        period=str(period),
        end=last,
        months=tuple(months),
        cases=tuple(case_record(one, caseload.clocks(one, now), config.agreements()) for one in reversed(reported)),
        resolved=sum(one.resolved_at is not None and one.resolved_at < end for one in reported),
        incidents=len(faults),
        repeats=sum(one.recurrence_of is not None for one in faults),
        ratings=given((one for statement in made for one in statement.ratings), (start, end)),
        measures=measures_in(obligations(tx, now, customer), (start, end)),
        indicators=statement_of(tx, config, caseload, customer, str(period), now).indicators,
    )


def _places(check: str, told: dict[Line, Tally]) -> list[tuple[str, Tally]]:
    """Where it was asked from; nobody answered: from here, nothing."""
    return [(place, tally) for (id, place), tally in sorted(told.items()) if id == check] or [(LOCAL, Tally())]


def _latency(start: Instant, found: Histogram | None) -> Latency:
    of = found or Histogram()
    return Latency(start=start, count=of.count, sum_us=of.sum_us, counts=tuple(of.counts))


def _month_before(period: Period) -> Period:
    last = period.year * 12 + period.number - 2
    return Period(kind=Kind.MONTH, year=last // 12, number=last % 12 + 1)


def _month(statement: Statement) -> Month:
    seal = statement.seal
    return Month(
        period=str(statement.period),
        number=None if seal is None else seal.number,
        revision=None if seal is None else seal.revision,
        provisional=statement.provisional,
        sums=tuple(
            Sums(
                component=part.component,
                name=part.name,
                target=part.agreement.availability.target,
                agreed_s=str(seconds(part.account.agreed)),
                counted_s=str(seconds(part.account.counted)),
                unobserved_s=str(seconds(part.account.unobserved)),
                verdict=None if part.account.budget is None else part.account.budget.verdict,
                agreement=part.agreement.id,
            )
            for part in statement.components
        ),
    )
