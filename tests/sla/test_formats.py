"""How a statement is written down: canonical JSON, rows that no spreadsheet runs, one page in both languages."""

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import rfc8785
from typing_extensions import override

from config.discover import discover
from config.language import LANGUAGES, catalogue
from sla import formats
from sla.format import Format
from sla.paper.style import allowed
from sla.parties import parties_of
from sla.period import parse_period
from sla.statement import Statement, compose
from tests.sla.contract import AGREEMENT, LATER, at, config, facts
from tests.sla.printable import may_stand
from tests.sla.reporting import MEASURE
from tests.sla.solving import account_of

FORMATS = discover(formats, "FORMAT", Format)


@pytest.fixture
def statement(tmp_path: Path) -> Statement:
    settings = config(tmp_path)
    return compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), facts(settings), LATER)


def render(statement: Statement, kind: str, language: str = "en") -> str:
    return FORMATS[kind].render(statement, language).decode("utf-8-sig")


def test_formats_are_offered_under_their_file_names() -> None:
    offered = {name: form.extension for name, form in FORMATS.items()}
    assert (
        offered.items()
        >= {"csv": "csv", "html": "html", "json": "json", "ledger": "ledger.csv", "pdf": "pdf", "xlsx": "xlsx"}.items()
    )
    assert {name for name, form in FORMATS.items() if form.binary} >= {"pdf", "xlsx"}


def test_json_is_canonical_and_the_same_in_every_language(statement: Statement) -> None:
    written = FORMATS["json"].render(statement, "en")
    assert written == FORMATS["json"].render(statement, "zh-CN")
    assert written == rfc8785.dumps(json.loads(written))


def test_json_has_the_result_keys_of_an_account_for_each_component(statement: Statement) -> None:
    data = json.loads(render(statement, "json"))
    pay, shop = data["components"]
    case = account_of(
        {
            "window_start": data["start"],
            "window_end": data["end"],
            "initial_state": "up",
            "events": [
                {"t": at(when) // 1000, "state": state}
                for when, state in [
                    ("10-02 09:12:30", "partial"),
                    ("10-02 09:50:42", "up"),
                    ("10-11 01:20:00", "down"),
                    ("10-11 01:31:30", "up"),
                    ("10-15 03:00:00", "unknown"),
                    ("10-15 03:04:00", "up"),
                    ("10-21 22:04:00", "down"),
                    ("10-21 22:20:30", "up"),
                ]
            ],
            "exclusions": [
                {"start": at(f"10-{day} 01:00:00") // 1000, "end": at(f"10-{day} 05:00:00") // 1000}
                for day in ("04", "11", "18", "25")
            ],
            "params": {"targets": [{"from": data["start"], "to": data["end"], "target_pct": "99.9"}]},
        }
    )
    assert {key: pay[key] for key in case} == case
    assert (pay["component"], shop["component"], shop["availability"]) == ("pay", "shop", "1/1")


def test_displayed_shares_are_cut_to_one_place_more_than_the_target(statement: Statement, tmp_path: Path) -> None:
    (pay, shop) = json.loads(render(statement, "json"))["components"]
    assert pay["display"] == {
        "availability": "99.91",
        "removed": "99.91",
        "retained": "99.92",
        "lower": "99.90",
        "upper": "99.91",
        "coverage": "99.99",
    }
    assert shop["display"]["availability"] == "100"
    settings = config(tmp_path, AGREEMENT.replace('"99.9"', '"99.925"'))
    finer = compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), facts(settings), LATER)
    assert json.loads(render(finer, "json"))["components"][0]["display"]["availability"] == "99.9184"


