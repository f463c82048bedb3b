"""What only concerns the file: lock, age, damage, space."""

import multiprocessing
import os
import sqlite3
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from sqlalchemy import insert

from db import sqlite
from db.engine import Use, open_database
from db.errors import SchemaMismatch, StoreLocked, StoreUnavailable, StoreUnreadable
from db.tables.incidents import inbox


def _url(path: Path) -> str:
    return f"sqlite:///{path}"


async def test_a_second_server_on_the_same_file_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    first = await open_database(_url(tmp_path / "a.db"))

    with pytest.raises(StoreLocked, match=f"pid {os.getpid()}"):
        await open_database(_url(tmp_path / "a.db"))

    await first.close()
    await (await open_database(_url(tmp_path / "a.db"))).close()


async def test_a_new_file_and_what_lies_beside_it_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    database = await open_database(_url(tmp_path / "a.db"))
    await database.write(lambda tx: tx.exec_driver_sql("INSERT INTO counter VALUES ('x', 1)"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("a.db*") if path.suffix != ".lock"}
    await database.close()
    assert modes == {"a.db": 0o600, "a.db-wal": 0o600, "a.db-shm": 0o600}


async def test_what_is_committed_is_on_the_disk_before_anybody_is_told(
    tmp_path: Path, light_commits: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_PRAGMAS", light_commits)
    database = await open_database(_url(tmp_path / "a.db"))
    full = await database.write(lambda tx: tx.exec_driver_sql("PRAGMA synchronous").scalar())
    await database.close()
    assert full == 2


async def test_a_reader_works_beside_the_server_and_cannot_write(tmp_path: Path) -> None:
    server = await open_database(_url(tmp_path / "a.db"))
    reader = await open_database(_url(tmp_path / "a.db"), Use.READ)

    assert await reader.read(lambda tx: tx.exec_driver_sql("SELECT count(*) FROM incident").scalar()) == 0
    with pytest.raises(StoreUnavailable):
        await reader.write(lambda tx: None)

    await reader.close()
    await server.close()


async def test_reading_before_there_is_a_store_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SchemaMismatch, match="upheld serve"):
        await open_database(_url(tmp_path / "none.db"), Use.READ)


async def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"this is not a database, but a text of some length" * 100)

    with pytest.raises(StoreUnreadable, match="cannot be used as a store"):
        await open_database(_url(path))

    assert path.read_bytes().startswith(b"this is not")


async def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    await (await open_database(_url(tmp_path / "a.db"))).close()
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    for use in (Use.SERVE, Use.READ):
        with pytest.raises(SchemaMismatch, match="newer version"):
            await open_database(_url(tmp_path / "a.db"), use)


def _hold(path: str, held: Event) -> None:
    import asyncio

    async def serve() -> None:
        database = await open_database(path)
        await database.write(
            lambda tx: (
                tx.execute(insert(inbox), {"source": "am", "received_at": 1, "body": b"{}", "attempts": 0}) and None
            )
        )
        held.set()
        await asyncio.sleep(60)

    asyncio.run(serve())


@pytest.mark.slow
async def test_kill_9_leaves_no_lock_and_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    holder = context.Process(target=_hold, args=(_url(tmp_path / "a.db"), held))
    holder.start()
    assert held.wait(30)
    holder.kill()
    holder.join()

    database = await open_database(_url(tmp_path / "a.db"))

    assert await database.read(lambda tx: tx.exec_driver_sql("SELECT count(*) FROM inbox").scalar()) == 1
    await database.close()


async def test_a_full_disk_refuses_the_work_and_recovers_without_a_restart(tmp_path: Path) -> None:
    database = await open_database(_url(tmp_path / "a.db"))
    row = {"source": "am", "received_at": 1, "body": b"x" * 100_000, "attempts": 0}
    pages = await database.write(lambda tx: tx.exec_driver_sql("PRAGMA page_count").scalar())
    await database.write(lambda tx: tx.exec_driver_sql(f"PRAGMA max_page_count={pages}") and None)

    with pytest.raises(StoreUnavailable, match="full"):
        await database.write(lambda tx: tx.execute(insert(inbox), row) and None)

    await database.write(lambda tx: tx.exec_driver_sql("PRAGMA max_page_count=1000000") and None)
    await database.write(lambda tx: tx.execute(insert(inbox), row) and None)
    assert await database.read(lambda tx: tx.exec_driver_sql("SELECT count(*) FROM inbox").scalar()) == 1
    await database.close()
