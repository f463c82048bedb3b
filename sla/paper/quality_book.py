"""Sheets of the workbook on the quality of service: the agreement's indicators, ratings, measures of improvement."""

from collections.abc import Iterator

from sla.cases import share
from sla.indicator import Measured
from sla.page import Page
from sla.paper.book import At, Field, Share, Tab, Value
from sla.paper.indicator import promised, replaced, standing
from sla.paper.measure import standing as measure_standing
from sla.paper.satisfaction import points
from sla.promise import PERIODS, formula


def quality(page: Page, zone: str) -> Iterator[Tab]:
    """Those of which the statement has something to say; `zone` is what a head of times adds."""
    if page.statement.indicators:
        yield _indicators(page)
    if page.statement.ratings:
        yield _ratings(page, zone)
    if page.statement.measures:
        yield _measures(page, zone)


def _indicators(page: Page) -> Tab:
    say = page.say
    titles = {"Indicator": 32, "What": 48, "Promised": 18, "Period": 14, "Measured": 14, "exact": 14}
    widths = {**titles, "n": 8, "Verdict": 48, "Entered by": 20, "Proof": 40, "In place of": 40}
    rows = tuple(tuple(_indicator(page, one)) for one in page.statement.indicators)
    return Tab(
        name=say("Indicators"),
        fields=tuple(Field(title=say(title), width=width) for title, width in widths.items()),
        rows=rows,
    )


def _indicator(page: Page, one: Measured) -> Iterator[Value]:
    promise, value = one.indicator, one.value
    yield page.text(promise.name)
    yield formula(promise, page.language)
    yield promised(page, promise)
    yield page.say(PERIODS[promise.period])
    if value is None:
        yield None
    else:
        yield Share(of_one=value) if promise.measure == "share" else points(value)
    yield share(value)
    yield one.n
    yield standing(page, page.statement.period.kind, one)
    typed = one.entered
    yield None if typed is None else page.who(typed.by)
    yield None if typed is None else typed.proof
    yield None if typed is None or typed.before is None else replaced(page, typed)


def _ratings(page: Page, zone: str) -> Tab:
    say = page.say
    fields = (
        Field(title=say("Case"), width=18),
        Field(title=f"{say('When')} ({zone})", width=24),
        Field(title=say("By"), width=20),
        Field(title=say("Scores"), width=10),
        Field(title=say("Why"), width=40),
        Field(title=f"{say('Follow-up')} ({zone})", width=24),
        Field(title=say("Causes"), width=40),
        Field(title=say("Measure"), width=40),
    )
    rows = tuple(
        (
            one.case,
            At(instant=one.at),
            page.who(one.by),
            points(one.mean),
            one.comment,
            None if one.followed_at is None else At(instant=one.followed_at),
            one.cause,
            one.measure,
        )
        for one in page.statement.ratings
    )
    return Tab(name=say("Satisfaction"), fields=fields, rows=rows)


def _measures(page: Page, zone: str) -> Tab:
    say = page.say
    fields = (
        Field(title=say("Measure"), width=60),
        Field(title=say("By whom"), width=20),
        Field(title=f"{say('Until')} ({zone})", width=24),
        Field(title=say("Standing"), width=14),
    )
    rows = tuple(
        (
            page.text(one.then),
            page.who(one.owner),
            None if one.due_at is None else At(instant=one.due_at),
            say(measure_standing(one, page.statement.window[1])),
        )
        for one in page.statement.measures
    )
    return Tab(name=say("Improvement measures"), fields=fields, rows=rows)
