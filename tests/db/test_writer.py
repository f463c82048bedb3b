"""The writer goes on, whatever becomes of one group: who waits for a commit is told, and the next are written."""

import asyncio

import pytest
from sqlalchemy import Connection

from db.engine import Database
from db.errors import StoreUnavailable
from db.writer import Writer


async def test_work_that_breaks_the_connection_is_told_and_the_next_is_written(database: Database) -> None:
    def breaks(tx: Connection) -> None:
        tx.close()

    async with asyncio.timeout(60):
        with pytest.raises(StoreUnavailable, match="did not"):
            await database.write(breaks)
        assert await database.write(lambda tx: tx.exec_driver_sql("SELECT 1").scalar()) == 1


async def test_a_writer_that_cannot_even_begin_tells_each_who_asks_and_rests_meanwhile() -> None:
    begun = 0

    def run(writer: Writer) -> None:
        nonlocal begun
        begun += 1
        raise RuntimeError("no connection")

    writer = Writer(run)
    async with asyncio.timeout(60):
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match="no connection"):
                await writer.write(lambda tx: None)
        await writer.close()
    assert begun <= 4
