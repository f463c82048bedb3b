"""The store's promises, on both databases."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from db.batch import announce, savepoint
from db.engine import Database, open_database
from db.errors import StoreLocked
from db.tables.people import user
from tests.servers.postgres import Postgres


def _add(name: str, role: str = "engineer") -> dict[str, object]:
    return {"name": name, "password_hash": "x", "role": role, "created_at": 1}


def _names(tx: Connection) -> list[str]:
    return list(tx.scalars(select(user.c.name).order_by(user.c.name)))


async def test_what_is_written_is_read_back(database: Database) -> None:
    await database.write(lambda tx: tx.execute(insert(user), _add("li")) and None)

    assert await database.read(_names) == ["li"]


async def test_a_failing_piece_of_work_takes_only_itself_along(database: Database) -> None:
    await database.write(lambda tx: tx.execute(insert(user), _add("li")) and None)

    def half(tx: Connection) -> None:
        tx.execute(insert(user), _add("half"))
        tx.execute(insert(user), _add("li"))

    def good(name: str) -> None:
        return None

    results = await asyncio.gather(
        database.write(lambda tx: tx.execute(insert(user), _add("a")) and None),
        database.write(half),
        database.write(lambda tx: tx.execute(insert(user), _add("b")) and None),
        return_exceptions=True,
    )

    assert [type(result) for result in results] == [type(None), IntegrityError, type(None)]
    assert await database.read(_names) == ["a", "b", "li"]


async def test_a_lone_failing_piece_keeps_nothing_and_the_writer_goes_on(database: Database) -> None:
    def broken(tx: Connection) -> None:
        tx.execute(insert(user), _add("half"))
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await database.write(broken)
    await database.write(lambda tx: tx.execute(insert(user), _add("li")) and None)

    assert await database.read(_names) == ["li"]


async def test_what_fails_within_what_goes_on_takes_only_itself_along(database: Database) -> None:
    def work(tx: Connection) -> None:
        with savepoint(tx):
            tx.execute(insert(user), _add("outer"))
            for name in ("a", "outer", "b"):  # the second is refused by the store, the others by us or not at all
                with suppress(IntegrityError, ValueError), savepoint(tx):
                    tx.execute(insert(user), _add(name))
                    if name == "b":
                        raise ValueError("no")
            tx.execute(insert(user), _add("after"))

    await asyncio.gather(database.write(lambda tx: None), database.write(work))

    assert await database.read(_names) == ["a", "after", "outer"]


async def test_a_store_that_is_full_is_said_to_be_full_by_every_piece(tmp_path: Path) -> None:
    """SQLite lets go of the whole transaction then: there is no piece to go back to."""
    database = await open_database(f"sqlite:///{tmp_path / 'full.db'}")

    def fill(tx: Connection) -> None:
        tx.exec_driver_sql("PRAGMA max_page_count = 1")
        for number in range(1000):
            tx.execute(insert(user), _add(f"{number}" + "x" * 90))

    done = await asyncio.gather(*(database.write(work) for work in (_names, fill, _names)), return_exceptions=True)

    assert [str(one)[:40] for one in done] == ["the store did not commit: database or di"] * 3
    await database.close()


async def test_concurrent_read_modify_writes_lose_nothing(database: Database) -> None:
    await database.write(lambda tx: tx.execute(insert(user), {**_add("n"), "created_at": 0}) and None)

    def count_up(tx: Connection) -> None:
        seen = tx.scalar(select(user.c.created_at).where(user.c.name == "n"))
        tx.execute(user.update().where(user.c.name == "n").values(created_at=(seen or 0) + 1))

    await asyncio.gather(*(database.write(count_up) for _ in range(300)))

    assert await database.read(lambda tx: tx.scalar(select(user.c.created_at))) == 300


async def test_work_does_not_wait_for_what_runs_on_the_event_loop(database: Database) -> None:
    done = threading.Event()

    def work(tx: Connection) -> None:
        tx.execute(insert(user), _add("li"))
        tx.execute(insert(user), _add("wang"))
        done.set()

    asked = asyncio.ensure_future(database.write(work))
    await asyncio.sleep(0)

    assert done.wait(10)  # and this loop does nothing else meanwhile
    await asked


async def test_what_is_asked_for_while_work_runs_is_committed_with_it(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()
    settled: list[str] = []
    database.listen(lambda topics: settled.append("".join(sorted(topics))))

    def slow(tx: Connection) -> None:
        begun.set()
        go_on.wait(10)
        announce(tx, "slow")

    def late(name: str) -> Callable[[Connection], None]:
        def work(tx: Connection) -> None:
            announce(tx, name)
            tx.execute(insert(user), _add(name))

        return work

    first = asyncio.ensure_future(database.write(slow))
    await asyncio.to_thread(begun.wait, 10)
    later = [asyncio.ensure_future(database.write(late(name))) for name in ("a", "a", "b")]
    await asyncio.sleep(0)
    go_on.set()
    _, *results = await asyncio.gather(first, *later, return_exceptions=True)

    assert [type(result) for result in results] == [type(None), IntegrityError, type(None)]
    assert settled == ["abslow"]
    assert await database.read(_names) == ["a", "b"]


async def test_work_that_fails_takes_nobody_along_who_came_meanwhile(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def broken(tx: Connection) -> None:
        tx.execute(insert(user), _add("half"))
        begun.set()
        go_on.wait(10)
        raise ValueError("no")

    first = asyncio.ensure_future(database.write(broken))
    await asyncio.to_thread(begun.wait, 10)
    later = asyncio.ensure_future(database.write(lambda tx: tx.execute(insert(user), _add("li")) and None))
    await asyncio.sleep(0)
    go_on.set()

    with pytest.raises(ValueError, match="no"):
        await first
    await later
    assert await database.read(_names) == ["li"]


async def test_listeners_hear_of_a_commit_and_only_of_a_commit(database: Database) -> None:
    heard: list[str] = []
    database.listen(lambda topics: heard.extend(sorted(topics)))

    def fails(tx: Connection) -> None:
        announce(tx, "never")
        raise ValueError

    await database.write(lambda tx: announce(tx, "outbox"))
    with pytest.raises(ValueError):
        await database.write(fails)

    assert heard == ["outbox"]


async def test_a_second_server_on_the_same_store_is_refused(database_url: str) -> None:
    first = await open_database(database_url)

    with pytest.raises(StoreLocked, match="another upheld"):
        await open_database(database_url)

    await first.close()
    await (await open_database(database_url)).close()


async def test_connections_that_ended_while_they_rested_are_made_anew(postgres_server: Postgres) -> None:
    name = postgres_server.create()
    opened = await open_database(postgres_server.url(name))
    try:
        await asyncio.gather(*(opened.read(_names) for _ in range(8)))
        postgres_server.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

        assert await asyncio.gather(*(opened.read(_names) for _ in range(8))) == [[]] * 8
        await opened.write(lambda tx: tx.execute(insert(user), _add("li")) and None)
        assert await opened.read(_names) == ["li"]
    finally:
        await opened.close()
        postgres_server.drop(name)
