"""The record itself: canonical JSON (RFC 8785), the same bytes for the same statement in every language."""

import rfc8785

from sla.document import document
from sla.format import Format
from sla.statement import Statement


def _render(statement: Statement, language: str) -> bytes:
    return rfc8785.dumps(document(statement))


FORMAT = Format(content_type="application/json", extension="json", render=_render)
