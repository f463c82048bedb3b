"""Entered figures. Who, with which proof and why is private to the leaf; the figure itself stands in it."""

from sqlalchemy import Connection, func, insert, select

from config.instant import Instant
from db.ledger.leaf import Leaf
from db.ledger.store import append, stamped
from db.tables.entered import entered_figure as table
from sla.entered import Entered


def stream_of(one: Entered) -> str:
    return f"entered/{one.agreement}/{one.indicator}/{one.period}"


def add(tx: Connection, customer: str, one: Entered, ends_at: Instant) -> None:
    """One more; `recorded_at` is moved forward where the clock was set back. `ends_at`: the period's end."""
    now = stamped(tx, one.recorded_at)
    c = table.c
    same = c.agreement == one.agreement, c.indicator == one.indicator, c.period == one.period
    last = tx.scalar(select(func.max(c.seq)).where(*same)) or 0
    body = {
        "agreement": one.agreement,
        "indicator": one.indicator,
        "period": one.period,
        "value": one.value,
        "n": one.n,
    }
    words = {"by": one.by, "proof": one.proof, "reason": one.reason}
    row = {**body, **words, "seq": last + 1, "customer": customer, "ends_at": ends_at, "recorded_at": now}
    tx.execute(insert(table).values(**row))
    append(tx, Leaf(kind="entered", stream=stream_of(one), body=body, private=words), now)


def entered(tx: Connection, customer: str, until: Instant, period: str | None = None) -> tuple[Entered, ...]:
    """All that were recorded up to `until`, also those that another took the place of, in order."""
    c = table.c
    rows = select(table).where(c.customer == customer, c.recorded_at <= until)
    if period is not None:
        rows = rows.where(c.period == period)
    return tuple(
        Entered(
            agreement=row.agreement,
            indicator=row.indicator,
            period=row.period,
            value=row.value,
            n=row.n,
            proof=row.proof,
            by=row.by,
            recorded_at=row.recorded_at,
            reason=row.reason,
        )
        for row in tx.execute(rows.order_by(c.period, c.agreement, c.indicator, c.seq))
    )
