"""One statement adds a row, or minds the one that is there, on each database."""

from sqlalchemy import Connection, select

from db.engine import Database
from db.minding import Minding
from db.prepared import Prepared
from db.tables.incidents import counter

KEEP = Prepared(Minding(counter, same=(counter.c.name,)))
CHANGE = Prepared(Minding(counter, same=(counter.c.name,), anew="value = excluded.value"))


async def test_what_is_there_stays_or_is_changed(database: Database) -> None:
    def work(tx: Connection) -> tuple[object, ...]:
        first = KEEP.run(tx, {"name": "a", "value": 1})  # the transaction begins with it
        again = KEEP.run(tx, {"name": "a", "value": 2})
        kept = tx.scalar(select(counter.c.value))
        changed = [CHANGE.run(tx, {"name": name, "value": 3}) for name in ("a", "b")]
        return first, again, kept, changed, tx.execute(select(counter).order_by(counter.c.name)).all()

    assert await database.write(work) == (1, 0, 1, [1, 1], [("a", 3), ("b", 3)])
