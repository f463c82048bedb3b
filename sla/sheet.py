"""Rows as comma-separated values that no spreadsheet runs: no cell can start a formula, whatever stands in it."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

_NUMBER = re.compile(r"-[0-9]+([/.][0-9]+)?")
"""As our figures are written, exact; whatever a spreadsheet makes of it is that number."""
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def sheet(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """A header and a line for each row; what a row does not name is empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    # The mark at the start makes spreadsheets read Chinese as what it is.
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if text.startswith(_STARTS_FORMULA) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
