"""Breaches that no figure shows, recorded by a person. Who and in which words is private to the leaf."""

from sqlalchemy import Connection, insert, select

from config.instant import Instant
from db.ledger.leaf import Leaf
from db.ledger.store import append, stamped, streams_below
from db.tables.remedies import breach as table
from sla.booking import RecordedBreach


def add(
    tx: Connection, customer: str, agreement: str, happened_at: Instant, by: str, text: str, now: Instant
) -> RecordedBreach:
    """It gets the next number, `BREACH-1`."""
    now = stamped(tx, now)
    known = len(streams_below(tx, "breach/"))  # those that retention dropped too: their leaves stay
    one = RecordedBreach(id=f"BREACH-{known + 1}", agreement=agreement, happened_at=happened_at)
    tx.execute(
        insert(table).values(
            id=one.id,
            customer=customer,
            agreement=agreement,
            happened_at=happened_at,
            recorded_at=now,
            by=by,
            text=text,
        )
    )
    body = {"agreement": agreement, "happened_at": happened_at}
    append(tx, Leaf(kind="breach", stream=f"breach/{one.id}", body=body, private={"by": by, "text": text}), now)
    return one


def breaches(tx: Connection, customer: str, until: Instant) -> tuple[RecordedBreach, ...]:
    """Recorded up to `until`, in the order in which they happened."""
    rows = select(table).where(table.c.customer == customer, table.c.recorded_at <= until)
    return tuple(
        RecordedBreach(id=row.id, agreement=row.agreement, happened_at=row.happened_at)
        for row in tx.execute(rows.order_by(table.c.happened_at, table.c.id))
    )
