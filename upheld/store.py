"""What the roof itself keeps: what the installation knows of itself, and which calendar work was done;
legal holds."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from config.instant import Instant
from db.tables.hold import legal_hold
from db.tables.people import housekeeping, installation

DEMO = "demo"


def mark(tx: Connection, name: str, value: str, now: Instant) -> None:
    """Once; a second time changes nothing."""
    if value_of(tx, name) is None:
        tx.execute(insert(installation).values(name=name, value=value, recorded_at=now))


def value_of(tx: Connection, name: str) -> str | None:
    return tx.scalar(select(installation.c.value).where(installation.c.name == name))


def put(tx: Connection, name: str, value: str, now: Instant) -> None:
    """In the place of what stood there."""
    same = update(installation).where(installation.c.name == name)
    if tx.execute(same.values(value=value, recorded_at=now)).rowcount == 0:
        mark(tx, name, value, now)


def claim(tx: Connection, task: str, scheduled_for: Instant, now: Instant) -> bool:
    """True for the first who asks."""
    same = (housekeeping.c.task == task, housekeeping.c.scheduled_for == scheduled_for)
    if tx.scalar(select(housekeeping.c.task).where(*same)) is not None:
        return False
    tx.execute(insert(housekeeping).values(task=task, scheduled_for=scheduled_for, claimed_at=now))
    return True


def done(tx: Connection, task: str, scheduled_for: Instant, now: Instant) -> None:
    tx.execute(
        update(housekeeping)
        .where(housekeeping.c.task == task, housekeeping.c.scheduled_for == scheduled_for)
        .values(done_at=now)
    )


def forget_claims(tx: Connection, before: Instant) -> int:
    """Of what was to be done before that; how many. Nobody claims so old a firing again."""
    return tx.execute(delete(housekeeping).where(housekeeping.c.scheduled_for < before)).rowcount


def hold_events(tx: Connection) -> Sequence[Row[Any]]:
    """Of every hold, in the order in which they were recorded."""
    return tx.execute(select(legal_hold).order_by(legal_hold.c.id)).all()


def add_hold_event(tx: Connection, row: Mapping[str, Any]) -> None:
    tx.execute(insert(legal_hold), dict(row))
