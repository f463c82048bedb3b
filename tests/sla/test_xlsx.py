"""The workbook, read as what it is: a zip of XML. Formulas give the exact figures, and no text is a formula."""

import re
import xml.etree.ElementTree as ElementTree
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pytest

from config.language import LANGUAGES, catalogue
from sla.formats.xlsx import FORMAT
from sla.parties import parties_of
from sla.period import parse_period
from sla.record import Answer, Word
from sla.statement import Statement, compose
from tests.sla.contract import AGREEMENT, LATER, at, config, facts
from tests.sla.reporting import MEASURE
from tests.sla.test_change import LOWERED, STOPPED
from tests.sla.test_rating import GOOD, LOW
from tests.sla.test_settlement import TERMS, down, missed, month, settings

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
CELL = re.compile(r"\b([A-Z]+)(\d+)\b")


@pytest.fixture
def statement(tmp_path: Path) -> Statement:
    return stated(tmp_path)


def stated(folder: Path, text: str = AGREEMENT) -> Statement:
    settings = config(folder, text)
    return compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), facts(settings), LATER)


class Workbook:
    """Sheets by name: cell -> (type, formula, value as written)."""

    def __init__(self, body: bytes) -> None:
        self.archive = zipfile.ZipFile(BytesIO(body))
        texts = self._read("xl/sharedStrings.xml").findall("m:si", NS)
        self.texts = ["".join(part.text or "" for part in one.iter(f"{{{NS['m']}}}t")) for one in texts]
        sheets = self._read("xl/workbook.xml").findall("m:sheets/m:sheet", NS)
        self.sheets = {one.attrib["name"]: self._cells(place) for place, one in enumerate(sheets, start=1)}

    def _read(self, name: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.archive.read(name))

    def _cells(self, place: int) -> dict[str, tuple[str, str | None, str]]:
        found: dict[str, tuple[str, str | None, str]] = {}
        for cell in self._read(f"xl/worksheets/sheet{place}.xml").iter(f"{{{NS['m']}}}c"):
            formula, value = cell.find("m:f", NS), cell.findtext("m:v", "", NS)
            kind = cell.attrib.get("t", "n")
            shown = self.texts[int(value)] if kind == "s" else value
            found[cell.attrib["r"]] = kind, None if formula is None else formula.text, shown
        return found

    def column(self, sheet: str, title: str) -> str:
        return next(cell.rstrip("0123456789") for cell, (_, _, text) in self.sheets[sheet].items() if text == title)


def calculated(cells: dict[str, tuple[str, str | None, str]], cell: str) -> Fraction:
    """What the cell gives, exactly: the four operations over other cells, each number as it is written."""
    _, formula, value = cells[cell]
    if formula is None:
        return Fraction(value)
    python = re.sub(r"(?<![A-Z\d])(\d+)(?![\d])", r"Fraction(\1)", formula)
    known = {name: calculated(cells, name) for name in {found[0] for found in CELL.finditer(formula)}}
    return Fraction(eval(python, {"Fraction": Fraction, **known}))


def test_the_sheets_are_those_of_the_statement(statement: Statement) -> None:
    assert list(Workbook(FORMAT.render(statement, "en")).sheets) == [
        "Summary",
        "Consents",
        "Availability",
        "Outages",
        "Excluded time",
        "Corrections",
        "Cases and time limits",
        "Indicators",
        "Changed by the provider",
        "Seconds ledger",
        "Terms of the agreement",
    ]


@pytest.mark.parametrize("effect", ["removed", "retained"])
@pytest.mark.parametrize("policy", ["exclude", "as_down", "as_up"])
def test_the_live_formulas_give_the_exact_figures(tmp_path: Path, effect: str, policy: str) -> None:
    text = AGREEMENT.replace("exclusion_effect: removed", f"exclusion_effect: {effect}")
    found = stated(tmp_path, text.replace("unknown: exclude", f"unknown: {policy}"))
    book = Workbook(FORMAT.render(found, "en"))
    cells = book.sheets["Availability"]
    for row, part in enumerate(found.components, start=2):
        account, budget = part.account, part.account.budget
        assert budget is not None
        for title, exact in (
            ("Counted, s", account.counted / 1000),
            ("Agreed time, s", Fraction(account.agreed, 1000)),
            ("Availability", account.availability),
            ("Budget, s", budget.allowed / 1000),
            ("Budget left, s", budget.remaining / 1000),
            ("Lower bound", account.lower),
            ("Upper bound", account.upper),
            ("Coverage", account.coverage),
        ):
            cell = f"{book.column('Availability', title)}{row}"
            assert cells[cell][1] is not None, title
            assert exact is not None
            # Every number is written in decimals; the target alone is a fraction that a cell cannot hold in full.
            assert abs(calculated(cells, cell) - exact) < Fraction(1, 10**9), title
            assert abs(Fraction(cells[cell][2]) - exact) < Fraction(1, 10**9), title
        exact_text = cells[f"{book.column('Availability', 'Availability, exact')}{row}"][2]
        assert Fraction(exact_text) == account.availability


