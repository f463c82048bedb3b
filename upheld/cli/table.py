"""Rows on a terminal, or in a pipe."""

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from upheld.cli.tongue import label

PLAIN_WIDTH = 10_000
"""Columns of a table that goes to a file or a pipe: one row is one line, however long."""


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """As wide as the terminal; into a pipe as wide as it needs, so that nothing is broken over lines."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(label(column).replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH).print(table)
