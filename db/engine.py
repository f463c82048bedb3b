"""One door to the store, SQLite or PostgreSQL: `write` and `read` take a synchronous function of a Connection.

The same SQLAlchemy Core statements run on both. Everything in one `write` is one transaction; the result is given back
only after COMMIT. There is one writer a process, which commits in groups.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from db.errors import StoreUnreadable

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


async def open_database(url: str, use: Use = Use.SERVE) -> Database:
    """Raises StoreUnreadable, SchemaMismatch or StoreLocked, each a line that says what to do."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreUnreadable(f"store.url: {url!r} is not a database address; write sqlite:///upheld.db") from error
    match parsed.get_backend_name():
        case "sqlite":
            from db.sqlite import open_sqlite

            return await open_sqlite(parsed, use)
        case "postgresql":
            from db.postgres import open_postgres

            return await open_postgres(parsed, use)
        case other:
            raise StoreUnreadable(f"store.url: {other} is not supported; write sqlite:///… or postgresql://…")
