"""The agreement's indicators in words: what was promised, what it was, of how many; or why it is not known."""

from fractions import Fraction

from config.agreement import Indicator
from config.look.figure import RANGE, grouped, listed, percent
from sla.indicator import Measured, Unmeasured
from sla.page import Page
from sla.paper.satisfaction import points
from sla.paper.sheet import Cell, Column, Note, Section, Table
from sla.promise import PERIODS, formula

_WHY = {
    Unmeasured.ENTERED: "not measured: it comes from outside, and nobody entered it",
    Unmeasured.NOTHING: "nothing to count",
    Unmeasured.UNKNOWN: "not measured: these facts do not tell it",
}


def indicators(page: Page) -> Section:
    say, found = page.say, page.statement.indicators
    if not found:
        return Section(title=say("Indicators"), blocks=(Note(text=say("The agreement names none.")),))
    columns = (
        Column(title=say("Indicator"), share=1),
        Column(title=say("Promised"), right=True),
        Column(title=say("Measured"), right=True),
        Column(title=say("n"), right=True),
        Column(title=say("Verdict")),
    )
    rows = tuple(_row(page, one) for one in found)
    note = say("judged by periods of their own kind; a repeat: again within 30 days of being solved")
    return Section(title=say("Indicators"), note=note, blocks=(Table(columns=columns, rows=rows),))


def indicators_in_short(page: Page) -> str:
    """For the first page: which were missed, and how many nobody measured."""
    say, found = page.say, page.statement.indicators
    missed = [page.text(one.indicator.name) for one in found if one.met is False]
    said = [say("missed: {names}", names=listed(missed, page.language))] if missed else []
    counts = (
        ("met: {number}", sum(one.met is True for one in found)),
        ("not measured: {number}", sum(one.unmeasured in _NOBODY for one in found)),
    )
    said += [say(text, number=number) for text, number in counts if number]
    return say("; ").join(said) if said else say("none is judged by this period")


_NOBODY = (Unmeasured.ENTERED, Unmeasured.UNKNOWN)


def _row(page: Page, one: Measured) -> tuple[Cell, ...]:
    promise = one.indicator
    value = one.value
    verdict = None if one.met is None else "Met" if one.met else "Missed"
    return (
        Cell(text=page.text(promise.name), small=(formula(promise, page.language),)),
        Cell(text=_promised(page, promise), small=(page.say(PERIODS[promise.period]),)),
        Cell(text=RANGE, small=(page.say(_WHY[one.unmeasured]),))
        if value is None and one.unmeasured is not None
        else Cell(text=_figure(page, promise, value), strong=True),
        Cell(text=grouped(one.n)),
        Cell() if verdict is None else Cell(text=page.say(verdict), mark=verdict.lower()),
    )


def _figure(page: Page, promise: Indicator, value: Fraction | None) -> str:
    match promise.measure:
        case "share":
            return percent(value, page.language, 2)
        case "mean":
            return RANGE if value is None else points(value)
        case _:
            return RANGE if value is None else grouped(int(value))


def _promised(page: Page, promise: Indicator) -> str:
    figure = promise.at_least or promise.at_most
    if figure is None:
        return RANGE
    unit = "%" if promise.measure == "share" else ""
    text = "at least {figure}" if promise.at_least is not None else "at most {figure}"
    return page.say(text, figure=f"{figure}{unit}")
