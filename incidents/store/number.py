"""Numbers people say on the telephone: INC-2026-0001, CASE-2026-0001; dense within a year."""

from sqlalchemy import Connection, bindparam, insert, select, update

from config.instant import Instant, moment_of
from db.tables.incidents import counter

_LAST = select(counter.c.value).where(counter.c.name == bindparam("of"))
_ADD = insert(counter)
_COUNT = update(counter).where(counter.c.name == bindparam("of")).values(value=bindparam("next"))


def next_number(tx: Connection, prefix: str, now: Instant) -> str:
    name = f"{prefix}-{moment_of(now).year}"
    last = tx.scalar(_LAST, {"of": name})
    if last is None:
        tx.execute(_ADD, {"name": name, "value": 1})
        return f"{name}-0001"
    tx.execute(_COUNT, {"of": name, "next": last + 1})
    return f"{name}-{last + 1:04d}"
