"""What the provider changed in how it measures stands on the statement of the month it was changed in."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.counting import Category
from config.instant import MINUTE, SECOND
from config.language import LANGUAGES
from db.engine import Database
from db.ledger import store as ledger
from db.ledger.leaf import Leaf
from sla.casechange import Act, CaseChange, Reply, within
from sla.change import Change, Definition, changes
from sla.document import document
from sla.formats.html import FORMAT
from sla.page import Page
from sla.paper.change import act_of, changed, changed_in_short, since_then
from sla.paper.section import sections
from sla.paper.sheet import Table
from sla.parties import parties_of
from sla.period import parse_period
from sla.statement import Statement, compose
from sla.store.definition import definitions
from tests.sla.contract import LATER, NOVEMBER, OCTOBER, at, config, facts

ASKING: dict[str, Any] = {
    "asked": True,
    "interval_ms": 30 * SECOND,
    "timeout_ms": 10 * SECOND,
    "down_when": {"mode": "any", "up": None},
}


def defined(when: str, check: str = "pay/home", **values: Any) -> Definition:
    body = {"check": check, "component": "pay", **values}
    return Definition(check=check, component="pay", recorded_at=at(when), values=body)


def test_two_definitions_in_a_row_differ_in_what_was_changed() -> None:
    line = (
        defined("09-20 00:00:00", **ASKING),
        defined("10-05 10:00:00", **{**ASKING, "interval_ms": 5 * MINUTE, "timeout_ms": MINUTE}),
        defined("10-06 10:00:00", asked=False),
        defined("10-07 10:00:00", **ASKING),
    )
    found = changes(line, (OCTOBER, NOVEMBER))
    assert [(one.name, one.before, one.after) for one in found] == [
        ("interval_ms", 30_000, 300_000),
        ("timeout_ms", 10_000, 60_000),
        ("asked", True, False),
        ("asked", False, True),
    ]
    assert changes(reversed(line), (OCTOBER, NOVEMBER)) == found


def test_a_change_belongs_to_the_period_it_was_recorded_in() -> None:
    line = (defined("10-01 00:00:00", **ASKING), defined("11-01 00:00:00", asked=False))
    assert [one.after for one in changes(line, (OCTOBER, NOVEMBER))] == [True]
    assert changes(line[:1], (OCTOBER + 1, NOVEMBER)) == ()
    assert changes(line[:1], (OCTOBER, NOVEMBER))[0].before is None


def stated(folder: Path, *line: Definition) -> Statement:
    settings = config(folder)
    known = replace(facts(settings), definitions=line)
    return compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), known, LATER)


SLOWER = (
    defined("09-20 00:00:00", **ASKING),
    defined("10-05 10:00:00", **{**ASKING, "interval_ms": 5 * MINUTE, "down_when": {"mode": "fewer_than_up", "up": 2}}),
)


@pytest.mark.parametrize(
    ("language", "rows"),
    [
        (
            "en",
            [
                [
                    "5 Oct 10:00:00",
                    "pay/home",
                    "The service is down when",
                    "one check is down",
                    "fewer than 2 checks are up",
                ],
                ["5 Oct 10:00:00", "pay/home", "Interval", "30 s", "5 min"],
            ],
        ),
        (
            "zh-CN",
            [
                ["10月5日10:00:00", "pay/home", "服务计为故障的条件", "任一检查故障", "正常的检查少于2项"],
                ["10月5日10:00:00", "pay/home", "间隔", "30秒", "5分"],
            ],
        ),
    ],
)
def test_what_was_changed_is_printed_in_words(tmp_path: Path, language: str, rows: list[list[str]]) -> None:
    statement = stated(tmp_path, *SLOWER)
    title = Page(statement, language).say("Changed by the provider")
    (part,) = [one for one in sections(Page(statement, language), "0" * 64) if one.title == title]
    table, _ = part.blocks
    assert isinstance(table, Table)
    texts = [[cell.text.replace("\u202f", " ").replace("\u00a0", " ") for cell in row] for row in table.rows]
    assert texts == rows
    page = FORMAT.render(statement, language).decode()
    assert all(word in page for word in (title, rows[0][2], rows[0][3], rows[0][4]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_month_without_changes_says_so(tmp_path: Path, language: str) -> None:
    statement = stated(tmp_path, SLOWER[0])
    said = Page(statement, language).say("Nothing in how these services are asked.")
    assert said in FORMAT.render(statement, language).decode()


PLACES: dict[str, Any] = {
    "locations": {"local": "supplier", "branch": "customer", "probes": "third-party"},
    "quorum": {"bad": 2, "fresh": 2},
    "witnesses": ["tcp://192.0.2.1:443", "tcp://198.51.100.1:53"],
}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "local, branch (run by the customer), probes (run by a third party)",
                "down when 2 places say so; unknown when fewer than 2 know",
                "tcp://192.0.2.1:443, tcp://198.51.100.1:53",
            ],
        ),
        (
            "zh-CN",
            [
                "local、branch（由客户运行）、probes（由第三方运行）",
                "2 处认定时计为不可用；有效观测地点不足 2 处时计为未知",
                "tcp://192.0.2.1:443、tcp://198.51.100.1:53",
            ],
        ),
    ],
)
def test_places_their_owners_and_their_votes_are_printed_in_words(
    tmp_path: Path, language: str, words: list[str]
) -> None:
    later = defined("10-05 10:00:00", **{**ASKING, **PLACES})
    statement = stated(tmp_path, SLOWER[0], later, defined("10-06 10:00:00", "pay/beat", **ASKING))
    observed = replace(statement, observers={"pay": ("pay/home@branch", "pay/home@local"), "shop": ()})
    page = FORMAT.render(observed, language).decode().replace("\u202f", " ")
    assert all(word in page for word in words)
    assert page.count(words[1]) == 2, "on the first page, and as a change"
    assert words[0].rpartition(", probes")[0].rpartition("、probes")[0] in page
    body = document(observed)
    assert (body["locations"], body["quorum"]) == (PLACES["locations"], PLACES["quorum"])


def test_from_one_place_the_record_says_of_places_what_it_always_said(tmp_path: Path) -> None:
    body = document(stated(tmp_path, *SLOWER))
    assert not {"locations", "quorum"} & body.keys()
    owned = stated(tmp_path, defined("09-20 00:00:00", **{**ASKING, "locations": {"local": "third-party"}}))
    assert document(owned)["locations"] == {"local": "third-party"}
    observed = replace(owned, observers={"pay": ("pay/home@local",), "shop": ()})
    assert "from local (run by a third party)" in FORMAT.render(observed, "en").decode()


STOPPED = CaseChange(
    case="CASE-2026-0007",
    act=Act.STOPPED,
    at=at("10-05 10:00:00"),
    happened_at=at("10-05 09:00:00"),
    by="person:li",
    reason="your log of the morning",
    seen_at=at("10-05 10:00:00"),
    until=at("10-05 12:30:00"),
)
LOWERED = replace(
    STOPPED, act=Act.LOWERED, happened_at=STOPPED.at, at=STOPPED.at, until=None, reason="one branch", before=1, after=3
)


@pytest.mark.parametrize(
    ("language", "what", "since"),
    [
        ("en", "resolve clock stopped for a third party", "the customer contested it 5 Oct 12:30:00: the clock ran on"),
        ("zh-CN", "因等待第三方，解决时限停止计时", "客户于10月5日12:30:00提出异议：不停止计时"),
    ],
)
def test_a_stop_for_others_says_for_whom_where_it_is_seen_and_that_it_was_contested(
    tmp_path: Path, language: str, what: str, since: str
) -> None:
    assert STOPPED.until is not None
    contested = replace(
        STOPPED, waits_for=Category.THIRD_PARTY, evidence="T-1", reply=Reply.CONTESTED, replied_at=STOPPED.until
    )
    page = Page(replace(stated(tmp_path), case_changes=(contested,)), language)
    assert plain(act_of(page, contested)) == what
    told = [plain(one) for one in since_then(page, contested)]
    assert told[0] == since and "T-1" in told[1]
    (record,) = document(page.statement)["case_changes"]
    assert (record["waits_for"], record["evidence"], record["reply"]) == ("third-party", "T-1", "contested")


def test_what_stands_in_a_period_is_levels_said_in_it_and_clocks_stopped_over_it() -> None:
    before, after = at("10-05 11:00:00"), at("10-06 00:00:00")
    assert within([STOPPED, LOWERED], (before, after)) == (STOPPED,)
    assert within([replace(STOPPED, until=None)], (after, after + 1)) != ()
    assert within([STOPPED, LOWERED], (at("10-05 13:00:00"), after)) == ()
    assert within([STOPPED, LOWERED], (0, STOPPED.at)) == ()


@pytest.mark.parametrize(
    ("language", "short", "rows"),
    [
        (
            "en",
            "listed below: levels of cases: 1, stopped clocks: 1",
            [
                ["resolve clock stopped", "until 5 Oct 12:30:00, 2 h 30 min", "said to have been 5 Oct 09:00:00"],
                ["level lowered from 1 to 3", "not confirmed: the stricter level stands"],
            ],
        ),
        (
            "zh-CN",
            "见下文：工单级别1项、停止计时1项",
            [
                ["解决时限停止计时", "至10月5日12:30:00，2小时30分", "所称时间：10月5日09:00:00"],
                ["级别由1降为3", "客户未确认：以较严的级别为准"],
            ],
        ),
    ],
)
def test_levels_and_stopped_clocks_of_cases_are_told_with_who_why_and_when_it_was_seen(
    tmp_path: Path, language: str, short: str, rows: list[list[str]]
) -> None:
    settings = config(tmp_path)
    known = facts(settings)
    cases = (replace(known.cases[0], changes=(STOPPED, LOWERED)), *known.cases[1:])
    statement = compose(
        parties_of(settings, "harbour-bank"), parse_period("2026-10"), replace(known, cases=cases), LATER
    )
    page = Page(statement, language)
    assert plain(changed_in_short(page)) == short
    _, table = changed(page).blocks
    assert isinstance(table, Table)
    assert [[plain(text) for text in (row[2].text, *row[2].small)] for row in table.rows] == rows
    assert all(row[3].text == "li" and row[3].small and "10" in row[4].text for row in table.rows)
    assert [(one["act"], one["until"]) for one in document(statement)["case_changes"]] == [
        ("clock_stopped", "2026-10-05T04:30:00.000Z"),
        ("level_lowered", None),
    ]


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_the_record_has_every_change(tmp_path: Path) -> None:
    data = document(stated(tmp_path, *SLOWER))
    assert [(one["check"], one["name"], one["before"], one["after"]) for one in data["changes"]] == [
        ("pay/home", "down_when", {"mode": "any", "up": None}, {"mode": "fewer_than_up", "up": 2}),
        ("pay/home", "interval_ms", 30_000, 300_000),
    ]
    assert data["changes"][0]["at"] == "2026-10-05T02:00:00.000Z"


@pytest.mark.store
async def test_definitions_are_read_from_their_leaves_up_to_an_instant(database: Database) -> None:
    def leaf(component: str, **values: Any) -> Leaf:
        body = {"check": f"{component}/home", "component": component, **values}
        return Leaf(kind="check", stream=f"check/{component}/home", body=body)

    def fill(tx: Any) -> None:
        ledger.append(tx, leaf("pay", **ASKING), 1_000)
        ledger.append(tx, leaf("payroll", **ASKING), 1_500)
        ledger.append(tx, leaf("pay", asked=False), 2_000)
        ledger.append(tx, leaf("pay", **ASKING), 3_000)

    await database.write(fill)
    found = await database.read(lambda tx: definitions(tx, ["pay"], 2_000))
    assert [(one.component, one.recorded_at, one.values["asked"]) for one in found] == [
        ("pay", 1_000, True),
        ("pay", 2_000, False),
    ]
    (gone,) = changes(found, (1_001, 9_000))
    assert gone == Change(check="pay/home", component="pay", at=2_000, name="asked", before=True, after=False)
