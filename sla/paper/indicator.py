"""The agreement's indicators in words: what was promised, what it was, of how many; or why it is not known."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Protocol

from config.agreement import Indicator, Period
from config.look.figure import RANGE, grouped, listed, percent
from config.value import Text
from sla.entered import Entered
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


class Speaker(Protocol):
    """What says words in one language: a statement's page, a report's voice."""

    @property
    def language(self) -> str: ...

    def say(self, text: str, /, **values: object) -> str: ...

    def text(self, text: Text) -> str: ...

    def who(self, by: str) -> str: ...


def indicators(page: Page) -> Section:
    say, found = page.say, page.statement.indicators
    if not found:
        return Section(title=say("Indicators"), blocks=(Note(text=say("The agreement names none.")),))
    note = say("judged by periods of their own kind; a repeat: again within 30 days of being solved")
    return Section(
        title=say("Indicators"), note=note, blocks=(indicator_table(page, page.statement.period.kind, found),)
    )


def indicator_table(page: Speaker, kind: Period, found: Sequence[Measured]) -> Table:
    """`kind` is that of the period they were measured in."""
    say = page.say
    columns = (
        Column(title=say("Indicator"), share=1),
        Column(title=say("Promised"), right=True),
        Column(title=say("Measured"), right=True),
        Column(title=say("n"), right=True),
        Column(title=say("Verdict")),
    )
    return Table(columns=columns, rows=tuple(_row(page, kind, one) for one in found))


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


_ELSEWHERE = {
    Period.MONTH: "judged on the monthly statement",
    Period.QUARTER: "judged on the quarterly statement",
    Period.YEAR: "judged on the yearly statement",
}
_NOBODY = (Unmeasured.ENTERED, Unmeasured.UNKNOWN)


def standing(page: Speaker, kind: Period, one: Measured) -> str:
    """Met or missed, why it was not measured, or which statement judges it; empty where nothing is promised."""
    if one.unmeasured is not None:
        return page.say(_WHY[one.unmeasured])
    if one.met is not None:
        return page.say("Met" if one.met else "Missed")
    promise = one.indicator
    if promise.period is kind or (promise.at_least is None and promise.at_most is None):
        return ""
    return page.say(_ELSEWHERE[promise.period])


def _row(page: Speaker, kind: Period, one: Measured) -> tuple[Cell, ...]:
    promise, said = one.indicator, standing(page, kind, one)
    judged = Cell(text=said, mark="met" if one.met else "missed")
    elsewhere = Cell(small=(said,)) if said and one.value is not None else Cell()
    verdict = elsewhere if one.met is None else judged
    figure = Cell(text=_figure(page, promise, one.value), strong=True)
    return (
        Cell(text=page.text(promise.name), small=(formula(promise, page.language), *_entered(page, one))),
        Cell(text=promised(page, promise), small=(page.say(PERIODS[promise.period]),)),
        figure if one.value is not None else Cell(text=RANGE, small=(said,)),
        Cell(text=grouped(one.n)),
        verdict,
    )


def _entered(page: Speaker, one: Measured) -> Iterator[str]:
    """Who typed it in, with which proof, and what it took the place of."""
    typed = one.entered
    if typed is None:
        return
    yield page.say("entered by {who}; proof: {proof}", who=page.who(typed.by), proof=typed.proof)
    if typed.before is not None:
        yield replaced(page, typed)


def replaced(page: Speaker, typed: Entered) -> str:
    return page.say("in place of {value}: {reason}", value=typed.before, reason=typed.reason or RANGE)


def _figure(page: Speaker, promise: Indicator, value: Fraction | None) -> str:
    match promise.measure:
        case "share":
            return percent(value, page.language, 2)
        case "mean":
            return RANGE if value is None else points(value)
        case _:
            return RANGE if value is None else grouped(int(value))


def promised(page: Speaker, promise: Indicator) -> str:
    figure = promise.at_least or promise.at_most
    if figure is None:
        return RANGE
    unit = "%" if promise.measure == "share" else ""
    text = "at least {figure}" if promise.at_least is not None else "at most {figure}"
    return page.say(text, figure=f"{figure}{unit}")
