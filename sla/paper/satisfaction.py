"""How the customer rated his cases, and what was done about the low ratings, in words."""

from collections.abc import Iterator
from fractions import Fraction

from config.look.figure import RANGE, moment
from sla.page import Page
from sla.paper.sheet import Cell, Column, Note, Section, Table
from sla.rating import SCORES, Rating, given, mean_of


def satisfaction(page: Page) -> Section:
    say, ratings = page.say, page.statement.ratings
    counted = given(ratings, page.statement.window)
    mean = mean_of(counted)
    if not ratings:
        return Section(title=say("Satisfaction"), blocks=(Note(text=say("No case was rated.")),))
    columns = (
        Column(title=say("Case")),
        Column(title=say("When")),
        Column(title=say("By, and in which words"), share=2),
        Column(title=say("Scores")),
        Column(title=say("Follow-up"), share=2),
    )
    rows = tuple(_row(page, one) for one in ratings)
    note = say(
        "mean {mean} of 5, n = {n}, {own} of them by the customer himself",
        mean=RANGE if mean is None else points(mean),
        n=len(counted),
        own=sum(one.own for one in counted),
    )
    return Section(title=say("Satisfaction"), note=note, blocks=(Table(columns=columns, rows=rows),))


def points(mean: Fraction) -> str:
    """With two places, cut."""
    hundredths = int(mean * 100)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _row(page: Page, one: Rating) -> tuple[Cell, ...]:
    scores = tuple(f"{page.say(score)} {one.scores[score]}" for score in SCORES if score in one.scores)
    return (
        Cell(text=one.case),
        Cell(text=moment(one.at, page.statement.zone, page.language)),
        Cell(text=page.who(one.by), small=(one.comment,) if one.comment else ()),
        Cell(text=points(one.mean), small=scores),
        Cell(text=_follow_up(page, one), small=tuple(_found(page, one)), strong=one.low),
    )


def _follow_up(page: Page, one: Rating) -> str:
    if not one.low:
        return RANGE
    if one.followed_at is None:
        return page.say("open: cause and measure are owed")
    at = moment(one.followed_at, page.statement.zone, page.language)
    return page.say("{time}, by {name}", time=at, name=page.who(one.followed_by))


def _found(page: Page, one: Rating) -> Iterator[str]:
    if one.followed_at is not None:
        yield page.say("cause: {cause}", cause=one.cause)
        yield page.say("measure: {measure}", measure=one.measure)
