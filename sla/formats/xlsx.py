"""One table a sheet with real numbers and times; what was computed from the seconds is computed again, live."""

from sla.format import Format
from sla.paper.spreadsheet import written
from sla.paper.statement import statement_sheet
from sla.paper.statement_book import statement_book
from sla.statement import Statement


def _render(statement: Statement, language: str) -> bytes:
    return written(statement_book(statement, language, statement_sheet(statement, language)))


FORMAT = Format(
    content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    extension="xlsx",
    render=_render,
    binary=True,
)
