"""How the customer rated his cases: the mean with its n, and the low ratings until they are followed up."""

from dataclasses import replace
from pathlib import Path

import pytest

from sla.document import document
from sla.page import Page
from sla.paper.satisfaction import points, satisfaction
from sla.paper.section import sections
from sla.paper.sheet import Table
from sla.parties import parties_of
from sla.period import parse_period
from sla.rating import Rating, concerning, given, mean_of
from sla.statement import Statement, compose
from tests.sla.contract import LATER, NOVEMBER, OCTOBER, at, config, facts

GOOD = Rating(
    case="C-1", at=at("10-05 10:00:00"), by="customer:harbour-bank", scores={"overall": 5}, comment="", low=False
)
LOW = Rating(
    case="C-2",
    at=at("10-06 10:00:00"),
    by="person:li",
    scores={"speed": 2, "skill": 4, "manner": 4},
    comment="too slow",
    low=True,
)
DONE = replace(
    LOW, followed_at=at("11-03 10:00:00"), followed_by="person:wang", cause="nobody on duty", measure="a rota"
)
MONTH = OCTOBER, NOVEMBER


def test_the_mean_is_of_the_last_rating_of_each_case_in_the_period() -> None:
    again = replace(GOOD, at=GOOD.at + 1, scores={"overall": 4})
    counted = given((GOOD, LOW, again), MONTH)
    assert [one.scores for one in counted] == [{"overall": 4}, LOW.scores]
    mean = mean_of(counted)
    assert mean is not None and points(mean) == "3.66", "cut"
    assert mean_of(given((GOOD,), (NOVEMBER, LATER))) is None


def test_a_low_rating_stands_on_every_statement_until_it_is_followed_up() -> None:
    november, later = (NOVEMBER, NOVEMBER + 30 * (NOVEMBER - OCTOBER) // 31), (LATER * 2, LATER * 3)
    assert concerning((GOOD, LOW), november) == (LOW,)
    assert DONE.open(NOVEMBER) and concerning((DONE,), november) == (DONE,) and concerning((DONE,), later) == ()


def stated(folder: Path, *ratings: Rating) -> Statement:
    settings = config(folder)
    known = facts(settings)
    cases = (replace(known.cases[0], ratings=ratings), *known.cases[1:])
    return compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), replace(known, cases=cases), LATER)


@pytest.mark.parametrize(
    ("language", "note", "follow"),
    [
        ("en", "mean 4.16 of 5, n = 2, 1 of them by the customer himself", "open: cause and measure are owed"),
        ("zh-CN", "平均4.16分（满分5分），n = 2，其中客户本人评分1项", "未完成：尚欠原因与措施"),
    ],
)
def test_ratings_stand_on_the_statement_with_who_gave_them_and_what_is_owed(
    tmp_path: Path, language: str, note: str, follow: str
) -> None:
    statement = stated(tmp_path, GOOD, LOW)
    page = Page(statement, language)
    section = satisfaction(page)
    (table,) = section.blocks
    assert isinstance(table, Table) and section.note == note
    assert [row[4].text for row in table.rows] == ["–", follow]
    (left,) = [one for one in sections(page, "0" * 64) if one.title == page.say("Open items")]
    (items,) = left.blocks
    assert isinstance(items, Table) and "C-2" in [row[0].text for row in items.rows]
    found = document(statement)["satisfaction"]
    assert (found["mean"], found["n"], found["own"], len(found["ratings"])) == ("25/6", 2, 1, 2)
