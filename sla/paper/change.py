"""What the provider changed in how it measures, in words."""

from typing import Any

from config.instant import Span
from config.look.figure import RANGE, grouped, moment
from sla.change import ASKED, Change
from sla.page import Page
from sla.paper.sheet import Cell, Column, Note, Section, Table

_NAMES = {
    ASKED: "Asked",
    "kind": "Way of asking",
    "question_sha256": "What is asked (hash)",
    "interval_ms": "Interval",
    "timeout_ms": "Longest wait for an answer",
    "attempts": "Tries inside one check",
    "fall": "Failures until it counts as down",
    "rise": "Successes until it counts as up",
    "recheck_ms": "Pause before a recheck",
    "degraded_over_ms": "Degraded from",
    "down_when": "The service is down when",
}
_MODES = {
    "any": "one check is down",
    "all": "all checks are down",
    "fewer_than_up": "fewer than {up} checks are up",
}


def changed_in_short(page: Page) -> str:
    """For the first page."""
    number = len(page.statement.changes)
    if not number:
        return page.say("nothing in how these services are asked")
    return page.say("how these services are asked; changes listed below: {number}", number=grouped(number))


def changed(page: Page) -> Section:
    say = page.say
    columns = (
        Column(title=say("When")),
        Column(title=say("Check"), share=2),
        Column(title=say("What"), share=2),
        Column(title=say("Before"), share=1),
        Column(title=say("After"), share=1),
    )
    rows = tuple(_row(page, one) for one in page.statement.changes)
    title, note = say("Changed by the provider"), say("intervals, waits and thresholds of the checks")
    if not rows:
        return Section(title=title, note=note, blocks=(Note(text=say("Nothing in how these services are asked.")),))
    return Section(title=title, note=note, blocks=(Table(columns=columns, rows=rows),))


def _row(page: Page, one: Change) -> tuple[Cell, ...]:
    return (
        Cell(text=moment(one.at, page.statement.zone, page.language, seconds=True)),
        Cell(text=one.check, small=(page.name(one.component),)),
        Cell(text=page.say(_NAMES[one.name]) if one.name in _NAMES else one.name),
        Cell(text=_value(page, one.name, one.before)),
        Cell(text=_value(page, one.name, one.after), strong=True),
    )


def _value(page: Page, name: str, value: Any) -> str:
    match value:
        case None:
            return RANGE
        case bool():
            return page.say("yes") if value else page.say("no")
        case int() if name.endswith("_ms"):
            return _span(page, value)
        case {"mode": str(mode), "up": up} if mode in _MODES:
            return page.say(_MODES[mode], up=up)
        case str() if name.endswith("_sha256"):
            return value[:8]
        case _:
            return str(value)


def _span(page: Page, span: Span) -> str:
    """Whole seconds as elsewhere, shorter ones to the millisecond: a wait is not rounded up."""
    return page.lasted(span) if span % 1000 == 0 else f"{grouped(span)}\u202fms"
