"""A statement of twelve pages set in Chinese, and the same as a workbook, against the second that a person may wait.

CPU of this process; the fonts are looked for and the template is read once before, as in a server.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from bench.common import Row, row
from sla.formats import pdf, xlsx
from sla.statement import Statement
from tests.servers.program import scratch
from tests.sla.long import long_month

PAGES = 12
SECOND = 1000.0
"""Milliseconds."""
ROUNDS = 5


def measure() -> Row:
    with scratch("bench") as folder:
        statement = _grown(long_month(folder))
    pages = _pages(pdf.FORMAT.render(statement, "zh-CN"))
    if pages < PAGES:
        raise AssertionError(f"the statement has only {pages} pages")
    paper = _cpu(lambda: pdf.FORMAT.render(statement, "zh-CN"))
    book = _cpu(lambda: xlsx.FORMAT.render(statement, "zh-CN"))
    notes = (f"pdf: {pages} pages in {paper:.0f} ms", f"xlsx: {book:.0f} ms")
    return row(
        f"pdf: a statement of {pages} pages, against one second (CPU ms)",
        ours=paper,
        peer=SECOND,
        limit=1.0,
        notes=notes,
    )


def _grown(statement: Statement) -> Statement:
    """With twice the cases."""
    more = tuple(replace(one, id=f"{one.id}-B") for one in statement.cases)
    return replace(statement, cases=(*statement.cases, *more))


def _pages(body: bytes) -> int:
    return body.count(b"/Type/Page/")


def _cpu(work: Callable[[], object]) -> float:
    """The best of several turns, in milliseconds."""
    spent: list[float] = []
    for _ in range(ROUNDS):
        before = time.process_time()
        work()
        spent.append((time.process_time() - before) * 1000)
    return min(spent)
