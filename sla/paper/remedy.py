"""What breaches of the month cost, how missed months stand, what is due by a date. Nothing where nothing is agreed."""

from collections.abc import Iterator

from sla.page import Page
from sla.paper.sheet import Cell, Column, Note, Section, Table


def owed(page: Page) -> Iterator[Section]:
    if not page.statement.remedies.settled:
        return
    say = page.say
    columns = (
        Column(title=say("Breach"), share=3),
        Column(title=say("Worked out"), share=2),
        Column(title=say("Owed"), right=True),
    )
    rows = tuple(
        (
            Cell(text=row.breach, small=(row.causes,) if row.causes else ()),
            Cell(text=row.reckoning, small=(row.held_back,) if row.held_back else ()),
            Cell(text=row.amount, strong=True),
        )
        for row in page.remedy_rows()
    )
    empty = ((Cell(text=say("No breach, nothing is owed."), span=len(columns)),),)
    yield Section(
        title=say("Remedies"),
        note=say("owed with the seal; worked out from exact figures"),
        blocks=(Table(columns=columns, rows=rows or empty), *(Note(text=text) for text in page.remedy_notes())),
    )
