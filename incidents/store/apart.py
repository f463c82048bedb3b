"""One piece of work inside a transaction that must not take the others along."""

from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from db.batch import is_store_trouble, savepoint

_PASSES = ("08", "40", "53", "55", "57", "58")
"""Classes of PostgreSQL's states that say nothing against the statement: connection, conflict, resources, lock, end."""


def apart(tx: Connection, work: Callable[[], object]) -> Exception | None:
    """Done whole, or not at all and then what was wrong with it. Raises only what is the store's own trouble."""
    try:
        with savepoint(tx):
            work()
    except DBAPIError as error:
        if _passes(error):
            raise
        return error
    except OSError:
        raise  # the server is away, or did not answer in time
    except Exception as error:  # handed to the caller, never swallowed
        return error
    return None


def _passes(error: DBAPIError) -> bool:
    state = str(getattr(error.orig, "sqlstate", "") or "")
    known = is_store_trouble(error) or isinstance(error, OperationalError) or state.startswith(_PASSES)
    return error.connection_invalidated or known
