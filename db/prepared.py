"""Statements that are compiled once, for what is asked dozens of times about every alert.

SQLAlchemy's own way to run one costs several times what SQLite needs for it. Here SQLite's connection is asked itself;
on PostgreSQL, where the way to the server costs more, SQLAlchemy runs the same statement.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Delete, Insert, Select, String, Update, literal_column
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Given: TypeAlias = Mapping[str, Any]
_Statement: TypeAlias = Select[Any] | Insert | Update | Delete
_Change: TypeAlias = Callable[[Any], Any]
_NOTHING: Given = {}


def always(word: str) -> ColumnElement[str]:
    """A word of ours that stands in the statement's text: where a partial index speaks of it, SQLite plans a statement
    anew each time it is bound. Raises ValueError."""
    if not word.isidentifier():
        raise ValueError(f"{word!r} is no word")
    return literal_column(f"'{word}'", String())


class Prepared:
    """One statement; `given` are its parameters by name, of an insert or update its columns too.

    Raises what SQLAlchemy raises; for a parameter that is missing KeyError instead on SQLite.
    """

    def __init__(self, statement: _Statement) -> None:
        self._statement = statement
        self._takes_columns = isinstance(statement, Insert | Update)
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def all(self, tx: Connection, given: Given = _NOTHING) -> list[Any]:
        """Rows with their columns as attributes."""
        store = _sqlite(tx)
        if store is None:
            return [self._row(row) for row in tx.execute(self._statement, given)]
        return [self._row(row) for row in self._for(tx.dialect, given).rows(store, given, tx.dialect)]

    def first(self, tx: Connection, given: Given = _NOTHING) -> Any | None:
        rows = self.all(tx, given)
        return rows[0] if rows else None

    def scalar(self, tx: Connection, given: Given = _NOTHING) -> Any:
        """The first row's first column; None without a row."""
        row = self.first(tx, given)
        return None if row is None else row[0]

    def run(self, tx: Connection, given: Given = _NOTHING) -> int:
        """How many rows it changed."""
        store = _sqlite(tx)
        if store is None:
            return tx.execute(self._statement, given).rowcount
        return self._for(tx.dialect, given).run(store, given, tx.dialect).rowcount

    def add(self, tx: Connection, given: Given) -> int:
        """Of an insert of one row: the number it got."""
        store = _sqlite(tx)
        if store is None:
            key = tx.execute(self._statement, given).inserted_primary_key
            number = None if key is None else key[0]
        else:
            number = self._for(tx.dialect, given).run(store, given, tx.dialect).lastrowid
        assert number is not None
        return int(number)

    def run_all(self, tx: Connection, given: Sequence[Given]) -> None:
        """Once for each; all give the same parameters."""
        store = _sqlite(tx)
        if store is not None and given:
            self._for(tx.dialect, given[0]).run_all(store, given, tx.dialect)
        elif given:
            tx.execute(self._statement, given)

    @cached_property
    def _row(self) -> Callable[[Iterable[Any]], Any]:
        """Other than SQLAlchemy's rows, these let a column be called `count` or `index`."""
        row: Any = namedtuple("Row", [str(column.key) for column in _columns(self._statement)], rename=True)  # type: ignore[misc]
        made: Callable[[Iterable[Any]], Any] = row._make
        return made

    def _for(self, dialect: Dialect, given: Given) -> "_Compiled":
        names = tuple(given) if self._takes_columns else ()
        compiled = self._compiled.get(names)
        if compiled is None:
            compiled = self._compiled[names] = _compile(self._statement, dialect, names)
        return compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    """`fixed`: parameters that are not given. `binding`, `reading`: what becomes of values on their way in and out."""

    text: str
    pick: Callable[[Given], Sequence[Any]]
    """In the order of the text."""
    fixed: Given
    binding: Mapping[str, _Change]
    reading: Sequence[tuple[int, _Change]]

    def rows(self, store: sqlite3.Connection, given: Given, dialect: Dialect) -> list[Sequence[Any]]:
        try:
            found = store.execute(self.text, self._values(given)).fetchall()
        except sqlite3.Error as error:
            raise _known(self.text, error, dialect) from error
        return [self._read(row) for row in found] if self.reading else found

    def run(self, store: sqlite3.Connection, given: Given, dialect: Dialect) -> sqlite3.Cursor:
        try:
            return store.execute(self.text, self._values(given))
        except sqlite3.Error as error:
            raise _known(self.text, error, dialect) from error

    def run_all(self, store: sqlite3.Connection, given: Sequence[Given], dialect: Dialect) -> None:
        try:
            store.executemany(self.text, [self._values(one) for one in given])
        except sqlite3.Error as error:
            raise _known(self.text, error, dialect) from error

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        read = list(row)
        for place, change in self.reading:
            read[place] = change(read[place])
        return read

    def _values(self, given: Given) -> Sequence[Any]:
        if not self.fixed and not self.binding:
            return self.pick(given)
        whole = {**self.fixed, **given}
        for name, change in self.binding.items():
            whole[name] = change(whole[name])
        return self.pick(whole)


def _columns(statement: _Statement) -> list[ColumnElement[Any]]:
    return list(statement.selected_columns) if isinstance(statement, Select) else []


def _compile(statement: _Statement, dialect: Dialect, given: Sequence[str]) -> _Compiled:
    keys = list(given) or None
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    assert isinstance(compiled, SQLCompiler)
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise ValueError("a column's default is not worked out here; give every column")
    if compiled.post_compile_params or compiled.literal_execute_params:
        raise ValueError("a list of unknown length cannot be compiled once")
    names = compiled.positiontup or []
    binds = {name: compiled.binds.get(name) for name in names}
    wanted = {name for name, bind in binds.items() if bind is not None and bind.required}
    params = compiled.construct_params(dict.fromkeys(wanted))
    binding = {name: _binding(bind.type, dialect) for name, bind in binds.items() if bind is not None}
    reading = [one.type.dialect_impl(dialect).result_processor(dialect, None) for one in _columns(statement)]
    return _Compiled(
        text=compiled.string,
        pick=_pick(names),
        fixed={name: params[name] for name in names if name not in wanted},
        binding={name: change for name, change in binding.items() if change is not None},
        reading=[(place, change) for place, change in enumerate(reading) if change is not None],
    )


def _pick(names: Sequence[str]) -> Callable[[Given], Sequence[Any]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda whole: [whole[name] for name in names]


def _binding(type_: TypeEngine[Any], dialect: Dialect) -> _Change | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _sqlite(tx: Connection) -> sqlite3.Connection | None:
    """None where SQLAlchemy is to run it: on another database, and where a transaction begins with it."""
    if tx.dialect.name != "sqlite" or not tx.in_transaction():
        return None
    connection: Any = tx.connection.dbapi_connection
    return connection if isinstance(connection, sqlite3.Connection) else None


def _known(text: str, error: sqlite3.Error, dialect: Dialect) -> Exception:
    """The error as SQLAlchemy raises it; what was bound, which may be personal, is not in it."""
    known = DBAPIError.instance(text, None, error, sqlite3.Error, dialect=dialect)
    assert isinstance(known, Exception)
    return known
