"""One door to the store, SQLite or PostgreSQL; the same SQLAlchemy Core statements run on both."""

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from db.database import Database, Use
from db.errors import StoreUnreadable

__all__ = ["Database", "Use", "open_database"]


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
