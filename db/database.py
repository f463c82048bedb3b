"""What every store gives: `write` and `read` take a synchronous function of a Connection.

Everything in one `write` is one transaction; the result is given back only after COMMIT. There is one writer a process,
which commits in groups.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
Listener = Callable[[frozenset[str]], None]


class Use(StrEnum):
    """What the store is opened for."""

    SERVE = "serve"  # the one server: takes the lock, migrates
    COMMAND = "command"  # one change by a command while no server runs: takes the lock too
    READ = "read"  # reads beside a running server


class Database(Protocol):
    """Raises StoreUnavailable when the store cannot commit or answer; other errors are the work's own."""

    async def write(self, work: Callable[[Connection], T]) -> T: ...

    async def read(self, work: Callable[[Connection], T]) -> T: ...

    def listen(self, listener: Listener) -> None:
        """Call it on the event loop after every COMMIT that announced something (db.batch.announce)."""

    async def close(self) -> None: ...
