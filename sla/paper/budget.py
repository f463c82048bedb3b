"""The shorter periods that a period is made of, and what is left of the budget while it runs."""

from collections.abc import Iterator

from config.look.figure import RANGE, moment
from sla.page import Page
from sla.paper.sheet import Cell, Column, Note, Section, Table
from sla.statement import ComponentPart, ShorterPart


def budgets(page: Page) -> Iterator[Section]:
    """Nothing for a month that is over."""
    shorter = tuple(_shorter(page, part, one) for part in page.statement.components for one in part.parts)
    if shorter:
        yield _months(page, shorter)
    going = tuple(row for part in page.statement.components for row in _forecast(page, part))
    if going:
        yield _going(page, going)


def _months(page: Page, rows: tuple[tuple[Cell, ...], ...]) -> Section:
    say = page.say
    columns = (
        Column(title=say("Service"), share=1),
        Column(title=say("Period")),
        Column(title=say("Availability"), right=True),
        Column(title=say("Verdict")),
        Column(title=say("Counted"), right=True),
        Column(title=say("Agreed time"), right=True),
        Column(title=say("Coverage"), right=True),
    )
    return Section(
        title=say("Its parts"),
        note=say("a verdict stands where the target is one of such a period; the sums are the whole period's"),
        blocks=(Table(columns=columns, rows=rows),),
    )


def _shorter(page: Page, part: ComponentPart, one: ShorterPart) -> tuple[Cell, ...]:
    budget = one.account.budget
    return (
        Cell(text=page.text(part.name)),
        Cell(text=page.period_name(one.period)),
        Cell(text=page.share(part, one.account.availability), strong=True),
        Cell(text=page.verdict(budget.verdict), mark=budget.verdict.value) if one.judged and budget else Cell(),
        Cell(text=page.lasted(one.account.counted)),
        Cell(text=page.lasted(one.account.agreed)),
        Cell(text=page.share(part, one.account.coverage)),
    )


def _going(page: Page, rows: tuple[tuple[Cell, ...], ...]) -> Section:
    say = page.say
    columns = (
        Column(title=say("Service"), share=1),
        Column(title=say("Period")),
        Column(title=say("Budget"), right=True),
        Column(title=say("Budget left"), right=True),
        Column(title=say("Expected downtime"), right=True),
        Column(title=say("Used up"), right=True),
    )
    return Section(
        title=say("What may still come"),
        note=say("if all that is to come is measured; expected: at the rate so far"),
        blocks=(Table(columns=columns, rows=rows), Note(text=say("A minus: more was counted than the period allows."))),
    )


def _forecast(page: Page, part: ComponentPart) -> Iterator[tuple[Cell, ...]]:
    one = part.forecast
    if one is None:
        return
    zone, language = page.statement.zone, page.language
    yield (
        Cell(text=page.text(part.name)),
        Cell(text=page.period_name(one.period)),
        Cell(text=page.lasted(one.allowed)),
        Cell(text=page.signed(one.remaining), strong=True),
        Cell(text=RANGE if one.expected is None else page.lasted(one.expected)),
        Cell(text=RANGE if one.used_up_at is None else moment(one.used_up_at, zone, language)),
    )
