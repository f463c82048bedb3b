"""What people silenced: added and ended, never altered."""

from typing import Any

from sqlalchemy import Connection, bindparam, desc, insert, select

from config import matcher
from config.instant import Instant
from db.prepared import Prepared
from db.tables.silence import silence as table
from db.tables.silence import silence_end
from incidents.silence import Silence

_ALL = select(table, silence_end.c.recorded_at.label("ended_at"), silence_end.c.by.label("ended_by")).join_from(
    table, silence_end, silence_end.c.silence == table.c.id, isouter=True
)
_NOT_OVER = _ALL.where(table.c.end > bindparam("now"), silence_end.c.silence.is_(None)).order_by(table.c.id)
_IN_FORCE = Prepared(_NOT_OVER.where(table.c.start <= bindparam("now")))
_FIND = _ALL.where(table.c.id == bindparam("silence_id"))


def in_force(tx: Connection, now: Instant) -> tuple[Silence, ...]:
    return tuple(_silence(row) for row in _IN_FORCE.all(tx, {"now": now}))


def not_over(tx: Connection, now: Instant) -> tuple[Silence, ...]:
    """Those to come, too, oldest first."""
    return tuple(_silence(row) for row in tx.execute(_NOT_OVER, {"now": now}))


def newest(tx: Connection, limit: int) -> tuple[Silence, ...]:
    """Those that are over, too, newest first."""
    return tuple(_silence(row) for row in tx.execute(_ALL.order_by(desc(table.c.id)).limit(limit)))


def find(tx: Connection, id: int) -> Silence | None:
    row = tx.execute(_FIND, {"silence_id": id}).one_or_none()
    return None if row is None else _silence(row)


def add(tx: Connection, silence: Silence) -> int:
    """Its number; the one it came with says nothing."""
    made = tx.execute(
        insert(table).values(
            matchers=[one.written for one in silence.matchers],
            start=silence.start,
            end=silence.end,
            worst_too=silence.worst_too,
            reason=silence.reason,
            by=silence.by,
            recorded_at=silence.recorded_at,
        )
    )
    assert made.inserted_primary_key is not None
    number: int = made.inserted_primary_key[0]
    return number


def end(tx: Connection, id: int, reason: str, by: str, now: Instant) -> None:
    tx.execute(insert(silence_end).values(silence=id, reason=reason, by=by, recorded_at=now))


def _silence(row: Any) -> Silence:
    return Silence(
        id=row.id,
        matchers=tuple(matcher.parse(one) for one in row.matchers),
        start=row.start,
        end=row.end,
        reason=row.reason,
        by=row.by,
        recorded_at=row.recorded_at,
        worst_too=row.worst_too,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )
