"""Reading and erasing personal data by table and column name, for whoever holds the list of them."""

import base64
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select, update

from db.tables import METADATA


def rows(tx: Connection, table: str, where: tuple[str, Collection[Any]] | None = None) -> Iterator[dict[str, Any]]:
    """Of this table, in the order of its key; only those with one of these values in that column."""
    found = METADATA.tables[table]
    wanted = select(found).order_by(*found.primary_key)
    if where is not None:
        wanted = wanted.where(found.c[where[0]].in_(where[1]))
    return (dict(row._mapping) for row in tx.execute(wanted))


def drop(tx: Connection, table: str, column: str, values: Collection[Any]) -> int:
    found = METADATA.tables[table]
    return tx.execute(delete(found).where(found.c[column].in_(values))).rowcount


def rewrite(tx: Connection, table: str, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Of the one row that has this row's key."""
    found = METADATA.tables[table]
    same = [column == row[column.name] for column in found.primary_key]
    tx.execute(update(found).where(*same).values({found.c[name]: value for name, value in values.items()}))


def mentions(value: Any, is_about: Callable[[str], bool]) -> bool:
    """Whether any text in this value is."""
    match value:
        case str():
            return is_about(value)
        case bytes():
            return is_about(value.decode("utf-8", "replace"))
        case dict():
            return any(mentions(key, is_about) or mentions(item, is_about) for key, item in value.items())
        case list():
            return any(mentions(item, is_about) for item in value)
        case _:
            return False


def plain(value: Any) -> Any:
    """As JSON can hold it: bytes as text where they are, else as base64."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}
