"""Which reports are owed now, from what is agreed and what is stored."""

from collections.abc import Iterator

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from incidents.store import case as cases
from incidents.store import incident as incidents
from sla.duereport import DueReport, Ended, due_reports
from sla.store import report as stored


def due(
    tx: Connection, config: Config, now: Instant, customer: str | None = None, *, delivered_since: Instant | None = None
) -> list[DueReport]:
    """The nearest first, those without a date last; with `delivered_since` those too that were delivered since then."""
    agreements = [one for one in config.agreements() if customer in (None, one.customer)]
    return due_reports(agreements, list(_ended(tx, now)), stored.delivered(tx, customer, delivered_since), now)


def _ended(tx: Connection, now: Instant) -> Iterator[Ended]:
    for incident in incidents.newest(tx):
        if incident.resolved_at is not None and incident.resolved_at <= now:
            yield Ended(
                id=incident.id,
                kind="incident",
                component=incident.component,
                agreement=None,
                resolved_at=incident.resolved_at,
            )
    for case in cases.every(tx):
        if case.resolved_at is not None and case.resolved_at <= now:
            yield Ended(
                id=case.id,
                kind="completion",
                component=case.component,
                agreement=case.agreement,
                resolved_at=case.resolved_at,
            )
