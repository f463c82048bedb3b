"""A server's store is brought up to date in a process of its own, before the server opens it.

Alembic and what its steps leave behind are ten megabytes, which a process that runs for months never gives back.
"""

import asyncio
import subprocess
import sys
from contextlib import suppress

from db.engine import Use, open_database
from db.errors import SchemaMismatch, StoreError


async def bring_up_to_date(url: str) -> None:
    """Where it is not. What is wrong with the store is said by whoever opens it next: it meets the same."""
    try:
        await (await open_database(url, Use.READ)).close()
    except SchemaMismatch:
        argv = [sys.executable, "-P", "-m", "db.apart"]
        await asyncio.to_thread(subprocess.run, argv, input=url.encode(), check=False)
    except StoreError:
        return


async def main(url: str) -> None:
    with suppress(StoreError):
        await (await open_database(url, Use.COMMAND)).close()


if __name__ == "__main__":
    asyncio.run(main(sys.stdin.read()))
