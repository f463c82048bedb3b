"""An agreement's indicators, worked out from cases, ratings and verdicts, each with its n; or why it is not known."""

from csv import DictReader
from dataclasses import replace
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from config.agreement import CaseKind, Indicator, Period
from config.instant import DAY, HOUR, MINUTE, Instant
from config.value import Text
from sla.account import Verdict
from sla.document import document
from sla.entered import Entered, in_force
from sla.evidence import Evidence, kept, unkept
from sla.formats.csv import FORMAT as CSV
from sla.indicator import Measured, Promise, Unmeasured, measured
from sla.page import Page
from sla.paper.indicator import indicators, indicators_in_short, standing
from sla.paper.quality_book import quality
from sla.paper.sheet import Table
from sla.parties import parties_of
from sla.period import parse_period
from sla.rating import Rating
from sla.record import CaseRecord, CommitmentRecord, Outcome
from sla.statement import compose
from tests.sla.contract import LATER, NOVEMBER, OCTOBER, at, config, facts

START, END = OCTOBER, NOVEMBER
MIDDLE = START + 10 * DAY
NAME: Text = "x"


def case(
    id: str, reported: Instant = MIDDLE, *, done: int | None = 10, closed: int | None = 60, **more: Any
) -> CaseRecord:
    """Answered and solved so many minutes after the report, with half an hour to answer."""
    due = reported + 30 * MINUTE
    done_at = None if done is None else reported + done * MINUTE
    outcome = Outcome.MISSED if done_at is None or done_at > due else Outcome.MET
    clock = CommitmentRecord(name="respond", started_at=reported, due_at=due, done_at=done_at, outcome=outcome)
    made = CaseRecord(
        id=id,
        kind=CaseKind.FAULT,
        level=1,
        level_name="1",
        title="x",
        component="pay",
        incident=None,
        reported_at=reported,
        closed_at=None if closed is None else reported + closed * MINUTE,
        commitments=(clock,),
        agreement="harbour-bank/sla-standard",
    )
    return replace(made, **more)


def promise(folder: Path, *cases: CaseRecord, period: str = "2026-10", **named: Indicator) -> Promise:
    (agreement,) = config(folder).customers["harbour-bank"].agreements
    return Promise(
        agreement=agreement.model_copy(update={"indicators": named}),
        cases=cases,
        verdicts=(Verdict.MET, Verdict.SENSITIVE, Verdict.NOT_APPLICABLE),
        period=parse_period(period),
        window=(START, END),
    )


def share(that: str, **more: Any) -> Indicator:
    return Indicator.model_validate({"id": "x", "name": NAME, "measure": "share", "that": that, **more})


def one(found: Promise) -> Measured:
    (only,) = measured(found)
    return only


SLOW = case("C-2", MIDDLE + HOUR, done=40, closed=90)
CASES = (
    case("C-1", done=10, closed=10),
    SLOW,
    case("C-3", START + 20 * DAY, done=None, closed=None, kind=CaseKind.COMPLAINT, component=None),
    case("C-4", START + 25 * DAY, component="shop", incident="INC-1"),
    case("C-5", END - 10 * MINUTE, done=12, component="mail"),
    case("C-0", START - 40 * DAY, component="shop"),
)


@pytest.mark.parametrize(
    ("indicator", "n", "value"),
    [
        (share("in_time", commitment="respond"), 4, Fraction(2, 4)),
        (share("in_time", within="45m"), 4, Fraction(3, 4)),
        (share("in_time", commitment="respond", kinds=["complaint"]), 1, Fraction(0)),
        (share("in_time", commitment="on_site"), 0, None),
        (share("resolved"), 5, Fraction(3, 5)),
        (share("at_first_contact"), 4, Fraction(1, 4)),
        (share("repeated", kinds=["fault"]), 4, Fraction(1, 4)),
        (share("target_met", over="components"), 2, Fraction(1, 2)),
        (Indicator.model_validate({"id": "x", "name": NAME, "measure": "count"}), 5, Fraction(5)),
    ],
    ids=lambda value: getattr(value, "that", None),
)
def test_every_doubt_falls_on_the_measurer(
    tmp_path: Path, indicator: Indicator, n: int, value: Fraction | None
) -> None:
    found = one(promise(tmp_path, *CASES, x=indicator))
    assert (found.n, found.value) == (n, value)
    assert found.unmeasured is (Unmeasured.NOTHING if value is None else None)


def test_a_case_that_was_solved_as_it_was_reported_is_no_repeat_of_itself(tmp_path: Path) -> None:
    found = one(promise(tmp_path, case("C-1", done=0, closed=0), x=share("repeated")))
    assert (found.n, found.value) == (1, Fraction(0))


def test_a_promise_is_judged_by_periods_of_its_own_kind(tmp_path: Path) -> None:
    floor = share("resolved", at_least="60")
    assert one(promise(tmp_path, *CASES, x=floor)).met is True, "equality meets"
    assert one(promise(tmp_path, *CASES, x=share("resolved", at_least="60.1"))).met is False
    assert one(promise(tmp_path, *CASES, x=share("resolved", at_most="12"))).met is False
    assert one(promise(tmp_path, *CASES, period="2026-Q4", x=floor)).met is None


