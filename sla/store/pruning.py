"""Retention of sealed statements, with what was counted for them, and all that happened to them."""

from sqlalchemy import Connection, delete, select

from config.instant import Instant
from db.ledger.erasure import destroy, opened_in
from db.tables.statement import statement, statement_event

AT_ONCE = 20


def statements(tx: Connection, customer: str, before: Instant, now: Instant) -> int:
    """Periods of a customer that ended before that, with every revision; call it again until it drops nothing."""
    column = statement.c
    old = select(column.period).where(column.customer == customer, column.ends_at < before).distinct()
    periods = list(tx.scalars(old.limit(AT_ONCE)))
    for period in periods:
        destroy(tx, opened_in(tx, f"statement/{customer}/{period}"), now)
    event = statement_event.c
    tx.execute(delete(statement_event).where(event.customer == customer, event.period.in_(periods)))
    return tx.execute(delete(statement).where(column.customer == customer, column.period.in_(periods))).rowcount
