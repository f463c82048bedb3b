"""A server's store is brought up to date in a process of its own, before the server opens it.

Alembic and what its steps leave behind are ten megabytes, which a process that runs for months never gives back.
"""

import asyncio
from contextlib import suppress

from config.apart import NotDone, apart
from db.engine import Use, open_database
from db.errors import SchemaMismatch, StoreError


async def bring_up_to_date(url: str) -> None:
    """Where it is not. What is wrong with the store is said by whoever opens it next: it meets the same."""
    with suppress(StoreError):
        try:
            await _opened(url, Use.READ)
        except SchemaMismatch:
            with suppress(NotDone):
                await asyncio.to_thread(apart, take_steps, url)


def take_steps(url: str) -> None:
    with suppress(StoreError):
        asyncio.run(_opened(url, Use.COMMAND))


async def _opened(url: str, use: Use) -> None:
    await (await open_database(url, use)).close()
