"""Reports: what they say in both languages, on paper, as a page and as data."""

import json
import re
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from config.language import CHINESE, ENGLISH, LANGUAGES
from sla.casefile import Happening
from sla.happened import sentence_of
from sla.paper.sheet import Blank, Prose, Sheet, Table
from sla.paper.typeset import typeset
from sla.paper.web import page_of
from sla.report import paper_of
from sla.reports.inspection import findings
from sla.reports.quarterly import share_of
from sla.voice import Voice
from tests.sla.reporting import CASE, FILE, INCIDENT, INSPECTION, NOVEMBER, PAPERS, QUARTER, latency, paper, sums

"""Latin in every language: ids, what people typed, zones, units."""
TYPED = r"CASE|INC|A|Disk|full|emptied|it|false|alarm|Chen|spare|used|changed|a|log|new|disk|still|slow|fine|"
LATIN = TYPED + r"mail|home|port|http|tcp|local|ms|UTC|Asia|Shanghai|SUBJECT|h|min|s"


def said(sheet: Sheet) -> str:
    """Every text of it."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            for name, one in value.items():
                if name not in ("kind", "mark", "glyph", "language", "page"):
                    walk(one)
        elif isinstance(value, list | tuple):
            for one in value:
                walk(one)

    walk(sheet.plain())
    return "\n".join(found)


def cells(sheet: Sheet, title: str) -> str:
    part = next(one for one in sheet.sections if one.title == title)
    return said(replace(sheet, sections=(part,), title="", subtitle="", running="", facts=(), figures=(), summary=""))


@pytest.mark.parametrize("kind", PAPERS)
def test_a_chinese_report_has_no_english_word_of_ours(kind: str) -> None:
    for issued in (True, False):
        words = re.findall(r"[A-Za-z]+", said(paper(kind, issued=issued).sheet(CHINESE)))
        assert {word for word in words if not re.fullmatch(LATIN, word)} == set()


@pytest.mark.parametrize("kind", PAPERS)
def test_an_english_report_has_chinese_only_where_somebody_typed_it(kind: str) -> None:
    text = said(paper(kind, issued=True).sheet(ENGLISH))
    assert not re.search(r"[\u4e00-\u9fff]", text.replace("坏盘", "").replace("备用盘", ""))


@pytest.mark.parametrize("kind", PAPERS)
def test_what_was_issued_is_read_again_to_the_letter(kind: str) -> None:
    made = paper(kind, issued=True)
    again = paper_of(made.report, json.loads(made.record()))
    assert again == made
    assert [again.sheet(one) for one in LANGUAGES] == [made.sheet(one) for one in LANGUAGES]


@pytest.mark.parametrize("kind", PAPERS)
def test_a_page_shows_every_text_of_its_sheet_as_text(kind: str) -> None:
    sheet = paper(kind, issued=True).sheet(ENGLISH)
    page = page_of(sheet, "Asia/Shanghai").decode()
    assert page == page_of(sheet, "Asia/Shanghai").decode()
    assert "<Disk>" not in page
    assert all(one.title in page for one in sheet.sections)
    assert "http://" not in page.replace("http://www.w3.org", "") and "<script" not in page


@pytest.mark.server
@pytest.mark.parametrize("kind", PAPERS)
def test_paper_is_set_in_both_languages_the_same_each_time(kind: str) -> None:
    for language in LANGUAGES:
        sheet = paper(kind, issued=True).sheet(language)
        body = typeset(sheet)
        assert body == typeset(sheet)
        done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=body, capture_output=True, check=True)
        text = re.sub(r"[\s\u200b]+", "", done.stdout.decode())
        assert all(re.sub(r"\s+", "", one.title) in text for one in sheet.sections)


def test_an_incident_says_how_long_it_lasted_went_unnoticed_and_was_left_alone() -> None:
    sheet = paper("incident").sheet(ENGLISH)
    assert [one.text.replace("\u00a0", " ") for one in sheet.figures] == ["30 min", "1 min", "5 min", "1"]


def test_every_row_of_the_timeline_has_when_it_happened_and_when_it_was_written() -> None:
    (table,) = next(one for one in paper("incident").sheet(ENGLISH).sections if one.title == "Timeline").blocks
    assert isinstance(table, Table)
    assert len(table.rows) == len(INCIDENT.happenings) + len(INCIDENT.transitions)
    noted = next(row for row in table.rows if row[3].text == "Noted")
    assert [cell.text for cell in noted[:3]] == ["6 Nov 12:07:00", "6 Nov 12:16:00", "Li Wei"]
    assert table.rows[0][0].text == "6 Nov 12:00:00"


def test_a_recovery_is_shown_with_its_last_failing_and_first_good_check() -> None:
    text = cells(paper("incident").sheet(ENGLISH), "How it was verified")
    assert "6 Nov 12:29:00" in text and "6 Nov 12:28:00" in text


def test_what_nobody_wrote_is_said_and_has_room_and_what_was_written_stands_there() -> None:
    def cause(issued: bool) -> object:
        sheet = paper("incident", issued=issued).sheet(ENGLISH)
        return next(one for one in sheet.sections if one.title == "The cause").blocks[0]

    assert cause(False) == Blank(text="Nothing is recorded.", lines=3)
    assert cause(True) == Prose(text="坏盘")


def test_a_report_is_a_draft_until_it_is_issued_and_a_form_never_is_one() -> None:
    assert paper("incident").sheet(ENGLISH).provisional == "Draft"
    assert paper("incident", issued=True).sheet(ENGLISH).provisional == ""
    assert paper("forms").sheet(ENGLISH).provisional == ""


def test_what_is_not_over_says_so() -> None:
    open_one = replace(INCIDENT, resolved_at=None, acknowledged_at=None, acknowledged_by=None, transitions=(), calls=())
    made = paper("incident", open_one, customer=None)
    assert not made.over(NOVEMBER)
    text = said(made.sheet(ENGLISH))
    assert "It is not over; everything here may change." in text
    assert "Nobody was called." in text and "No good check is recorded since." in text
    assert not paper("completion", replace(FILE, resolved_at=None)).over(NOVEMBER)


def test_only_the_forms_that_the_agreement_names_are_printed() -> None:
    def titles(*forms: str) -> list[str]:
        return [one.title for one in paper("forms", replace(FILE, forms=forms)).sheet(CHINESE).sections]

    assert titles() == ["受理记录表", "处理进度跟踪表", "服务完成确认单", "满意度反馈表"]
    assert titles("progress") == ["处理进度跟踪表"]


def test_the_satisfaction_sheet_has_a_row_for_each_score_and_a_box_for_each_mark() -> None:
    (section,) = paper("forms", replace(FILE, forms=("satisfaction",))).sheet(ENGLISH).sections
    table = next(one for one in section.blocks if isinstance(one, Table))
    assert [row[0].text for row in table.rows] == ["overall", "speed", "skill", "manner"]
    assert all([cell.text for cell in row[1:]] == ["□"] * 5 for row in table.rows)


def test_who_reported_a_case_is_named_as_far_as_it_is_known() -> None:
    def reporter(**changes: Any) -> str:
        return cells(paper("completion", replace(FILE, **changes)).sheet(ENGLISH), "The problem")

    assert "Chen" in reporter()
    assert "by itself, with incident INC-1" in reporter(caller=None)
    assert "Li Wei" in reporter(caller=None, case=replace(CASE, incident=None))
    assert "waits for the customer" in said(paper("forms", replace(FILE, progress="waiting")).sheet(ENGLISH))
    named = {"en": "on its way", "zh-CN": "处理中"}
    assert "on its way" in said(paper("forms", replace(FILE, progress_name=named)).sheet(ENGLISH))


def test_what_holds_calls_is_named_in_the_readers_language() -> None:
    facts = {"holders": ["silence:3", "work:X-7", "INC-2026-0001"], "because": ""}
    held = Happening(what="held", happened_at=0, recorded_at=0, by="upheld", facts=facts)
    text, _ = sentence_of(Voice(paper("inspection").frame, CHINESE), held)
    assert text == "呼叫暂停：静默 3，计划作业 X-7，INC-2026-0001"


def test_an_inspection_finds_failures_gaps_slowness_a_dying_certificate_and_silence() -> None:
    voice = Voice(paper("inspection").frame, ENGLISH)
    shop, mail = INSPECTION.components
    assert [one.replace("\u202f", " ") for one in findings(voice, shop, NOVEMBER)] == [
        "home: 4 of 1000 answers failed (No answer in time 3, Answered with an error 1).",
        "home: 5 questions were not asked, or spoilt by our own fault.",
        "home: answers took 100 ms, in the month before 50 ms.",
        "home: its certificate ends on 13 November 2026.",
        "port: no answer is kept of this period.",
    ]
    assert list(findings(voice, mail, NOVEMBER)) == [
        "No check of ours asks it; what senders report is all that is known."
    ]


def test_a_component_that_answered_every_time_gives_no_finding() -> None:
    voice = Voice(paper("inspection").frame, ENGLISH)
    shop = INSPECTION.components[0]
    well = replace(
        shop.checks[0],
        answers={"up": 1000},
        missed=0,
        reasons={},
        before=latency(0, 70_000),
        certificate_until=NOVEMBER + 90 * 86_400_000,
    )
    assert list(findings(voice, replace(shop, checks=(well,)), NOVEMBER)) == []
    quiet = replace(INSPECTION, components=(replace(shop, checks=(well,)),))
    assert paper("inspection", quiet).sheet(ENGLISH).summary == "Nothing was found."


def test_ninety_five_of_a_hundred_lie_within_the_first_bound_that_holds_them() -> None:
    assert latency(0, 1).within_us == 100_000
    assert latency(0, 1, count=0).within_us is None and latency(0, 1, count=0).mean_us is None


def test_a_quarter_is_the_sum_of_its_seconds_not_the_mean_of_its_months() -> None:
    months = [month.sums[0] for month in QUARTER.months]
    whole = share_of(months)
    assert whole is not None and (whole.numerator, whole.denominator) == (11, 12)
    assert share_of([]) is None
    text = said(paper("quarterly").sheet(ENGLISH)).replace("\u202f", " ")
    assert "91.66 %" in text and "99.90 %" in text and "50.50 %" in text


def test_a_quarter_shows_a_month_with_the_digits_of_its_statement() -> None:
    """To a target of 99.995 a miss with three of them would read as the target."""
    month = replace(QUARTER.months[0], sums=(replace(sums("100000000", "5001"), target="99.995"),))
    text = said(paper("quarterly", replace(QUARTER, months=(month,))).sheet(ENGLISH))
    assert "99.9949\u202f%" in text and "99.995\u202f%" in text


def test_a_service_under_two_agreements_has_a_row_for_each_and_failed_once() -> None:
    other = replace(sums("1000", "4"), agreement="acme/other", target="99.5")
    month = replace(QUARTER.months[0], sums=(replace(sums("1000", "1"), agreement="acme/main"), other))
    made = paper("quarterly", replace(QUARTER, months=(month,))).sheet(ENGLISH)
    text = cells(made, "Availability by month").replace("\u202f", " ")
    assert "99.90 %" in text and "99.60 %" in text and "acme/main" in text and "acme/other" in text
    (downtime, *_) = made.figures
    assert downtime.text == "4\u202fs"


def test_a_quarter_says_each_share_with_its_n_and_nothing_of_what_nobody_rated() -> None:
    text = cells(paper("quarterly").sheet(ENGLISH), "Service quality").replace("\u202f", " ")
    assert "50.0 %" in text and "33.3 %" in text and "4.33" in text
    unrated = cells(paper("quarterly", replace(QUARTER, ratings=(), cases=())).sheet(ENGLISH), "Service quality")
    assert "4.33" not in unrated and "Mean satisfaction, of 5\n–\n0" in unrated


def test_a_measure_of_improvement_stands_with_who_does_it_and_whether_it_is_over() -> None:
    text = cells(paper("quarterly").sheet(ENGLISH), "Improvement measures")
    assert "备用盘" in text and "overdue" in text


def test_a_quarter_has_the_indicators_of_the_agreements_and_judges_its_own() -> None:
    text = cells(paper("quarterly").sheet(ENGLISH), "Indicators").replace("\u202f", " ")
    assert "at least 60%" in text and "66.66 %" in text and "Met" in text
    made = paper("quarterly")
    assert paper_of(made.report, made.document()).facts.indicators == QUARTER.indicators


def test_downtime_is_set_against_the_month_before() -> None:
    text = cells(paper("quarterly").sheet(ENGLISH), "Downtime by month").replace("\u202f", " ")
    assert "+49 s" in text and "as before" in text
