"""The writer goes on, whatever becomes of one group: who waits for a commit is told, and the next are written."""

import asyncio

import pytest
from sqlalchemy import Connection

from db.engine import Database
from db.errors import StoreUnavailable


async def test_work_that_breaks_the_connection_is_told_and_the_next_is_written(database: Database) -> None:
    def breaks(tx: Connection) -> None:
        tx.close()

    async with asyncio.timeout(20):
        with pytest.raises(StoreUnavailable, match="did not"):
            await database.write(breaks)
        assert await database.write(lambda tx: tx.exec_driver_sql("SELECT 1").scalar()) == 1
