"""A component's stored transitions as sla's own records."""

from sqlalchemy import Connection, select

from config.instant import Instant
from config.state import State
from db.tables.incidents import transition as table
from sla.record import Transition


def transitions(tx: Connection, component: str, until: Instant) -> tuple[Transition, ...]:
    """What was recorded up to `until`, in the order recorded: of several at one instant the last one holds."""
    rows = tx.execute(
        select(table).where(table.c.component == component, table.c.recorded_at <= until).order_by(table.c.id)
    )
    return tuple(
        Transition(
            state=State(row.state),
            happened_at=row.happened_at,
            recorded_at=row.recorded_at,
            cause=row.cause,
            reason=row.reason,
            bound_at=row.bound_at,
        )
        for row in rows
    )