def test_what_is_owed_is_worked_out_in_the_cells(tmp_path: Path) -> None:
    apart = missed("respond", "10-20 10:00:00", "10-20 10:15:00", case="CASE-2")
    inside = missed("resolve", "10-05 00:01:00", "10-05 02:01:00")
    known = config(tmp_path, AGREEMENT + TERMS.replace('cap: "20"', 'cap: "1"'))
    found = month(known, replace(down(), cases=(inside, apart)))
    book = Workbook(FORMAT.render(found, "en"))
    cells, owed = book.sheets["Remedies"], book.column("Remedies", "Owed")
    for row, claim in enumerate(found.remedies.claims, start=2):
        assert cells[f"{owed}{row}"][1] is not None
        assert calculated(cells, f"{owed}{row}") == Fraction(claim.granted, 100) == Fraction(cells[f"{owed}{row}"][2])
    assert {Fraction(claim.capped, 100) for claim in found.remedies.claims} != {0}


def test_levels_and_stopped_clocks_have_a_sheet(statement: Statement) -> None:
    book = Workbook(FORMAT.render(replace(statement, case_changes=(STOPPED, LOWERED)), "en"))
    cells = book.sheets["Levels and stopped clocks"]
    assert [cells[f"{book.column('Levels and stopped clocks', 'What')}{row}"][2] for row in (2, 3)] == [
        "resolve clock stopped",
        "level lowered from 1 to 3",
    ]
    assert {cells[f"{book.column('Levels and stopped clocks', 'By')}{row}"][2] for row in (2, 3)} == {"li"}


def test_indicators_and_ratings_have_sheets(statement: Statement) -> None:
    book = Workbook(FORMAT.render(replace(statement, ratings=(GOOD, LOW)), "en"))
    scores = [book.sheets["Satisfaction"][f"{book.column('Satisfaction', 'Scores')}{row}"][2] for row in (2, 3)]
    assert scores == ["5.00", "3.33"]
    first = book.column("Indicators", "Indicator")
    names = [book.sheets["Indicators"][f"{first}{row}"][2] for row in range(2, 8)]
    assert names == [one.indicator.name["en"] for one in statement.indicators if isinstance(one.indicator.name, dict)]


def test_measures_of_improvement_have_a_sheet(statement: Statement) -> None:
    book = Workbook(FORMAT.render(replace(statement, measures=(MEASURE,)), "en"))
    title = "Improvement measures"
    found = [book.sheets[title][f"{book.column(title, head)}2"][2] for head in ("Measure", "By whom", "Standing")]
    assert found == ["备用盘", "li", "overdue"]


def test_an_amount_that_was_rounded_is_a_number(tmp_path: Path) -> None:
    known = config(tmp_path, AGREEMENT + TERMS.replace('"120000"', '"100000.05"'))
    book = Workbook(FORMAT.render(month(known, down()), "en"))
    cell = book.sheets["Remedies"][f"{book.column('Remedies', 'By the rule')}2"]
    assert cell == ("n", None, "10000")


def test_what_may_still_come_and_the_months_of_a_quarter_are_worked_out_in_the_cells(tmp_path: Path) -> None:
    running = month(settings(tmp_path), down(), now=at("10-20 00:00:00"))
    book = Workbook(FORMAT.render(running, "en"))
    left = f"{book.column('What may still come', 'Budget left, s')}2"
    forecast = running.components[0].forecast
    assert forecast is not None
    assert calculated(book.sheets["What may still come"], left) == forecast.remaining / 1000

    quarter = month(settings(tmp_path), down(), period="2026-Q3", now=LATER)
    book = Workbook(FORMAT.render(quarter, "en"))
    cells, column = book.sheets["Its parts"], book.column("Its parts", "Availability")
    months = [one for part in quarter.components for one in part.parts]
    assert len(months) == 6
    for row, one in enumerate(months, start=2):
        exact = one.account.availability
        assert (exact is None) == (f"{column}{row}" not in cells)
        assert exact is None or calculated(cells, f"{column}{row}") == exact


