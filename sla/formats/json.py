"""The record itself: canonical JSON (RFC 8785), the same bytes for the same statement in every language."""

from sla.document import record
from sla.format import Format
from sla.statement import Statement


def _render(statement: Statement, language: str) -> bytes:
    return record(statement)


FORMAT = Format(content_type="application/json", extension="json", render=_render)
