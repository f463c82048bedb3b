"""The only place in this room where SQL is written: it reads, and rows become facts here. Nothing is ever changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, desc, func, or_, select

from config.instant import Instant
from config.look.state import Shown
from db.tables.incidents import incident as incidents_table
from db.tables.incidents import incident_event, transition
from db.tables.probe import latency_bucket
from incidents.drill import PREFIX
from incidents.fact import incident_event as event_of
from incidents.incident import Progress, Recorded
from sla.timeline import State
from statuspage.facts import Change, Incident, Phase
from statuspage.update import updates_of

WORDED = 50
"""So many of the newest incidents come with their updates; every unresolved one does."""
_REAL = ~incidents_table.c.component.startswith(PREFIX, autoescape=True)
"""Drills are nobody's business outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A change with its place in the log: of two at one instant the later recorded holds."""

    id: int
    component: str
    change: Change


def changes_after(tx: Connection, seen: int, since: Instant) -> list[Stored]:
    """What was appended after `seen` and is true from `since` on, in the order it was written."""
    column = transition.c
    rows = tx.execute(select(transition).where(column.id > seen, column.happened_at >= since).order_by(column.id))
    return [_stored(row) for row in rows]


def standing_before(tx: Connection, instant: Instant) -> list[Stored]:
    """Each component's last change before the instant."""
    column = transition.c
    last = (
        select(column.component, func.max(column.happened_at).label("at"))
        .where(column.happened_at < instant)
        .group_by(column.component)
        .subquery()
    )
    rows = tx.execute(
        select(transition)
        .join(last, and_(column.component == last.c.component, column.happened_at == last.c.at))
        .order_by(column.id)
    )
    return [_stored(row) for row in rows]


def newest_change(tx: Connection) -> int:
    """The number of the newest change; 0 before the first."""
    return tx.scalar(select(func.max(transition.c.id))) or 0


def first_fact(tx: Connection) -> Instant | None:
    """When the first component's line begins."""
    found: Instant | None = tx.scalar(select(func.min(transition.c.happened_at)))
    return found


def recent_incidents(tx: Connection, since: Instant) -> list[Incident]:
    """Every unresolved one and those opened since, newest first."""
    column = incidents_table.c
    wanted = and_(_REAL, or_(column.state != Progress.RESOLVED.value, column.opened_at >= since))
    rows = tx.execute(select(incidents_table).where(wanted).order_by(desc(column.opened_at), desc(column.id))).all()
    worded = [row.id for place, row in enumerate(rows) if place < WORDED or row.state != Progress.RESOLVED.value]
    logs = _logs(tx, worded)
    return [_incident(row, logs.get(row.id, ())) for row in rows]


def find_incident(tx: Connection, incident_id: str) -> Incident | None:
    row = tx.execute(select(incidents_table).where(_REAL, incidents_table.c.id == incident_id)).one_or_none()
    return None if row is None else _incident(row, _logs(tx, [incident_id]).get(incident_id, ()))


def incidents_between(tx: Connection, first: Instant, last: Instant) -> list[Incident]:
    """Those that started in [first, last), newest first, at most 500."""
    column = incidents_table.c
    rows = tx.execute(
        select(incidents_table)
        .where(_REAL, column.started_at >= first, column.started_at < last)
        .order_by(desc(column.started_at), desc(column.id))
        .limit(500)
    ).all()
    logs = _logs(tx, [row.id for row in rows])
    return [_incident(row, logs.get(row.id, ())) for row in rows]


def starts_since(tx: Connection, since: Instant) -> list[tuple[str, Instant]]:
    """(component, start) of every incident that started since."""
    column = incidents_table.c
    rows = tx.execute(select(column.component, column.started_at).where(_REAL, column.started_at >= since))
    return [(row.component, row.started_at) for row in rows]


def latencies_since(tx: Connection, check: str, since: Instant) -> dict[Instant, list[int]]:
    """Start of a bucket -> counts per range of probe.latency.BOUNDS_US, all locations together."""
    column = latency_bucket.c
    rows = tx.execute(select(column.bucket_at, column.counts).where(column.check == check, column.bucket_at >= since))
    found: dict[Instant, list[int]] = {}
    for row in rows:
        before = found.get(row.bucket_at)
        counts = list(row.counts)
        found[row.bucket_at] = counts if before is None else [a + b for a, b in zip(before, counts, strict=True)]
    return found


def _logs(tx: Connection, ids: Iterable[str]) -> Mapping[str, list[Recorded]]:
    column = incident_event.c
    found: dict[str, list[Recorded]] = defaultdict(list)
    wanted = list(ids)
    for start in range(0, len(wanted), 200):
        chunk = wanted[start : start + 200]
        rows = tx.execute(
            select(incident_event).where(column.incident.in_(chunk)).order_by(column.incident, column.seq)
        )
        for row in rows:
            found[row.incident].append(
                Recorded(
                    event=event_of(row.kind, row.facts),
                    happened_at=row.happened_at,
                    recorded_at=row.recorded_at,
                    by=row.by,
                    seen_by_customer_at=row.seen_by_customer_at,
                )
            )
    return found


def _incident(row: Row[Any], log: Iterable[Recorded]) -> Incident:
    # The stored title is the engineers': it may quote an answer or an address, so the public never gets it.
    return Incident(
        id=row.id,
        component=row.component,
        state=Shown(row.snapshot["state"]),
        phase=Phase.RESOLVED if row.resolved_at is not None else Phase.INVESTIGATING,
        opened_at=row.opened_at,
        started_at=row.started_at,
        resolved_at=row.resolved_at,
        updates=updates_of(log),
    )


def _stored(row: Row[Any]) -> Stored:
    return Stored(
        id=row.id,
        component=row.component,
        change=Change(state=State(row.state), at=row.happened_at, reason=row.reason),
    )
