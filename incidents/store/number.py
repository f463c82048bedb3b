"""Numbers people say on the telephone: INC-2026-0001, CASE-2026-0001; dense within a year."""

from sqlalchemy import Connection, insert, select, update

from config.instant import Instant, moment_of
from db.tables.incidents import counter


def next_number(tx: Connection, prefix: str, now: Instant) -> str:
    name = f"{prefix}-{moment_of(now).year}"
    last = tx.scalar(select(counter.c.value).where(counter.c.name == name))
    if last is None:
        tx.execute(insert(counter).values(name=name, value=1))
        return f"{name}-0001"
    tx.execute(update(counter).where(counter.c.name == name).values(value=last + 1))
    return f"{name}-{last + 1:04d}"
