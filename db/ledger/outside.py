"""Heads that left the house: one for each day, and what anchors answered to them."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from db.ledger.checkpoint import Signed
from db.tables.ledger import anchored
from db.tables.ledger import day as table


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHead:
    """`day` is the midnight (UTC) with which the day begins; `note` is what was given out, to the letter."""

    day: int
    size: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """`note` is what the anchor was shown, `at` the time it answered with, `receipt` its answer."""

    anchor: str
    kind: str
    size: int
    note: str
    at: int
    content_type: str
    receipt: bytes


def keep_day(tx: Connection, day: int, head: Signed, now: int) -> bool:
    """False where the day has its head already; the first one stays."""
    if tx.scalar(select(table.c.day).where(table.c.day == day)) is not None:
        return False
    tx.execute(insert(table).values(day=day, size=head.size, note=head.note, recorded_at=now))
    return True


def days(tx: Connection, limit: int) -> list[DayHead]:
    """Newest first."""
    rows = tx.execute(select(table).order_by(table.c.day.desc()).limit(limit))
    return [DayHead(day=row.day, size=row.size, note=row.note) for row in rows]


def note_of_day(tx: Connection, day: int) -> str | None:
    return tx.scalar(select(table.c.note).where(table.c.day == day))


def keep_anchored(tx: Connection, one: Anchored, now: int) -> bool:
    """False where this anchor answered for so many leaves already; the first answer stays."""
    same = (anchored.c.anchor == one.anchor, anchored.c.size == one.size)
    if tx.scalar(select(anchored.c.anchor).where(*same)) is not None:
        return False
    tx.execute(
        insert(anchored).values(
            anchor=one.anchor,
            size=one.size,
            kind=one.kind,
            note=one.note,
            at=one.at,
            content_type=one.content_type,
            receipt=one.receipt,
            recorded_at=now,
        )
    )
    return True


def anchored_at(tx: Connection, size: int) -> list[Anchored]:
    """What anchors answered for the head over so many leaves, by name."""
    rows = tx.execute(select(anchored).where(anchored.c.size == size).order_by(anchored.c.anchor))
    return [
        Anchored(
            anchor=row.anchor,
            kind=row.kind,
            size=row.size,
            note=row.note,
            at=row.at,
            content_type=row.content_type,
            receipt=row.receipt,
        )
        for row in rows
    ]


def last_anchored(tx: Connection, anchor: str) -> int:
    """How many leaves the anchor has confirmed at most; 0 for none."""
    newest = select(anchored.c.size).where(anchored.c.anchor == anchor).order_by(anchored.c.size.desc()).limit(1)
    return tx.scalar(newest) or 0
