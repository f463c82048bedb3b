"""What was taken out of the count, and what people corrected, each with who stands for it."""

from config.look.state import Shown, word
from sla.exclusion import Exclusion, Flaw
from sla.page import Page
from sla.paper.sheet import Cell, Column, Note, Section, Table


def excluded(page: Page) -> Section:
    say = page.say
    columns = (
        Column(title=say("Number")),
        Column(title=say("From, to, services"), share=2),
        Column(title=say("Category and notice"), share=3),
        Column(title=say("Approved by")),
        Column(title=say("Effect")),
    )
    rows = tuple(
        (
            Cell(text=one.id),
            Cell(text=page.span(one.start, one.end), small=(page.names(one.components),)),
            Cell(text=page.category(one), small=(page.notice(one), *page.marks(one))),
            Cell(
                text=page.who(one.approved_by),
                small=(say("asked by {name}", name=page.who(one.requested_by)), *page.writer(one.writer)),
            ),
            _effect(page, one),
        )
        for part in page.statement.agreements
        for one in part.exclusions
    )
    empty = ((Cell(text=say("Nothing was excluded."), span=len(columns)),),)
    return Section(
        title=say("Excluded time"),
        note=say("what was announced too late, or confirmed by nobody, does not exclude"),
        blocks=(Table(columns=columns, rows=rows or empty),),
    )


def _effect(page: Page, one: Exclusion) -> Cell:
    if one.valid:
        return Cell(text=page.lasted(one.end - one.start), mark="met")
    if one.flaw is Flaw.COUNTED:
        return Cell(text=page.say("Counted"), small=(page.flaw(one),))
    if one.flaw is Flaw.NOT_WORKED:
        return Cell(text=page.say("Not used"), small=(page.flaw(one),))
    return Cell(text=page.say("Invalid"), mark="missed", strong=True, small=(page.flaw(one),))


def corrected(page: Page) -> Section:
    """Both readings, whichever holds."""
    say = page.say
    title, note = say("Corrections"), say("a correction never deletes a fact; both readings are printed")
    columns = (
        Column(title=say("Number")),
        Column(title=say("From, to, services"), share=2),
        Column(title=say("What was in truth the case, and evidence"), share=3),
        Column(title=say("Approved by")),
        Column(title=say("Effect"), share=2),
    )
    rows = tuple(
        (
            Cell(text=one.correction.id),
            Cell(text=page.span(one.correction.start, one.correction.end), small=(page.text(part.name),)),
            Cell(
                text=word(Shown(one.correction.state), page.language),
                glyph=one.correction.state.value,
                small=(one.correction.reason, say("Evidence: {evidence}", evidence=one.correction.evidence)),
            ),
            Cell(
                text=page.who(one.second),
                small=(say("asked by {name}", name=page.who(one.correction.requested_by)), *page.writer(one.writer)),
            ),
            Cell(text=page.standing(one), small=(page.otherwise(part, one),)),
        )
        for part, one in page.corrections()
    )
    if not rows:
        return Section(title=title, note=note, blocks=(Note(text=say("Nothing was corrected.")),))
    return Section(title=title, note=note, blocks=(Table(columns=columns, rows=rows),))
