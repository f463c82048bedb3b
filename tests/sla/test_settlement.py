"""What a month's statement says of remedies, composed from facts: periods, versions, cases, the record and the page."""

import json
from dataclasses import replace
from pathlib import Path

from config.agreement import CaseKind
from config.instant import HOUR, Instant, parse_rfc3339
from config.model import Config
from config.state import State
from sla.booking import MonthOutcome, RecordedBreach, Standing
from sla.document import document, record
from sla.formats.csv import FORMAT as CSV
from sla.formats.html import FORMAT as HTML
from sla.formats.pdf import FORMAT as PDF
from sla.page import Page
from sla.paper.remedy import owed as owed_on_paper
from sla.paper.sheet import Note, Table
from sla.parties import parties_of
from sla.period import parse_period
from sla.record import CaseRecord, CommitmentRecord, Facts, Outcome, Word
from sla.remedydocument import owed, owed_more
from sla.statement import Statement, compose
from tests.sla.contract import AGREEMENT, LATER, at, config, transition

TERMS = """
        fee: {amount: "120000", currency: CNY, per: month}
        amounts: {total: {name: {zh-CN: 合同总额, en: the contract's total}, amount: "1440000", currency: CNY}}
        remedies:
          - {id: missed, each: [target], percent: "10", of: fee}
          - {id: clocks, each: [respond, resolve], percent: "5", of: fee}
          - {id: silence, each: [confidentiality], extend: 30d}
          - {cap: "20", of: total, per: contract_year}
          - {id: plan, missed: 3, then: {zh-CN: 提交改进方案, en: an improvement plan}, due: 15d, missed_month: month}
          - {same_outage: highest}
"""


def missed(name: str, start: str, due: str, *, case: str = "CASE-1", agreement: str | None = None) -> CaseRecord:
    clock = CommitmentRecord(
        name=name, started_at=at(start), due_at=at(due), done_at=at(due) + HOUR, outcome=Outcome.MISSED
    )
    return CaseRecord(
        id=case,
        kind=CaseKind.FAULT,
        level=1,
        level_name="Urgent",
        title="Payment is down",
        component="pay",
        incident=None,
        reported_at=at(start),
        closed_at=at(due) + HOUR,
        commitments=(clock,),
        agreement=agreement,
    )


def down(*, start: str = "10-05 00:00:00", end: str = "10-05 03:00:00") -> Facts:
    up = transition("09-01 00:00:00", State.UP)
    return Facts(
        transitions={
            "pay": (up, transition(start, State.DOWN), transition(end, State.UP)),
            "shop": (up,),
        }
    )


def settings(folder: Path, **changed: str) -> Config:
    text = AGREEMENT
    for old, new in changed.items():
        text = text.replace(f"{old}: month", f"{old}: {new}")
    return config(folder, text + TERMS)


def month(settings: Config, known: Facts, period: str = "2026-10", now: Instant = LATER) -> Statement:
    return compose(parties_of(settings, "harbour-bank"), parse_period(period), known, now)


def claimed(statement: Statement) -> dict[str, int]:
    return {one.breach: one.granted for one in statement.remedies.claims}


def test_a_missed_target_and_a_missed_time_limit_are_owed_once_for_one_outage(tmp_path: Path) -> None:
    inside = missed("resolve", "10-05 00:01:00", "10-05 02:01:00")
    apart = missed("respond", "10-20 10:00:00", "10-20 10:15:00", case="CASE-2")
    statement = month(settings(tmp_path), replace(down(), cases=(inside, apart)))
    assert claimed(statement) == {
        "target/pay/2026-10": 600_000,
        "case/CASE-1/resolve": 600_000,
        "case/CASE-2/respond": 600_000,
    }
    assert owed(statement.remedies.claims) == {"CNY": "18000.00"}
    assert owed_more(statement.remedies.entries) == (("CNY", "18000.00"),)
    (target,) = [one for one in statement.remedies.claims if one.kind == "target"]
    assert target.causes == tuple(one.id for one in statement.components[0].counted.outages)


def test_a_missed_time_limit_belongs_to_the_month_of_its_deadline(tmp_path: Path) -> None:
    late = replace(down(end="10-05 00:00:01"), cases=(missed("resolve", "10-31 23:00:00", "11-01 00:00:00"),))
    known = settings(tmp_path)
    assert claimed(month(known, late)) == {}
    assert claimed(month(known, late, "2026-11")) == {"case/CASE-1/resolve": 600_000}


def test_a_case_of_another_agreement_is_no_breach_of_this_one(tmp_path: Path) -> None:
    other = missed("resolve", "10-05 00:01:00", "10-05 02:01:00", agreement="harbour-bank/another")
    assert claimed(month(settings(tmp_path), replace(down(end="10-05 00:00:01"), cases=(other,)))) == {}


def test_a_yearly_target_is_settled_with_the_month_that_ends_the_year(tmp_path: Path) -> None:
    known = settings(tmp_path, period="year")
    outage = down(end="10-06 00:00:00")
    assert claimed(month(known, outage)) == {}
    december = month(known, outage, "2026-12", at("12-31 23:59:59") + 72 * HOUR)
    assert claimed(december) == {"target/pay/2026": 1_200_000}
    (row,) = Page(december, "en").remedy_rows()
    assert row.causes == "5 Oct 00:00:00"  # of an outage that December's own list does not have
    assert claimed(month(known, outage, "2026", at("12-31 23:59:59") + 72 * HOUR)) == {}