def test_what_comes_from_outside_or_cannot_be_told_is_not_measured(tmp_path: Path) -> None:
    calls = share("in_time", over="calls", within="2m", entered=True, at_least="100")
    assert one(promise(tmp_path, *CASES, x=calls)).unmeasured is Unmeasured.ENTERED
    assert one(promise(tmp_path, *CASES, x=share("serious", over="incidents"))).unmeasured is Unmeasured.UNKNOWN


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("entered by wang; proof: call log 7", "in place of 97.5: two calls were missing")),
        ("zh-CN", ("由wang录入；依据：call log 7", "原录入97.5，更改原因：two calls were missing")),
    ],
)
def test_an_entered_figure_is_judged_and_says_who_entered_it_with_which_proof(
    tmp_path: Path, language: str, told: tuple[str, ...]
) -> None:
    settings = config(tmp_path)
    first = Entered(
        agreement="harbour-bank/sla-standard", indicator="desk_answer", period="2026-10", value="97.5", n=40,
        proof="call log", by="person:wang", recorded_at=MIDDLE,
    )  # fmt: skip
    then = replace(first, value="95", proof="call log 7", reason="two calls were missing")
    known = replace(facts(settings), entered=in_force([first, then, replace(first, period="2026-11")]))
    made = compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), known, LATER)
    (typed,) = [one for one in made.indicators if one.entered is not None]
    assert (typed.value, typed.n, typed.met) == (Fraction(19, 20), 40, False)
    page = Page(made, language)
    (table,) = indicators(page).blocks
    assert isinstance(table, Table)
    assert [row[0].small[1:] for row in table.rows if len(row[0].small) > 1] == [told]
    rows = list(DictReader(StringIO(CSV.render(made, language).decode("utf-8-sig"))))
    (row,) = [one for one in rows if one["id"] == "desk_answer"]
    assert (row["availability"], row["of"], row["name"], row["reason"]) == ("19/20", "40", "call log 7", "person:wang")
    (sheet,) = [tab for tab in quality(page, "") if tab.name == page.say("Indicators")]
    assert [row[-3:] for row in sheet.rows if row[-1] is not None] == [("wang", "call log 7", told[1])]
    assert unkept(kept(Evidence(parties=parties_of(settings, "harbour-bank"), facts=known))).facts == known


@pytest.mark.parametrize(
    ("language", "told"), [("en", "judged on the quarterly statement"), ("zh-CN", "在季度报告中判定")]
)
def test_a_monthly_statement_says_where_a_quarter_s_promise_is_judged(tmp_path: Path, language: str, told: str) -> None:
    settings = config(tmp_path)
    made = compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), facts(settings), LATER)
    (quarterly,) = measured(promise(tmp_path, *CASES, x=share("resolved", at_least="60", period="quarter")))
    page = Page(replace(made, indicators=(quarterly,)), language)
    assert standing(page, Period.MONTH, quarterly) == told
    (table,) = indicators(page).blocks
    assert isinstance(table, Table) and table.rows[0][-1].small == (told,)
    unpromised = replace(quarterly, indicator=share("resolved", period="quarter"))
    assert standing(page, Period.MONTH, unpromised) == ""


@pytest.mark.parametrize(("scale", "value"), [(5, "4.5"), (100, "90")])
def test_satisfaction_is_on_the_scale_that_was_promised(tmp_path: Path, scale: int, value: str) -> None:
    given = [
        Rating(case=f"C-{n}", at=MIDDLE + HOUR, by="person:li", scores={"overall": n}, comment="", low=False)
        for n in (4, 5)
    ]
    mean = Indicator.model_validate(
        {"id": "x", "name": NAME, "measure": "mean", "over": "ratings", "out_of": scale, "at_least": value}
    )
    found = one(promise(tmp_path, case("C-1", ratings=tuple(given)), x=mean))
    assert (found.n, found.value, found.met) == (2, Fraction(value), True)


@pytest.mark.parametrize(
    ("language", "short", "why"),
    [
        ("en", "missed: First response; not measured: 2", "not measured: it comes from outside, and nobody entered it"),
        ("zh-CN", "未达标：首次响应；未测量2项", "未测量：数据来自系统之外，无人录入"),
    ],
)
def test_a_statement_prints_them_with_n_and_names_on_its_first_page_what_was_missed(
    tmp_path: Path, language: str, short: str, why: str
) -> None:
    settings = config(tmp_path)
    late = replace(facts(settings).cases[0], reported_at=at("10-21 22:05:30"))
    known = replace(facts(settings), cases=(late,))
    statement = compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), known, LATER)
    page = Page(statement, language)
    assert indicators_in_short(page) == short
    (table,) = indicators(page).blocks
    assert isinstance(table, Table) and why in [text for row in table.rows for cell in row for text in cell.small]
    found = {one["id"]: (one["value"], one["n"], one["met"]) for one in document(statement)["indicators"]}
    assert found["first_response"] == ("0/1", 1, False) and found["data_accuracy"] == (None, 0, None)
