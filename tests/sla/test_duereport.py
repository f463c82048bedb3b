"""Which reports are owed, and until when."""

from pathlib import Path
from typing import Any

import pytest

from config.agreement import Agreement
from config.conduct import Report
from config.instant import DAY, HOUR
from sla.duereport import DueReport, Ended, due_reports
from tests.sla.contract import at, config

DELIVERED: frozenset[tuple[str, str, str]] = frozenset()
NOW = at("11-10 00:00:00")
OVER = at("10-11 02:00:00")


@pytest.fixture
def agreement(tmp_path: Path) -> Agreement:
    (one,) = config(tmp_path).customers["harbour-bank"].agreements
    return one


def owing(agreement: Agreement, *reports: Report, **changes: Any) -> Agreement:
    return agreement.model_copy(update={"reports": reports, **changes})


def report(**written: Any) -> Report:
    return Report.model_validate(written)


def ended(id: str = "INC-1", kind: str = "incident", **changes: Any) -> Ended:
    values = {"component": "shop", "agreement": None, "resolved_at": OVER, **changes}
    return Ended(id=id, kind=kind, **values)


def test_an_incident_report_is_due_so_long_after_the_resolution(agreement: Agreement) -> None:
    owed = owing(agreement, report(kind="incident", within="24h"))
    assert due_reports([owed], [ended()], DELIVERED, NOW) == [
        DueReport(customer="harbour-bank", kind="incident", subject="INC-1", since=OVER, due_at=OVER + DAY)
    ]


def test_what_was_delivered_is_due_no_more(agreement: Agreement) -> None:
    owed = owing(agreement, report(kind="incident", within="24h"))
    assert due_reports([owed], [ended()], {("harbour-bank", "incident", "INC-1")}, NOW) == []
    assert len(due_reports([owed], [ended()], {("another", "incident", "INC-1")}, NOW)) == 1


def test_an_incident_of_a_component_outside_the_agreement_or_its_time_is_no_business_of_it(
    agreement: Agreement,
) -> None:
    owed = owing(agreement, report(kind="incident", within="24h"))
    others = [ended(component="mail"), ended("INC-2", resolved_at=agreement.effective - 1)]
    assert due_reports([owed], others, DELIVERED, NOW) == []


def test_a_completion_report_is_owed_for_each_case_of_the_agreement_without_a_date_last(agreement: Agreement) -> None:
    owed = owing(agreement, report(kind="completion"), report(kind="incident", within="1h"))
    cases = [ended("CASE-1", "completion", agreement=agreement.id), ended("CASE-2", "completion", agreement="acme/x")]
    found = due_reports([owed], [*cases, ended()], DELIVERED, NOW)
    assert [(one.subject, one.due_at) for one in found] == [("INC-1", OVER + HOUR), ("CASE-1", None)]


def test_a_quarter_is_due_with_the_statement_of_its_last_month(agreement: Agreement) -> None:
    owed = owing(agreement, report(kind="statement", day=6), report(kind="quarterly"))
    found = due_reports([owed], [], DELIVERED, NOW)
    assert [(one.subject, one.due_at) for one in found] == [
        ("2026-Q1", at("04-07 00:00:00")),
        ("2026-Q2", at("07-07 00:00:00")),
        ("2026-Q3", at("10-07 00:00:00")),
    ]


def test_a_day_that_a_month_does_not_have_is_its_last(agreement: Agreement) -> None:
    owed = owing(agreement, report(kind="inspection", day=31))
    due = {one.subject: one.due_at for one in due_reports([owed], [], DELIVERED, NOW)}
    assert (due["2026-01"], due["2026-03"]) == (at("03-01 00:00:00"), at("05-01 00:00:00"))


def test_an_inspection_has_its_own_rhythm_and_day(agreement: Agreement) -> None:
    owed = owing(agreement, report(kind="inspection", months=2, day=2))
    found = due_reports([owed], [], DELIVERED, NOW)
    assert [one.subject for one in found] == ["2026-02", "2026-04", "2026-06", "2026-08", "2026-10"]
    assert found[-1].due_at == at("11-03 00:00:00")


def test_an_inspection_is_over_when_the_days_of_utc_it_counts_are(agreement: Agreement) -> None:
    owed = owing(agreement, report(kind="inspection"))
    last = "2026-10"
    assert last not in [one.subject for one in due_reports([owed], [], DELIVERED, at("11-01 07:59:59"))]
    assert last in [one.subject for one in due_reports([owed], [], DELIVERED, at("11-01 08:00:00"))]


def test_nothing_is_due_of_a_period_that_runs_or_after_the_end_of_the_agreement(agreement: Agreement) -> None:
    owed = owing(agreement, report(kind="inspection"), until=at("03-15 00:00:00"))
    assert [one.subject for one in due_reports([owed], [], DELIVERED, NOW)] == ["2026-01", "2026-02"]
    assert due_reports([owing(agreement, report(kind="inspection"))], [], DELIVERED, at("01-31 23:59:59")) == []


def test_statements_and_what_is_asked_for_have_no_date_here(agreement: Agreement) -> None:
    owed = owing(agreement, report(kind="statement", day=4), report(kind="brief"), report(kind="audit"))
    assert due_reports([owed], [ended()], DELIVERED, NOW) == []
