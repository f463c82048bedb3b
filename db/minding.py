"""An insert that minds a row which is there already: one statement for two. Both stores write it in the same words."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Insert, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class Minding(Insert):
    """`same` says which row is the same; `anew` what becomes of it (`due_at = excluded.due_at`), without it nothing."""

    inherit_cache = False

    def __init__(self, table: Table, same: Sequence[Column[Any]], anew: str = "") -> None:
        super().__init__(table)
        self._inline = True  # no row is asked for that may not have been made
        then = f"UPDATE SET {anew}" if anew else "NOTHING"
        self.minding = f" ON CONFLICT ({', '.join(column.name for column in same)}) DO {then}"


@compiles(Minding)
def _written(insert: Minding, compiler: SQLCompiler, **how: Any) -> str:
    plain: str = compiler.visit_insert(insert, **how)  # type: ignore[no-untyped-call]
    return plain + insert.minding
