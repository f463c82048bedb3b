"""SQLite: one writer thread owns the only read-write connection and all checkpoints; readers are read-only.

Several connections that write or checkpoint can corrupt a WAL on SQLite before 3.51.3, and Debian 12 has 3.40. WAL with
`synchronous=FULL` keeps every commit through a power cut; committing in groups makes that cheap.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from db import lock, migrate
from db.batch import is_store_trouble, run_batch
from db.database import Listener, Use
from db.errors import SchemaMismatch, StoreUnavailable, StoreUnreadable
from db.json import written
from db.writer import Writer

T = TypeVar("T")

_PRAGMAS: tuple[str, ...] = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA mmap_size=0",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA journal_size_limit=67108864",
)
_READERS = 4


class SqliteDatabase:
    """See db/database.py."""

    def __init__(self, path: Path, held: IO[str] | None, use: Use) -> None:
        self._held = held
        self._reading = _engine(path, read_only=True)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="upheld-read")
        self._writing: Engine | None = None
        self._writer: Writer | None = None
        if use is not Use.READ:
            self._writing = _engine(path, read_only=False)
            self._writer = Writer(partial(_write, self._writing))

    async def write(self, work: Callable[[Connection], T]) -> T:
        if self._writer is None:
            raise StoreUnavailable("the store was opened for reading only")
        return await self._writer.write(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def listen(self, listener: Listener) -> None:
        if self._writer is not None:
            self._writer.listen(listener)

    async def close(self) -> None:
        if self._writer is not None:
            await self._writer.close()
        self._readers.shutdown(wait=True)
        self._reading.dispose()
        if self._writing is not None:
            self._writing.dispose()
        if self._held is not None:
            self._held.close()

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._reading.connect() as connection:
                return work(connection)
        except DBAPIError as error:
            if is_store_trouble(error):
                raise StoreUnavailable(f"the store did not answer: {error.orig}") from error
            raise


def _write(engine: Engine, writer: Writer) -> None:
    with engine.connect() as connection:
        while works := writer.take():
            try:
                writer.settle(*run_batch(connection, works, writer.more))
            except StoreUnavailable as error:
                writer.fail(error)
            except DBAPIError as error:
                writer.fail(StoreUnavailable(f"the store did not begin: {error.orig}"))


async def open_sqlite(url: URL, use: Use) -> SqliteDatabase:
    if not url.database:
        raise StoreUnreadable("store.url: sqlite:// needs a file; write sqlite:///upheld.db")
    path = Path(url.database)
    if use is Use.READ and not await asyncio.to_thread(path.exists):
        raise SchemaMismatch(f"{path}: there is no store yet; run `upheld serve` or `upheld migrate` first")
    held = None if use is Use.READ else lock.take(path)
    try:
        await asyncio.to_thread(_prepare, path, use)
    except BaseException:
        if held is not None:
            held.close()
        raise
    return SqliteDatabase(path, held, use)


def _prepare(path: Path, use: Use) -> None:
    if use is not Use.READ:
        _make_private(path)
    engine = _engine(path, read_only=use is Use.READ)
    try:
        with engine.connect() as connection:
            if use is Use.READ:
                migrate.check(connection)
            else:
                with connection.begin():
                    migrate.upgrade(connection)
    except DatabaseError as error:
        raise StoreUnreadable(f"{path}: cannot be used as a store: {error.orig}") from error
    finally:
        engine.dispose()


def _make_private(path: Path) -> None:
    """A new file is its owner's alone: it holds password hashes and mails. SQLite gives -wal and -shm the same mode."""
    with suppress(OSError):  # what is wrong with the place is said when the file is opened
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _engine(path: Path, *, read_only: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        # isolation_level None: SQLAlchemy's own BEGIN is the only one, and it is BEGIN IMMEDIATE (below)
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        for pragma in ("PRAGMA query_only=ON", "PRAGMA busy_timeout=5000") if read_only else _PRAGMAS:
            connection.execute(pragma)
        return connection

    if read_only:
        engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=_READERS, max_overflow=0)
    else:
        engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool, json_serializer=written)
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
