"""Indexes over some rows of a table only."""

from sqlalchemy import Index, text


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """As SQLite has it. PostgreSQL's stands in the steps alone: named here, it would load that dialect with its drivers
    into every server on SQLite, two megabytes.
    """
    return Index(name, *columns, unique=unique, sqlite_where=text(where))
