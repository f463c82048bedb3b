"""What people changed of the rotas, and who served: added, never altered."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, desc, func, insert, select

from config.instant import Instant
from db.prepared import Prepared
from db.tables.oncall import duty as served_table
from db.tables.oncall import rota_change, rota_withdrawal
from incidents.rota import Change, Deed
from incidents.store import number

_CHANGES = select(rota_change, rota_withdrawal.c.recorded_at.label("withdrawn_at")).join_from(
    rota_change, rota_withdrawal, rota_withdrawal.c.change == rota_change.c.id, isouter=True
)
_BY_NUMBER = rota_change.c.id
_CONCERNING = Prepared(
    _CHANGES.where(rota_change.c.end > bindparam("from"), rota_change.c.start < bindparam("until")).order_by(_BY_NUMBER)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Who was on call from then on, as it was at the time."""

    rota: str
    people: tuple[str, ...]
    since: Instant
    recorded_at: Instant


def renewed(tx: Connection, person: str) -> int:
    """How often the address of his calendar was renewed."""
    return number.counted(tx, _calendar(person))


def renew(tx: Connection, person: str) -> int:
    """The one before holds no more."""
    return number.count(tx, _calendar(person))


def _calendar(person: str) -> str:
    """Of people of any name, short enough for a counter's."""
    return f"cal-{sha256(person.encode()).hexdigest()[:16]}"


def changes(tx: Connection, start: Instant, end: Instant) -> tuple[Change, ...]:
    """Of all rotas, those that concern [start, end), in the order they were recorded; withdrawn ones too."""
    return tuple(_change(row) for row in _CONCERNING.all(tx, {"from": start, "until": end}))


def find(tx: Connection, id: int) -> Change | None:
    row = tx.execute(_CHANGES.where(rota_change.c.id == id)).one_or_none()
    return None if row is None else _change(row)


def halves(tx: Connection, swap: int) -> tuple[Change, ...]:
    """The changes that make this swap."""
    return tuple(_change(row) for row in tx.execute(_CHANGES.where(rota_change.c.swap == swap).order_by(_BY_NUMBER)))


def next_swap(tx: Connection) -> int:
    """A number no swap has yet."""
    return (tx.scalar(select(func.max(rota_change.c.swap))) or 0) + 1


def add(tx: Connection, change: Change) -> int:
    """Its number; the one it came with says nothing."""
    made = tx.execute(
        insert(rota_change).values(
            rota=change.rota,
            deed=change.deed.value,
            person=change.person,
            instead_of=change.instead_of,
            start=change.start,
            end=change.end,
            swap=change.swap,
            reason=change.reason,
            by=change.by,
            recorded_at=change.recorded_at,
        )
    )
    assert made.inserted_primary_key is not None
    number: int = made.inserted_primary_key[0]
    return number


def withdraw(tx: Connection, id: int, reason: str, by: str, now: Instant) -> None:
    tx.execute(insert(rota_withdrawal).values(change=id, reason=reason, by=by, recorded_at=now))


def serve(tx: Connection, one: Served) -> None:
    tx.execute(
        insert(served_table).values(
            rota=one.rota, people=list(one.people), since=one.since, recorded_at=one.recorded_at
        )
    )


def serving(tx: Connection, rota: str) -> Served | None:
    """The newest."""
    row = tx.execute(
        select(served_table).where(served_table.c.rota == rota).order_by(desc(served_table.c.id)).limit(1)
    ).one_or_none()
    return None if row is None else _served(row)


def served(tx: Connection, rota: str, start: Instant, end: Instant) -> Sequence[Served]:
    """Those that began in [start, end), after the one that was serving at `start`."""
    own = select(served_table).where(served_table.c.rota == rota)
    before = tx.execute(own.where(served_table.c.since < start).order_by(desc(served_table.c.id)).limit(1)).all()
    within = tx.execute(
        own.where(served_table.c.since >= start, served_table.c.since < end).order_by(served_table.c.id)
    ).all()
    return [_served(row) for row in (*before, *within)]


def _served(row: Row[Any]) -> Served:
    return Served(rota=row.rota, people=tuple(row.people), since=row.since, recorded_at=row.recorded_at)


def _change(row: Any) -> Change:
    return Change(
        id=row.id,
        rota=row.rota,
        deed=Deed(row.deed),
        person=row.person,
        instead_of=row.instead_of,
        start=row.start,
        end=row.end,
        reason=row.reason,
        by=row.by,
        recorded_at=row.recorded_at,
        withdrawn_at=row.withdrawn_at,
        swap=row.swap,
    )
