"""Statements that are compiled once, for what is asked dozens of times about every alert.

SQLAlchemy's own way to run one costs several times what SQLite needs for it, and as much as the way to PostgreSQL and
back. Here the driver is asked itself.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter, itemgetter, methodcaller
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
_ROWS, _COUNT, _NUMBER = methodcaller("fetchall"), attrgetter("rowcount"), attrgetter("lastrowid")


def always(word: str) -> ColumnElement[str]:
    """A word of ours that stands in the statement's text: where a partial index speaks of it, SQLite plans a statement
    anew each time it is bound. Raises ValueError."""
    if not word.isidentifier():
        raise ValueError(f"{word!r} is no word")
    return literal_column(f"'{word}'", String())


def say(tx: Connection, text: str) -> None:
    """A statement that is given nothing and answers nothing. Raises what SQLAlchemy raises."""
    _asked(tx, text, (), _COUNT)


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
        if not tx.in_transaction():  # it begins with this one, which is SQLAlchemy's to do
            return [self._row(row) for row in tx.execute(self._statement, given)]
        return [self._row(row) for row in self._for(tx, given).rows(tx, given)]

    def first(self, tx: Connection, given: Given = _NOTHING) -> Any | None:
        rows = self.all(tx, given)
        return rows[0] if rows else None

    def scalar(self, tx: Connection, given: Given = _NOTHING) -> Any:
        """The first row's first column; None without a row."""
        row = self.first(tx, given)
        return None if row is None else row[0]

    def run(self, tx: Connection, given: Given = _NOTHING) -> int:
        """How many rows it changed."""
        if not tx.in_transaction():
            return tx.execute(self._statement, given).rowcount
        return self._for(tx, given).run(tx, given)

    def add(self, tx: Connection, given: Given) -> int:
        """Of an insert of one row: the number it got."""
        if tx.in_transaction():
            return self._for(tx, given).add(tx, given)
        key = tx.execute(self._statement, given).inserted_primary_key
        assert key is not None
        return int(key[0])

    def run_all(self, tx: Connection, given: Sequence[Given]) -> None:
        """Once for each; all give the same parameters."""
        if given and tx.in_transaction():
            self._for(tx, given[0]).run_all(tx, given)
        elif given:
            tx.execute(self._statement, given)

    @cached_property
    def _row(self) -> Callable[[Iterable[Any]], Any]:
        """Other than SQLAlchemy's rows, these let a column be called `count` or `index`."""
        row: Any = namedtuple("Row", [str(column.key) for column in _columns(self._statement)], rename=True)  # type: ignore[misc]
        made: Callable[[Iterable[Any]], Any] = row._make
        return made

    def _for(self, tx: Connection, given: Given) -> "_Compiled":
        names = (tx.dialect.name, *given) if self._takes_columns else (tx.dialect.name,)
        compiled = self._compiled.get(names)
        if compiled is None:
            compiled = self._compiled[names] = _compile(self._statement, tx.dialect, names[1:])
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
    returns: bool
    """Of an insert: the database gives the number back as a row."""

    def rows(self, tx: Connection, given: Given) -> Sequence[Sequence[Any]]:
        found: Sequence[Sequence[Any]] = _asked(tx, self.text, self._values(given), _ROWS)
        return [self._read(row) for row in found] if self.reading else found

    def run(self, tx: Connection, given: Given) -> int:
        return int(_asked(tx, self.text, self._values(given), _COUNT))

    def add(self, tx: Connection, given: Given) -> int:
        if self.returns:
            return int(_asked(tx, self.text, self._values(given), _ROWS)[0][0])
        return int(_asked(tx, self.text, self._values(given), _NUMBER))

    def run_all(self, tx: Connection, given: Sequence[Given]) -> None:
        _asked(tx, self.text, [self._values(one) for one in given], _COUNT, many=True)

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
    """Of a select, or of what is given back of rows that were changed."""
    return list(statement.exported_columns)


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
        returns=bool(compiled.implicit_returning),
        reading=[(place, change) for place, change in enumerate(reading) if change is not None],
    )


def _pick(names: Sequence[str]) -> Callable[[Given], Sequence[Any]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda whole: [whole[name] for name in names]


def _binding(type_: TypeEngine[Any], dialect: Dialect) -> _Change | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _asked(tx: Connection, text: str, values: Sequence[Any], take: Callable[[Any], Any], *, many: bool = False) -> Any:
    """From the driver's own cursor. Raises what SQLAlchemy raises, without what was bound: it may be personal."""
    errors = tx.dialect.loaded_dbapi.Error
    connection = tx.connection.dbapi_connection
    assert connection is not None
    cursor = connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(text, values)
        return take(cursor)
    except errors as error:
        gone = tx.dialect.is_disconnect(error, tx.connection, cursor)
        if gone:
            tx.invalidate(error)
        raise DBAPIError.instance(text, None, error, errors, dialect=tx.dialect, connection_invalidated=gone) from error
