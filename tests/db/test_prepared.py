"""A statement compiled once does on each database what SQLAlchemy's own way to run it does."""

import pytest
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError, StatementError

from db.engine import Database
from db.prepared import Prepared, always
from db.tables.incidents import counter, incident_event
from db.tables.incidents import incident as table

ADD = Prepared(insert(table))
EVENT = Prepared(insert(incident_event))
FIND = Prepared(select(table.c.id, table.c.snapshot, table.c.acknowledged_at).where(table.c.id == bindparam("of")))
OPEN = Prepared(
    select(table.c.id).where(table.c.state != always("resolved")).order_by(table.c.id).limit(bindparam("most"))
)
CHANGE = Prepared(update(table).where(table.c.id == bindparam("same"), table.c.version == bindparam("as_read")))


def incident(id: str, component: str, **said: object) -> dict[str, object]:
    return {
        "id": id,
        "component": component,
        "state": "triggered",
        "severity": 1,
        "version": 1,
        "title": "t",
        "opened_at": 0,
        "started_at": 0,
        "snapshot": {"text": "宕机", "parts": [1, None]},
        **said,
    }


async def test_rows_values_and_counts_are_the_same(database: Database) -> None:
    def work(tx: Connection) -> tuple[object, ...]:
        ADD.run_all(tx, [incident("A", "shop"), incident("B", "bank")])
        ADD.run_all(tx, [])
        ADD.run(tx, incident("C", "mail", state="resolved"))
        event = {"incident": "A", "seq": 1, "kind": "noted", "happened_at": 1, "recorded_at": 1, "by": "x", "facts": {}}
        numbers = [EVENT.add(tx, {**event, "seq": number}) for number in (1, 2)]
        changed = CHANGE.run(tx, {"same": "A", "as_read": 1, "version": 2, "snapshot": {"version": 2}})
        stale = CHANGE.run(tx, {"same": "A", "as_read": 1, "version": 3, "snapshot": {}})
        row = FIND.first(tx, {"of": "B"})
        assert row is not None
        return (
            numbers[1] - numbers[0],
            (changed, stale),
            FIND.all(tx, {"of": "A"}),
            (row.snapshot, row.acknowledged_at),
            (FIND.first(tx, {"of": "none"}), FIND.scalar(tx, {"of": "none"}), FIND.scalar(tx, {"of": "C"})),
            [one.id for one in OPEN.all(tx, {"most": 5})] + [one.id for one in OPEN.all(tx, {"most": 1})],
        )

    assert await database.write(work) == (
        1,
        (1, 0),
        [("A", {"version": 2}, None)],
        ({"text": "宕机", "parts": [1, None]}, None),
        (None, None, "C"),
        ["A", "B", "A"],
    )
    assert await database.read(lambda tx: [FIND.scalar(tx, {"of": one}) for one in "AB"]) == ["A", "B"]


async def test_a_fault_is_sqlalchemys_and_takes_the_transaction_along(database: Database) -> None:
    def twice(tx: Connection) -> None:
        ADD.run(tx, incident("A", "shop"))
        ADD.run(tx, incident("A", "bank"))

    with pytest.raises(IntegrityError):
        await database.write(twice)
    assert await database.read(lambda tx: FIND.first(tx, {"of": "A"})) is None


async def test_a_reader_sees_one_moment(database: Database) -> None:
    """Also where what it asks first was compiled once."""
    count = Prepared(select(counter.c.value).where(counter.c.name == bindparam("of")))
    add = Prepared(insert(counter))
    assert await database.read(lambda tx: (count.scalar(tx, {"of": "x"}), tx.in_transaction())) == (None, True)
    await database.write(lambda tx: add.run(tx, {"name": "x", "value": 1}))
    assert await database.read(lambda tx: count.scalar(tx, {"of": "x"})) == 1


async def test_a_parameter_that_is_missing_is_no_null(database: Database) -> None:
    with pytest.raises((KeyError, StatementError)):
        await database.write(lambda tx: FIND.all(tx))


def test_only_a_word_is_written_into_a_statement() -> None:
    with pytest.raises(ValueError, match="no word"):
        always("'; --")
