"""What this installation knows of itself, by name: that its data is made up, for one."""

from sqlalchemy import Connection, insert, select

from config.instant import Instant
from db.tables.people import installation

DEMO = "demo"


def mark(tx: Connection, name: str, value: str, now: Instant) -> None:
    """Once; a second time changes nothing."""
    if value_of(tx, name) is None:
        tx.execute(insert(installation).values(name=name, value=value, recorded_at=now))


def value_of(tx: Connection, name: str) -> str | None:
    return tx.scalar(select(installation.c.value).where(installation.c.name == name))
