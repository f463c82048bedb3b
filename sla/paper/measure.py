"""Measures of improvement that people wrote down, with who does each and until when."""

from collections.abc import Callable, Sequence

from config.instant import Instant
from config.look.figure import RANGE
from sla.booking import Obligation
from sla.paper.sheet import Cell, Column, Table

Words = Callable[[str], str]


def measures(
    found: Sequence[Obligation], end: Instant, say: Words, who: Words, when: Callable[[Instant], str]
) -> Table:
    """As they stood at that instant; `who` and `when` write a person and a time."""
    columns = (
        Column(title=say("Measure"), share=1),
        Column(title=say("By whom")),
        Column(title=say("Until")),
        Column(title=say("Standing")),
    )
    rows = tuple(
        (
            Cell(text=str(one.then)),
            Cell(text=RANGE if one.owner is None else who(one.owner)),
            Cell(text=RANGE if one.due_at is None else when(one.due_at)),
            Cell(text=say(standing(one, end)), strong=one.open(end)),
        )
        for one in found
    )
    none = say("No measure of improvement was written down.")
    return Table(columns=columns, rows=rows or ((Cell(text=none, span=len(columns)),),))


def standing(one: Obligation, end: Instant) -> str:
    """How it stood at that instant, as a word to be translated."""
    if not one.open(end):
        return "done"
    return "overdue" if one.due_at is not None and one.due_at < end else "open"
