"""Numbers people say on the telephone: X-31, C-12; dense."""

from sqlalchemy import Connection, insert, select, update

from db.tables.incidents import counter


def next_number(tx: Connection, letter: str) -> str:
    last = tx.scalar(select(counter.c.value).where(counter.c.name == letter))
    if last is None:
        tx.execute(insert(counter).values(name=letter, value=1))
        return f"{letter}-1"
    tx.execute(update(counter).where(counter.c.name == letter).values(value=last + 1))
    return f"{letter}-{last + 1}"
