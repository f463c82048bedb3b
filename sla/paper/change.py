"""What the provider changed, in words: how it measures, levels of cases, clocks it stopped."""

from collections.abc import Iterator
from typing import Any

from config.counting import Category
from config.instant import Instant, Span
from config.location import Owner
from config.look.figure import RANGE, grouped, listed, moment
from sla.casechange import Act, CaseChange, Reply
from sla.change import ASKED, Change
from sla.page import Page
from sla.paper.place import places_of, quorum_of
from sla.paper.sheet import Block, Cell, Column, Note, Section, Table

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
    "locations": "Places of observation",
    "quorum": "Votes of the places",
    "witnesses": "Asked whether our own line works",
    "resolvers": "Asked for names",
}
_MODES = {
    "any": "one check is down",
    "all": "all checks are down",
    "fewer_than_up": "fewer than {up} checks are up",
}


def changed_in_short(page: Page) -> str:
    """For the first page."""
    statement = page.statement
    stopped = sum(one.act is Act.STOPPED for one in statement.case_changes)
    said = (
        ("checks: {number}", len(statement.changes)),
        ("levels of cases: {number}", len(statement.case_changes) - stopped),
        ("stopped clocks: {number}", stopped),
    )
    counts = [page.say(text, number=grouped(number)) for text, number in said if number]
    if not counts:
        return page.say("nothing: neither checks nor levels nor clocks of cases")
    return page.say("listed below: {changes}", changes=listed(counts, page.language))


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
    asked: Block = Table(columns=columns, rows=rows)
    if not rows:
        asked = Note(text=say("Nothing in how these services are asked."))
    return Section(
        title=say("Changed by the provider"),
        note=say("checks: intervals, waits, thresholds; cases: levels, stopped clocks"),
        blocks=(asked, _in_cases(page)),
    )


def _in_cases(page: Page) -> Block:
    say = page.say
    columns = (
        Column(title=say("When")),
        Column(title=say("Case")),
        Column(title=say("What"), share=2),
        Column(title=say("By, and why"), share=2),
        Column(title=say("Seen by the customer")),
    )
    rows = tuple(_case_row(page, one) for one in page.statement.case_changes)
    return Table(columns=columns, rows=rows) if rows else Note(text=say("No level and no clock of a case."))


def _case_row(page: Page, one: CaseChange) -> tuple[Cell, ...]:
    return (
        Cell(text=_when(page, one.at)),
        Cell(text=one.case),
        Cell(text=act_of(page, one), small=tuple(since_then(page, one)), strong=True),
        Cell(text=page.who(one.by), small=(one.reason,)),
        Cell(text=_when(page, one.seen_at)),
    )


_ACTS = {
    Act.LOWERED: "level lowered from {before} to {after}",
    Act.RAISED: "level raised from {before} to {after}",
    Act.STOPPED: "resolve clock stopped",
}
_STOPS = {
    Category.THIRD_PARTY: "resolve clock stopped for a third party",
    Category.MAINTENANCE: "resolve clock stopped for agreed maintenance",
}
_REPLIES = {
    None: "not confirmed: the stricter level stands",
    Reply.CONFIRMED: "the customer confirmed it {time}",
    Reply.CONTESTED: "the customer contested it {time}: the stricter level stands",
}


def act_of(page: Page, one: CaseChange) -> str:
    return page.say(_STOPS.get(one.waits_for, _ACTS[one.act]), before=one.before, after=one.after)


def since_then(page: Page, one: CaseChange) -> Iterator[str]:
    """How long it stood, or what the customer said to it; and what was claimed beside when it was written."""
    if one.act is not Act.STOPPED:
        yield page.say(_REPLIES[one.reply], time=_when(page, one.replied_at))
    elif one.reply is Reply.CONTESTED:
        yield page.say("the customer contested it {time}: the clock ran on", time=_when(page, one.replied_at))
    elif one.until is None:
        yield page.say("it still stands")
    else:
        length = page.lasted(one.until - one.at)
        yield page.say("until {time}, {length}", time=_when(page, one.until), length=length)
    if one.evidence:
        yield page.say("to be seen in: {evidence}", evidence=one.evidence)
    if one.happened_at < one.at:
        yield page.say("said to have been {time}", time=_when(page, one.happened_at))


def _when(page: Page, at: Instant | None) -> str:
    return RANGE if at is None else moment(at, page.statement.zone, page.language, seconds=True)


def _row(page: Page, one: Change) -> tuple[Cell, ...]:
    return (
        Cell(text=_when(page, one.at)),
        Cell(text=one.check, small=(page.name(one.component),)),
        Cell(text=name_of(page, one.name)),
        Cell(text=value_of(page, one.name, one.before)),
        Cell(text=value_of(page, one.name, one.after), strong=True),
    )


def name_of(page: Page, name: str) -> str:
    """Of what was changed, in words; one that we have no words for as it is stored."""
    return page.say(_NAMES[name]) if name in _NAMES else name


def value_of(page: Page, name: str, value: Any) -> str:
    match value:
        case None:
            return RANGE
        case bool():
            return page.say("yes") if value else page.say("no")
        case int() if name.endswith("_ms"):
            return _span(page, value)
        case {"bad": int() | None as bad, "fresh": int() as fresh}:
            return quorum_of(page, bad, fresh)
        case dict() if name == "locations":
            return places_of(page, {id: Owner(owner) for id, owner in value.items()})
        case list():
            return listed(value, page.language)
        case {"mode": str(mode), "up": up} if mode in _MODES:
            return page.say(_MODES[mode], up=up)
        case str() if name.endswith("_sha256"):
            return value[:8]
        case _:
            return str(value)


def _span(page: Page, span: Span) -> str:
    """Whole seconds as elsewhere, shorter ones to the millisecond: a wait is not rounded up."""
    return page.lasted(span) if span % 1000 == 0 else f"{grouped(span)}\u202fms"
