"""The steps from an empty store to today's tables lead exactly there, on both databases."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text

from db import migrate
from db.engine import Database, open_database
from db.steps import configuration
from db.tables import METADATA
from db.tables.incidents import counter
from db.tables.probe import check_state


def _differences(tx: Connection) -> list[object]:
    context = MigrationContext.configure(tx, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, METADATA))


def test_the_steps_are_known_by_their_files() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    assert migrate.revisions()[-1] == scripts.get_current_head()
    assert set(migrate.revisions()) == {script.revision for script in scripts.walk_revisions()}


async def test_the_steps_build_exactly_the_tables_of_the_code(database: Database) -> None:
    assert await database.read(_differences) == []


async def test_a_difference_would_be_seen(database: Database) -> None:
    """The comparison above is worth something: it notices a lost column and a lost index."""

    def spoil(tx: Connection) -> list[object]:
        tx.execute(text("DROP INDEX ix_incident_opened_at"))
        tx.execute(text("ALTER TABLE counter DROP COLUMN value"))
        return _differences(tx)

    assert len(await database.write(spoil)) == 2


async def test_the_indexes_that_keep_a_promise_are_partial_and_unique(database: Database) -> None:
    """At most one open incident a component and one open alert a key: the database itself says so."""
    unique = await database.read(
        lambda tx: {
            index["name"]: bool(index["unique"])
            for table in ("incident", "alert")
            for index in inspect(tx).get_indexes(table)
        }
    )

    assert unique["uq_incident_open"]
    assert unique["uq_alert_open"]


async def test_going_up_again_changes_nothing_and_keeps_what_is_there(database: Database) -> None:
    await database.write(lambda tx: tx.execute(insert(counter).values(name="INC-2026", value=7)) and None)

    await database.write(migrate.upgrade)
    await database.write(migrate.upgrade)

    assert await database.read(_differences) == []
    assert await database.read(lambda tx: tx.scalar(counter.select().with_only_columns(counter.c.value))) == 7
    await database.read(migrate.check)


async def test_what_was_kept_of_a_check_s_streak_was_seen_from_here(database: Database) -> None:
    """The step to several locations, with a check in the store, and back."""

    def step(tx: Connection, revision: str) -> None:
        config = Config()
        config.set_main_option("script_location", "db:migrations")
        config.attributes["connection"] = tx
        (command.upgrade if revision == "head" else command.downgrade)(config, revision)

    def kept(tx: Connection, columns: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in tx.execute(text(f"SELECT {columns} FROM check_state"))]

    row = {"check": "shop/home", "definition": "d", "snapshot": {"flap": 1}, "recorded_at": 7}
    await database.write(lambda tx: tx.execute(insert(check_state).values(location="local", **row)) and None)
    await database.write(lambda tx: tx.execute(insert(check_state).values(location="branch", **row)) and None)
    await database.write(lambda tx: step(tx, "0021"))
    assert await database.read(lambda tx: kept(tx, '"check", definition, recorded_at')) == [("shop/home", "d", 7)]

    await database.write(lambda tx: step(tx, "head"))

    assert await database.read(_differences) == []
    assert await database.read(lambda tx: kept(tx, '"check", location, definition')) == [("shop/home", "local", "d")]
    assert await database.read(lambda tx: tx.scalar(select(check_state.c.snapshot))) == {"flap": 1}


async def test_an_empty_store_is_built_when_it_is_opened_first(fresh_url: str) -> None:
    opened = await open_database(fresh_url)
    try:
        assert await opened.read(_differences) == []
    finally:
        await opened.close()
    again = await open_database(fresh_url)
    await again.close()
