"""Group commit: many independent pieces of work, one transaction, each piece whole or not at all.

A piece is a synchronous function of a Connection. It runs inside a savepoint, so that one that fails takes only itself
along; its caller hears of the result only after COMMIT. Who comes while the first ones run rides along.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from db.errors import StoreUnavailable
from db.prepared import say

T = TypeVar("T")
Work = Callable[[Connection], T]

GROUP_LIMIT = 256
"""Pieces in one transaction."""
_TOPICS = "upheld.topics"
_SQLITE_TROUBLE = tuple(f"SQLITE_{word}" for word in ("FULL", "IOERR", "READONLY", "CANTOPEN", "BUSY", "CORRUPT"))


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    value: T | None = None
    error: Exception | None = None


def announce(tx: Connection, topic: str) -> None:
    """Say that this transaction changed something others wait for; they hear of it after COMMIT."""
    tx.info.setdefault(_TOPICS, set()).add(topic)


@contextmanager
def savepoint(tx: Connection) -> Iterator[None]:
    """What is done within is done whole or not at all. SQLAlchemy's own is a new statement each time, which it compiles
    and the driver prepares: fifty times the work."""
    say(tx, "SAVEPOINT piece")
    try:
        yield
    except BaseException as error:
        if not isinstance(error, DBAPIError) or not _ends_all(error):
            say(tx, "ROLLBACK TO SAVEPOINT piece")
            say(tx, "RELEASE SAVEPOINT piece")
        raise
    say(tx, "RELEASE SAVEPOINT piece")


def run_batch(
    connection: Connection,
    works: Sequence[Work[Any]],
    more: Callable[[], Sequence[Work[Any]]] = lambda: (),
    before: Callable[[Connection], None] = lambda _: None,
) -> tuple[list[Outcome[Any]], frozenset[str]]:
    """All outcomes in order and the topics announced; `before` is done first in the transaction.

    `more`: what was asked for meanwhile and rides along, for a commit costs more than most pieces; asked until there is
    nothing. Raises StoreUnavailable when nothing could be committed.
    """
    connection.info.pop(_TOPICS, None)
    try:
        with connection.begin():
            before(connection)
            outcomes = [_run_one(connection, work, alone=len(works) == 1) for work in works]
            if len(outcomes) == 1 and outcomes[0].error is not None:
                raise _OnlyOne(outcomes[0].error)
            while later := more():
                outcomes += [_run_one(connection, work, alone=False) for work in later]
    except _OnlyOne as only:
        return [Outcome(error=only.error)], frozenset()
    except DBAPIError as error:
        raise StoreUnavailable(f"the store did not commit: {error.orig}") from error
    return outcomes, frozenset(connection.info.pop(_TOPICS, ()))


class _OnlyOne(Exception):
    """Takes a lone piece's error through the transaction, so that it rolls back."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def _run_one(connection: Connection, work: Work[Any], *, alone: bool) -> Outcome[Any]:
    topics = frozenset(connection.info.get(_TOPICS, ()))
    outcome = _attempt(connection, work, alone=alone)
    if outcome.error is not None:
        connection.info[_TOPICS] = set(topics)
    return outcome


def _attempt(connection: Connection, work: Work[Any], *, alone: bool) -> Outcome[Any]:
    try:
        if alone:
            return Outcome(value=work(connection))
        with savepoint(connection):
            return Outcome(value=work(connection))
    except DBAPIError as error:
        if _ends_all(error):
            raise
        return Outcome(error=error)
    except Exception as error:  # handed to the caller that gave us the work, never swallowed
        return Outcome(error=error)


def _ends_all(error: DBAPIError) -> bool:
    """The transaction cannot go on after it."""
    return error.connection_invalidated or is_store_trouble(error)


def is_store_trouble(error: DBAPIError) -> bool:
    """Disk full, I/O error, read-only, server gone: the store's fault, not the statement's."""
    code = getattr(error.orig, "sqlite_errorname", "")
    if code.startswith(_SQLITE_TROUBLE):
        return True
    state = str(getattr(error.orig, "sqlstate", "") or "")
    return state.startswith(("08", "53", "57P", "58"))
