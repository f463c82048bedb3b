"""The statement on A4, to be signed by both parties, with its record inside. Needs the extra `pdf` and fonts."""

from sla.format import Format
from sla.paper.statement import statement_sheet
from sla.paper.typeset import typeset
from sla.statement import Statement


def _render(statement: Statement, language: str) -> bytes:
    return typeset(statement_sheet(statement, language))


FORMAT = Format(content_type="application/pdf", extension="pdf", render=_render, binary=True)