def test_where_nobody_answered_the_formulas_count_what_was_not_measured_as_down(tmp_path: Path) -> None:
    settings = config(tmp_path)
    answer = Answer(word=Word.UNANSWERED, asked_at=LATER, at=LATER + 1)
    known = replace(facts(settings), answer=answer)
    found = compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), known, LATER)
    cells = (book := Workbook(FORMAT.render(found, "en"))).sheets["Availability"]
    account = found.components[0].account
    assert account.counted == account.observed_loss + account.unobserved > account.observed_loss
    counted = calculated(cells, f"{book.column('Availability', 'Counted, s')}2")
    assert counted == account.counted / 1000
    exact = account.availability
    assert exact is not None
    assert abs(calculated(cells, f"{book.column('Availability', 'Availability')}2") - exact) < Fraction(1, 10**9)


def test_a_sum_of_two_rules_is_a_number_and_no_formula(tmp_path: Path) -> None:
    second = AGREEMENT.replace("version: 1", "version: 2").replace("effective: 2026-01-01", "effective: 2026-10-10")
    found = stated(tmp_path, AGREEMENT + second.replace('"99.9"', '"99.5"').replace("removed", "retained"))
    book = Workbook(FORMAT.render(found, "en"))
    cells = book.sheets["Availability"]
    for title in ("Base, s", "Budget, s"):
        assert cells[f"{book.column('Availability', title)}2"][1] is None
    availability = found.components[0].account.availability
    assert availability is not None
    assert abs(calculated(cells, f"{book.column('Availability', 'Availability')}2") - availability) < Fraction(1, 10**9)


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1+2", "@SUM(A1)", "=cmd|' /C calc'!A0", "https://evil.example", "7"])
def test_a_text_is_never_a_formula_a_link_or_a_number(statement: Statement, title: str) -> None:
    (case,) = statement.cases
    body = FORMAT.render(replace(statement, cases=(replace(case, title=title, incident=None),)), "en")
    book = Workbook(body)
    assert ("s", None, title) in book.sheets["Cases and time limits"].values()
    formulas = {formula for cells in book.sheets.values() for _, formula, _ in cells.values() if formula}
    assert all(re.fullmatch(r"[A-W\d()+/*-]+", formula) for formula in formulas)
    assert not any("hyperlink" in name.lower() for name in book.archive.namelist())


def test_times_are_real_and_name_their_zone(statement: Statement) -> None:
    book = Workbook(FORMAT.render(statement, "en"))
    cells = book.sheets["Outages"]
    column = book.column("Outages", "From (Asia/Shanghai)")
    kind, _, serial = cells[f"{column}2"]
    assert kind == "n"
    read = datetime(1899, 12, 30) + timedelta(days=float(serial))
    assert abs(read - datetime(2026, 10, 2, 9, 12, 30)) < timedelta(milliseconds=1)


def test_the_seconds_ledger_covers_the_period(statement: Statement) -> None:
    book = Workbook(FORMAT.render(statement, "en"))
    cells, column = book.sheets["Seconds ledger"], book.column("Seconds ledger", "Seconds")
    names = book.column("Seconds ledger", "Service")
    rows = [cell[len(column) :] for cell in cells if cell.startswith(column) and cell != f"{column}1"]
    for service in ("Payment API", "Web shop"):
        spans = [Fraction(cells[f"{column}{row}"][2]) for row in rows if cells[f"{names}{row}"][2] == service]
        assert sum(spans) == 31 * 86_400


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_head_of_every_sheet_stays_in_view(statement: Statement, language: str) -> None:
    book = Workbook(FORMAT.render(statement, language))
    for place in range(1, len(book.sheets) + 1):
        assert b'<pane ySplit="1"' in book.archive.read(f"xl/worksheets/sheet{place}.xml")


def test_the_chinese_workbook_has_nothing_in_english(statement: Statement) -> None:
    texts = " ".join(Workbook(FORMAT.render(statement, "zh-CN")).texts)
    english = [sentence for sentence in catalogue("sla", "zh-CN") if len(sentence) > 12 and "{" not in sentence]
    assert [sentence for sentence in english if sentence in texts] == []
    assert "可用率" in texts


def test_the_same_statement_gives_the_same_bytes(statement: Statement) -> None:
    assert FORMAT.render(statement, "en") == FORMAT.render(statement, "en")
    assert b"2026-11-03T01:00:00Z" in zipfile.ZipFile(BytesIO(FORMAT.render(statement, "en"))).read("docProps/core.xml")
