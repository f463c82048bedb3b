"""Numbers people say on the telephone: INC-2026-0001, CASE-2026-0001; dense within a year."""

from sqlalchemy import Connection, bindparam, insert, select, update

from config.instant import Instant, moment_of
from db.prepared import Prepared
from db.tables.incidents import counter

_LAST = Prepared(select(counter.c.value).where(counter.c.name == bindparam("of")))
_ADD = Prepared(insert(counter))
_COUNT = Prepared(
    update(counter)
    .where(counter.c.name == bindparam("of"))
    .values(value=counter.c.value + 1)
    .returning(counter.c.value)
)


def next_number(tx: Connection, prefix: str, now: Instant) -> str:
    name = f"{prefix}-{moment_of(now).year}"
    return f"{name}-{count(tx, name):04d}"


def counted(tx: Connection, name: str) -> int:
    """How often `count` was asked for that name; 20 characters at most."""
    return _LAST.scalar(tx, {"of": name}) or 0


def count(tx: Connection, name: str) -> int:
    """One more than before."""
    number: int | None = _COUNT.scalar(tx, {"of": name})
    if number is None:
        number = 1
        _ADD.run(tx, {"name": name, "value": number})
    return number
