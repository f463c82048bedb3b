"""The schema's age: brought up to date before a server opens the store, checked when a command reads it."""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text

from db.errors import SchemaMismatch

VERSIONS = Path(__file__).parent / "migrations" / "versions"
_FOUND = text("SELECT version_num FROM alembic_version")


def upgrade(connection: Connection) -> None:
    """In the connection's transaction: all steps or none. Raises SchemaMismatch for a store of a newer version."""
    if _known(connection) != revisions()[-1]:
        # Alembic and what it brings along are megabytes for good, and nearly every start finds nothing to do.
        from db.steps import take

        take(connection)


def check(connection: Connection) -> None:
    """Raises SchemaMismatch unless the store has exactly this version's schema."""
    found, head = _known(connection), revisions()[-1]
    if found != head:
        raise SchemaMismatch(f"the store has schema {found or 'none'}, this version needs {head}; run `upheld migrate`")


@cache
def revisions() -> tuple[str, ...]:
    """Of the steps there are: the numbers their files begin with. The highest is today's."""
    return tuple(sorted(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*_*.py")))


def _known(connection: Connection) -> str | None:
    """None: the store is empty."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found: str | None = connection.scalar(_FOUND)
    if found is not None and found not in revisions():
        raise SchemaMismatch(
            f"the store was made by a newer version of upheld (schema {found}); use that version, or restore a backup"
        )
    return found