def test_rows_say_what_they_are_and_their_figures_are_exact(statement: Statement) -> None:
    rows = list(csv.DictReader(io.StringIO(render(statement, "csv"))))
    assert [row["record"] for row in rows].count("outage") == 3
    assert {row["record"] for row in rows} == {"component", "outage", "exclusion", "case", "indicator", "consent"}
    assert (rows[0]["id"], rows[0]["counted_down_s"], rows[0]["met"], rows[0]["remaining_s"]) == (
        "pay",
        "2136",
        "true",
        "12114/25",
    )
    (late,) = [row for row in rows if row["id"] == "late"]
    assert (late["state"], late["reason"]) == ("invalid", "late")


def test_measures_of_improvement_have_rows(statement: Statement) -> None:
    rows = list(csv.DictReader(io.StringIO(render(replace(statement, measures=(MEASURE,)), "csv"))))
    (row,) = [row for row in rows if row["record"] == "measure"]
    assert (row["name"], row["state"], row["reason"]) == ("备用盘", "open", "person:li")


@pytest.mark.parametrize(
    "title", ["=1+1", "+1", "-1+2", "-1/2/3", "-１", "@SUM(A1)", "\t=1", "\r=1", "＝1", '=cmd|" /C calc"!A0']
)
def test_no_cell_can_start_a_formula(statement: Statement, title: str) -> None:
    (case,) = statement.cases
    rows = csv.DictReader(
        io.StringIO(render(replace(statement, cases=(replace(case, title=title),)), "csv"), newline="")
    )
    (row,) = [row for row in rows if row["record"] == "case"]
    assert row["name"] == "'" + title


def test_a_negative_figure_stays_a_number(tmp_path: Path) -> None:
    settings = config(tmp_path, AGREEMENT.replace('"99.9"', '"100"'))
    missed = compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), facts(settings), LATER)
    (pay, *_) = list(csv.DictReader(io.StringIO(render(missed, "csv"))))
    assert (pay["remaining_s"], pay["met"]) == ("-2136", "false")
    settings = config(tmp_path, AGREEMENT.replace('"99.9"', '"99.99"'))
    missed = compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), facts(settings), LATER)
    (pay, *_) = list(csv.DictReader(io.StringIO(render(missed, "csv"))))
    assert pay["remaining_s"] == "-234243/125"


