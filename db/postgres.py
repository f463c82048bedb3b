"""PostgreSQL through asyncpg: the same synchronous work, run on a connection of the async engine.

One writer a process commits in groups; an advisory lock held to the end of each transaction makes writers of several
processes take turns, so that deciding on an incident needs no finer lock.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from db import migrate
from db.batch import is_store_trouble, run_batch
from db.database import Listener, Use
from db.errors import StoreError, StoreLocked, StoreUnavailable, StoreUnreadable
from db.json import written
from db.writer import Writer

T = TypeVar("T")

_TURN = text("SELECT pg_advisory_xact_lock(:turn)").bindparams(turn=0x7570_6865)
_THE_SERVER = 0x7570_6866
_SERVER_LEAVES_WITHIN_S = 5
_READERS = 4
_PATIENCE_S = 10
_STATEMENTS = 1000
"""Kept prepared by each connection. With SQLAlchemy's hundred they drive each other out, and each is prepared anew."""


class PostgresDatabase:
    """See db/database.py."""

    def __init__(self, engine: AsyncEngine, held: AsyncConnection | None, writing: Callable[[], AsyncEngine]) -> None:
        self._engine = engine
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._held = held
        self._writer = Writer(lambda writer: asyncio.run(_write(writing, writer)))

    async def write(self, work: Callable[[Connection], T]) -> T:
        return await self._writer.write(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        try:
            try:
                return await self._read(work)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                await self._engine.dispose()  # it ended while it rested, and so may the others have
                return await self._read(work)
        except (DBAPIError, OSError, TimeoutError) as error:
            raise _trouble(error) from error

    async def _read(self, work: Callable[[Connection], T]) -> T:
        """Nothing but its statements is asked: neither whether the connection lives, nor a transaction, which would not
        hold still what it reads."""
        async with self._reading.connect() as connection:
            return await connection.run_sync(work)

    def listen(self, listener: Listener) -> None:
        self._writer.listen(listener)

    async def close(self) -> None:
        await self._writer.close()
        if self._held is not None:
            await self._held.close()
        await self._engine.dispose()


async def _write(writing: Callable[[], AsyncEngine], writer: Writer) -> None:
    """On an event loop of its own, which nothing else runs on and which rests while nothing is to be written."""
    engine = writing()
    try:
        while works := writer.take():
            try:
                async with engine.connect() as connection:  # which is asked whether it is still there
                    while works:
                        writer.settle(*await connection.run_sync(run_batch, works, writer.more, _wait_for_turn))
                        works = writer.take(wait=False)
            except (DBAPIError, OSError, TimeoutError, StoreUnavailable) as error:
                writer.fail(_trouble(error))
    finally:
        await engine.dispose()


def _wait_for_turn(tx: Connection) -> None:
    tx.execute(_TURN)


def _trouble(error: Exception) -> Exception:
    if isinstance(error, StoreError):
        return error
    if isinstance(error, DBAPIError) and not (error.connection_invalidated or is_store_trouble(error)):
        return error
    return StoreUnavailable(f"the store did not answer: {error}")


async def open_postgres(url: URL, use: Use) -> PostgresDatabase:
    engine = _engine(url, use, connections=_READERS + 1, ping=False)
    held: AsyncConnection | None = None
    try:
        if use is Use.SERVE:
            held = await _hold(engine)
        async with engine.connect() as connection:
            if use is Use.READ:
                await connection.run_sync(migrate.check)
            else:
                async with connection.begin():
                    await connection.execute(_TURN)
                    await connection.run_sync(migrate.upgrade)
    except (OperationalError, InterfaceError, OSError, TimeoutError, DBAPIError) as error:
        await engine.dispose()
        shown = url.render_as_string(hide_password=True)
        raise StoreUnreadable(f"{shown}: cannot be used as a store: {error}") from error
    except StoreError:
        await engine.dispose()
        raise
    return PostgresDatabase(engine, held, partial(_engine, url, use, connections=1, ping=True))


def _engine(url: URL, use: Use, *, connections: int, ping: bool) -> AsyncEngine:
    """`ping`: a connection that rested is asked first whether it is still there."""
    return create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=ping,
        json_serializer=written,
        connect_args={
            "timeout": _PATIENCE_S,
            "command_timeout": _PATIENCE_S,
            "prepared_statement_cache_size": _STATEMENTS,
            "server_settings": {"application_name": f"upheld-{use.value}", "lock_timeout": "8s"},
        },
    )


async def _hold(engine: AsyncEngine) -> AsyncConnection:
    """The one server's lock, which PostgreSQL drops with the connection. Raises StoreLocked.

    Two whole servers would probe and count everything twice; splitting roles over processes is not in this version.
    """
    connection = await engine.connect()
    end = asyncio.get_running_loop().time() + _SERVER_LEAVES_WITHIN_S
    while not await connection.scalar(text("SELECT pg_try_advisory_lock(:server)"), {"server": _THE_SERVER}):
        if asyncio.get_running_loop().time() > end:
            await connection.close()
            raise StoreLocked("another upheld server works on this database; stop it first")
        await asyncio.sleep(0.2)  # one that was just killed is still being noticed
    await connection.commit()
    return connection
