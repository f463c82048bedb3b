"""Which reports an agreement owes and by when: what is owed and not yet delivered. Pure.

A report is due `within` its time after the resolution, or by the end of its `day` of the month after its period; one
that states neither is due with the monthly statement. Source: requirements.md 3.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from config.agreement import Agreement, Report
from config.agreement import Period as Kind
from config.instant import Instant
from sla.duedate import end_of_day, statement_day
from sla.period import Period

_OVER = {"incident", "completion"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An incident or a case that is over. A case names its agreement, an incident all that cover its component."""

    id: str
    kind: str
    component: str | None
    agreement: str | None
    resolved_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReport:
    """`since`: what it is about was over; `due_at` None: owed, without a date."""

    customer: str
    kind: str
    subject: str
    since: Instant
    due_at: Instant | None


def due_reports(
    agreements: Iterable[Agreement],
    ended: Collection[Ended],
    delivered: Collection[tuple[str, str, str]],
    now: Instant,
) -> list[DueReport]:
    """What is not delivered, the nearest first, those without a date last. `delivered`: (customer, kind, subject)."""
    owed = {
        (one.customer, one.kind, one.subject): one
        for agreement in agreements
        for report in agreement.reports
        for one in (_after(agreement, report, ended) if report.kind in _OVER else _of_periods(agreement, report, now))
    }
    left = [one for key, one in owed.items() if key not in delivered]
    return sorted(left, key=lambda one: (one.due_at is None, one.due_at or 0, one.customer, one.kind, one.subject))


def _after(agreement: Agreement, report: Report, ended: Collection[Ended]) -> Iterator[DueReport]:
    for one in ended:
        concerned = one.agreement == agreement.id if one.kind == "completion" else one.component in agreement.components
        if one.kind == report.kind and concerned and agreement.in_force(one.resolved_at):
            within = report.within
            yield DueReport(
                customer=agreement.customer,
                kind=report.kind,
                subject=one.id,
                since=one.resolved_at,
                due_at=None if within is None else one.resolved_at + within,
            )


def _of_periods(agreement: Agreement, report: Report, now: Instant) -> Iterator[DueReport]:
    """The periods that are over; each counts for the version that was in force in its last moment."""
    kind = {"quarterly": Kind.QUARTER, "inspection": Kind.MONTH}.get(report.kind)
    if kind is None:
        return  # statements have a calendar of their own, briefs and audits are asked for
    zone = agreement.availability.timezone
    period = Period.running(kind, zone, max(agreement.effective, agreement.measured_from))
    number = 0
    while (end := period.window(zone)[1]) <= now:
        over = end if kind is Kind.QUARTER else max(end, period.window("UTC")[1])
        if over > now:
            return  # an inspection counts whole days of UTC, as they are stored
        number += 1
        if agreement.in_force(end - 1) and number % (report.months or 1) == 0:
            due_at = end_of_day(end, report.day or statement_day(agreement), zone)
            yield DueReport(
                customer=agreement.customer, kind=report.kind, subject=str(period), since=over, due_at=due_at
            )
        period = Period.running(kind, zone, end)
