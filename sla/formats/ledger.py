"""The seconds ledger as rows: every second of every component in exactly one class, with the id of its cause.

The sum of `seconds` is the period's length, for each component and agreement; the sums by class are the account's.
"""

from collections.abc import Iterator

from config.instant import SECOND, Span, rfc3339
from sla.format import Format
from sla.sheet import sheet
from sla.statement import Statement

COLUMNS = ("component", "start", "end", "seconds", "class", "cause", "incident", "agreement")


def _render(statement: Statement, language: str) -> bytes:
    return sheet(COLUMNS, _rows(statement))


def _rows(statement: Statement) -> Iterator[dict[str, object]]:
    for part in statement.components:
        for one in part.ledger:
            yield {
                "component": part.component,
                "start": rfc3339(one.start),
                "end": rfc3339(one.end),
                "seconds": _decimal(one.length),
                "class": one.entry.value,
                "cause": one.cause,
                "incident": one.incident,
                "agreement": part.agreement.id,
            }


def _decimal(span: Span) -> str:
    """Whole milliseconds are an exact decimal of seconds."""
    whole, rest = divmod(span, SECOND)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else str(whole)


FORMAT = Format(content_type="text/csv; charset=utf-8", extension="ledger.csv", render=_render)