class Seen(HTMLParser):
    """What a reader sees, and what a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.hidden = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.hidden = tag == "style"
        self.fetched += [
            value or "" for name, value in attrs if name in ("src", "href") and not (value or "").startswith("#")
        ]

    @override
    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    @override
    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.text.append(data)


def seen(statement: Statement, language: str) -> Seen:
    page = Seen()
    page.feed(render(statement, "html", language))
    return page


def words(statement: Statement, language: str) -> str:
    return re.sub(r"\s+", " ", " ".join(seen(statement, language).text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_alone(statement: Statement, language: str) -> None:
    page = seen(statement, language)
    assert page.fetched == []
    assert "script" not in page.tags
    assert "url(" not in render(statement, "html", language)
    assert f'<html lang="{language}">' in render(statement, "html", language)


def test_a_server_lets_the_pages_style_sheet_stand_in_it(statement: Statement) -> None:
    assert may_stand(render(statement, "html", "en"), allowed())


def test_what_people_typed_is_shown_and_never_markup(statement: Statement) -> None:
    assert "Payment API is down <b>" in words(statement, "en")
    assert "<b>" not in re.sub(r"<b>[^<]*</b>", "", render(statement, "html").replace("&lt;b&gt;", ""))


def test_a_case_that_an_incident_opened_is_named_in_words(statement: Statement) -> None:
    (case,) = statement.cases
    opened = replace(statement, cases=(replace(case, title="timeout"),))
    assert "No answer in time Payment API" in words(opened, "en")
    assert "超时未应答 支付接口" in words(opened, "zh-CN")
    told = replace(statement, cases=(replace(case, title="timeout", incident=None),))
    assert "timeout Payment API" in words(told, "en")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Workaround missed, limit 30 min"), ("zh-CN", "临时方案 未达成，时限30分")]
)
def test_a_limit_that_nobody_kept_is_called_missed(statement: Statement, language: str, said: str) -> None:
    (case,) = statement.cases
    (clock,) = case.commitments
    missed = replace(case, commitments=(replace(clock, name="workaround", done_at=None),))
    assert said in words(replace(statement, cases=(missed,)), language)


def test_the_english_page_says_the_figures(statement: Statement) -> None:
    text = words(statement, "en").replace("\u202f", " ").replace("\u00a0", " ")
    for said in (
        "Monthly availability statement October 2026",
        "Harbour Bank",
        "99.91 %",
        "cut, not rounded: 2 618 424／2 620 560 s",
        "81.6 %",
        "35 min 36 s of 43 min 41 s",
        "Target met: Payment API, Web shop. A time limit was missed: CASE-7. Not excluded: late.",
        "excluded time removed: 99.91 %; kept: 99.92 %",
        "99.90–99.91 %",
        "2 Oct 09:12:30–09:50:42 Partial outage 38 min 12 s 0 19 min 6 s",
        "21 Oct 12:40, 9 h 20 min ahead; 24 h needed",
        "announced too late",
        "Respond 21 Oct 22:38, due 21 Oct 22:35",
        "109101／109190",
        "A partial outage counts 1/2 of its time. agreement",
        "Agreed maintenance: excluded if announced at least 24 h ahead. profile sla-standard@1",
        "Days and months begin at midnight, zone Asia/Shanghai. site setting",
        "Confirmed by both sides",
    ):
        assert said in text, said


def test_the_chinese_page_says_the_same_and_nothing_in_english(statement: Statement) -> None:
    text = words(statement, "zh-CN")
    for said in (
        "服务可用性月度报告",
        "2026年10月",
        "海港银行",
        "99.91%",
        "达到目标：支付接口、网上商城。时限未达成：CASE-7。不予扣除：late。",
        "10月2日09:12:30–09:50:42",
        "部分故障",
        "10月21日12:40，提前9小时20分；要求24小时",
        "响应 10月21日22:38，期限 10月21日22:35",
        "部分故障按其时长的1/2计入。",
        "双方确认",
    ):
        assert said in text, said
    english = [sentence for sentence in catalogue("sla", "zh-CN") if len(sentence) > 12 and "{" not in sentence]
    assert [sentence for sentence in english if sentence in text] == []


def test_a_running_month_is_marked_as_provisional_and_not_signed(tmp_path: Path) -> None:
    settings = config(tmp_path)
    running = compose(
        parties_of(settings, "harbour-bank"), parse_period("2026-10"), facts(settings), at("10-22 12:00:00")
    )
    text = words(running, "en")
    assert "Provisional, up to 22 Oct 12:00." in text
    assert "The period has not ended; everything here may change." in text
    assert "Confirmed by both sides" not in text


@pytest.mark.parametrize(("language", "mark"), [("en", "Demo data"), ("zh-CN", "演示数据")])
def test_demo_data_is_marked_on_the_page(statement: Statement, language: str, mark: str) -> None:
    assert mark not in words(statement, language)
    assert words(replace(statement, marked_as_demo=True), language).count(mark) == 2
    assert json.loads(render(replace(statement, marked_as_demo=True), "json"))["demo"] is True


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("period", ["2026-Q3", "2026-Q4", "2026", "2026-11"])
def test_every_kind_of_period_can_be_printed(tmp_path: Path, language: str, period: str) -> None:
    text = AGREEMENT.replace("period: month", "period: year").replace("service_hours: 24x7", "service_hours: office")
    calendars = '\ncalendars:\n  office: {country: CN, hours: {mon-fri: ["09:00-18:00"]}}\n'
    settings = config(tmp_path, text, calendars)
    printed = compose(parties_of(settings, "harbour-bank"), parse_period(period), facts(settings), LATER)
    for offered in FORMATS.values():
        assert offered.render(printed, language)
    assert ("年" if language == "zh-CN" else "2026") in words(printed, language)