def test_a_year_is_settled_by_what_its_months_were_sealed_to_count(tmp_path: Path) -> None:
    known, end = settings(tmp_path, period="year"), parse_rfc3339("2027-01-03T09:00:00+08:00")
    up, unknown = transition("01-01 00:00:00", State.UP), transition("10-05 00:00:00", State.UNKNOWN)
    blind = Facts(transitions={"pay": (up, unknown, transition("10-05 20:00:00", State.UP)), "shop": (up,)})
    silent = replace(blind, earlier=((parse_period("2026-10"), Word.UNANSWERED),))
    assert claimed(month(known, blind, "2026-12", end)) == {}
    assert list(claimed(month(known, silent, "2026-12", end))) == ["target/pay/2026"]


def test_a_yearly_target_is_settled_when_the_agreement_ends_before_the_year(tmp_path: Path) -> None:
    text = AGREEMENT.replace("period: month", "period: year").replace(
        "effective: 2026-01-01", "effective: 2026-01-01\n        ends: 2026-11-01"
    )
    assert claimed(month(config(tmp_path, text + TERMS), down(end="10-06 00:00:00"))) == {"target/pay/2026": 1_200_000}


def test_a_quarterly_target_is_settled_with_its_last_month(tmp_path: Path) -> None:
    known = settings(tmp_path, period="quarter")
    outage = down(end="10-06 00:00:00")
    assert claimed(month(known, outage)) == {}
    assert claimed(month(known, outage, "2026-12", at("12-31 23:59:59") + 72 * HOUR)) == {
        "target/pay/2026-Q4": 1_200_000
    }


def test_the_third_missed_month_opens_an_obligation(tmp_path: Path) -> None:
    known = settings(tmp_path)
    earlier = tuple(
        MonthOutcome(
            agreement="harbour-bank/sla-standard", month=one, standing=Standing.MISSED, year_so_far=Standing.MISSED
        )
        for one in ("2026-08", "2026-09")
    )
    statement = month(known, replace(down(), outcomes=earlier))
    assert [(one.run, one.of) for one in statement.remedies.streaks] == [(3, 3)]
    (owed_by,) = statement.remedies.obligations
    assert owed_by.id == "harbour-bank/sla-standard/plan/2026-10"
    assert month(known, replace(down(), outcomes=earlier[1:])).remedies.obligations == ()
    assert month(known, replace(down(end="10-05 00:00:01"), outcomes=earlier)).remedies.obligations == ()


def test_the_record_is_the_same_before_and_after_its_own_bookings(tmp_path: Path) -> None:
    known = settings(tmp_path)
    facts = replace(down(), cases=(missed("resolve", "10-05 00:01:00", "10-05 02:01:00"),))
    first = month(known, facts)
    again = month(known, replace(facts, bookings=first.remedies.entries, obligations=first.remedies.opened))
    assert record(again) == record(first)
    assert again.remedies.entries == ()


def test_a_recorded_breach_of_confidentiality_counts_in_the_month_it_happened(tmp_path: Path) -> None:
    breach = RecordedBreach(id="B-1", agreement="harbour-bank/sla-standard", happened_at=at("10-09 12:00:00"))
    statement = month(settings(tmp_path), replace(down(end="10-05 00:00:01"), breaches=(breach,)))
    assert [(one.breach, one.days) for one in statement.remedies.claims] == [("confidentiality/B-1", 30)]


def test_the_document_has_money_as_exact_decimals(tmp_path: Path) -> None:
    found = document(month(settings(tmp_path), down()))["remedies"]
    assert found["owed"] == {"CNY": "12000.00"}
    (claim,) = found["claims"]
    assert (claim["percent"], claim["of"], claim["amount"], claim["capped"]) == ("10", "fee", "12000.00", "0.00")
    assert found["streaks"] == [
        {"agreement": "harbour-bank/sla-standard", "rule": "plan", "missed": 1, "of": 3, "in_last": None}
    ]
    assert json.loads(json.dumps(found)) == found


def test_an_agreement_without_remedies_says_nothing_of_them(tmp_path: Path) -> None:
    statement = month(config(tmp_path), down())
    assert document(statement)["remedies"] == {"owed": {}, "claims": [], "streaks": [], "obligations": []}
    assert "Remedies" not in HTML.render(statement, "en").decode()


def test_the_paper_has_a_section_of_remedies_only_where_some_are_agreed(tmp_path: Path) -> None:
    statement = month(settings(tmp_path), down())
    (section,) = owed_on_paper(Page(statement, "zh-CN"))
    table, total, streak = section.blocks
    assert isinstance(table, Table)
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["未达到可用性目标，支付接口", "服务费的10%", "CNY 12,000.00"]
    ]
    assert (total, streak) == (
        Note(text="合计：CNY 12,000.00（人民币壹万贰仟元整）。"),
        Note(text="连续未达标月数：1，约定为3。"),
    )
    assert PDF.render(statement, "zh-CN").startswith(b"%PDF")
    assert list(owed_on_paper(Page(month(config(tmp_path), down()), "en"))) == []


def test_the_printed_page_and_the_rows_say_what_is_owed(tmp_path: Path) -> None:
    facts = replace(down(), cases=(missed("resolve", "10-05 00:01:00", "10-05 02:01:00"),))
    statement = month(settings(tmp_path), facts)
    english, chinese = HTML.render(statement, "en").decode(), HTML.render(statement, "zh-CN").decode()
    assert "Missed target, Payment API" in english
    assert "CNY 6,000.00 owed already for the same outage" in english
    assert "In all: CNY 12,000.00." in english
    assert "合计：CNY 12,000.00（人民币壹万贰仟元整）。" in chinese
    assert "连续未达标月数：1，约定为3。" in chinese
    rows = [line for line in CSV.render(statement, "en").decode("utf-8-sig").splitlines() if line.startswith("remedy,")]
    assert len(rows) == 2
    assert rows[0].endswith("10,fee,CNY,6000.00,6000.00,0.00,0")
