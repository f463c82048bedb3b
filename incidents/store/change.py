"""What people changed, as their tools told us: it opens nothing, and stands on timelines beside what broke."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, desc, insert, or_, select

from config.instant import Instant
from db.tables.incidents import change as table
from incidents.source import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """`component` is None where the sender named none we know: then it may concern any."""

    source: str
    component: str | None
    happened_at: Instant
    recorded_at: Instant
    summary: str
    link: str | None
    labels: Mapping[str, str]


def add(tx: Connection, source: str, one: Change, component: str | None, received_at: Instant) -> None:
    """Once, however often it is sent."""
    same = (table.c.source == source, table.c.happened_at == one.happened_at, table.c.summary == one.summary)
    if tx.scalar(select(table.c.id).where(*same, table.c.component.is_not_distinct_from(component)).limit(1)):
        return
    tx.execute(
        insert(table).values(
            source=source,
            component=component,
            happened_at=one.happened_at,
            recorded_at=received_at,
            summary=one.summary,
            link=one.link,
            labels=dict(one.labels),
        )
    )


def between(tx: Connection, component: str, since: Instant, until: Instant, limit: int = 100) -> list[Changed]:
    """Of the component, or of none in particular; the newest, oldest of them first."""
    concerned = or_(table.c.component == component, table.c.component.is_(None))
    within = (table.c.happened_at >= since, table.c.happened_at < until)
    rows = tx.execute(select(table).where(concerned, *within).order_by(desc(table.c.happened_at)).limit(limit))
    return [_changed(row) for row in rows][::-1]


def _changed(row: Row[Any]) -> Changed:
    return Changed(
        source=row.source,
        component=row.component,
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
        summary=row.summary,
        link=row.link,
        labels=row.labels,
    )
