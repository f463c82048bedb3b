"""PostgreSQL through asyncpg: the same synchronous work, run on a connection of the async engine.

One writer a process commits in groups; an advisory lock held to the end of each transaction makes writers of several
processes take turns, so that deciding on an incident needs no finer lock.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from db import migrate
from db.batch import GROUP_LIMIT, Outcome, Work, is_store_trouble, run_batch
from db.database import Listener, Use
from db.errors import StoreError, StoreLocked, StoreUnavailable, StoreUnreadable

T = TypeVar("T")

_WRITERS_TURN = 0x7570_6865
_THE_SERVER = 0x7570_6866
_SERVER_LEAVES_WITHIN_S = 5
_READERS = 4
_PATIENCE_S = 10
_STATEMENTS = 1000
"""Kept prepared by each connection. With SQLAlchemy's hundred they drive each other out, and each is prepared anew."""


class PostgresDatabase:
    """See db/database.py."""

    def __init__(self, engine: AsyncEngine, held: AsyncConnection | None) -> None:
        self._engine = engine
        self._held = held
        self._listeners: list[Listener] = []
        self._jobs: asyncio.Queue[tuple[Work[Any], asyncio.Future[Any]]] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write_loop(), name="upheld-write")

    async def write(self, work: Callable[[Connection], T]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put_nowait((work, future))
        return await future

    async def read(self, work: Callable[[Connection], T]) -> T:
        try:
            async with self._engine.connect() as connection:
                return await connection.run_sync(work)
        except (DBAPIError, OSError, TimeoutError) as error:
            raise _trouble(error) from error

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    async def close(self) -> None:
        await self._jobs.join()
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)
        if self._held is not None:
            await self._held.close()
        await self._engine.dispose()

    async def _write_loop(self) -> None:
        while True:
            jobs = [await self._jobs.get()]
            while len(jobs) < GROUP_LIMIT and not self._jobs.empty():
                jobs.append(self._jobs.get_nowait())
            await self._write_group(jobs)

    async def _write_group(self, jobs: list[tuple[Work[Any], asyncio.Future[Any]]]) -> None:
        topics: frozenset[str] = frozenset()
        try:
            async with self._engine.connect() as connection:
                outcomes, topics = await connection.run_sync(_run_in_turn, [work for work, _ in jobs])
        except (DBAPIError, OSError, TimeoutError, StoreUnavailable) as error:
            outcomes = [Outcome(error=_trouble(error))] * len(jobs)
        for (_, future), outcome in zip(jobs, outcomes, strict=True):
            self._jobs.task_done()
            if future.cancelled():
                continue
            if outcome.error is not None:
                future.set_exception(outcome.error)
            else:
                future.set_result(outcome.value)
        if topics:
            for listener in self._listeners:
                listener(topics)


def _run_in_turn(connection: Connection, works: list[Work[Any]]) -> tuple[list[Outcome[Any]], frozenset[str]]:
    def wait_for_turn(tx: Connection) -> None:
        tx.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _WRITERS_TURN})

    outcomes, topics = run_batch(connection, [wait_for_turn, *works])
    return outcomes[1:], topics


def _trouble(error: Exception) -> Exception:
    if isinstance(error, StoreError):
        return error
    if isinstance(error, DBAPIError) and not (error.connection_invalidated or is_store_trouble(error)):
        return error
    return StoreUnavailable(f"the store did not answer: {error}")


async def open_postgres(url: URL, use: Use) -> PostgresDatabase:
    engine = create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_size=_READERS + 2,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={
            "timeout": _PATIENCE_S,
            "command_timeout": _PATIENCE_S,
            "prepared_statement_cache_size": _STATEMENTS,
            "server_settings": {"application_name": f"upheld-{use.value}", "lock_timeout": "8s"},
        },
    )
    held: AsyncConnection | None = None
    try:
        if use is Use.SERVE:
            held = await _hold(engine)
        async with engine.connect() as connection:
            if use is Use.READ:
                await connection.run_sync(migrate.check)
            else:
                async with connection.begin():
                    await connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _WRITERS_TURN})
                    await connection.run_sync(migrate.upgrade)
    except (OperationalError, InterfaceError, OSError, TimeoutError, DBAPIError) as error:
        await engine.dispose()
        shown = url.render_as_string(hide_password=True)
        raise StoreUnreadable(f"{shown}: cannot be used as a store: {error}") from error
    except StoreError:
        await engine.dispose()
        raise
    return PostgresDatabase(engine, held)


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
