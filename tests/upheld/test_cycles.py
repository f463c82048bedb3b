"""What is owed again and again stands on the statement: each day of progress, each new assessment, by its instants."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from config.instant import DAY, HOUR
from incidents.case import CaseEvent, CaseNoted, CaseResolved, Confirmed, Contested
from incidents.clock import clocks
from sla.document import document
from sla.formats.html import FORMAT
from sla.parties import parties_of
from sla.period import parse_period
from sla.statement import Statement, compose
from tests.incidents.samples import agreement, commitment, level
from tests.incidents.test_clock import case
from tests.sla.contract import LATER, at, config, facts
from upheld.casebook import case_record

DAILY = agreement(
    levels=(
        level(
            1,
            commitment("update", DAY, starts="updated"),
            commitment("reassess", 6 * HOUR, starts="contested"),
            commitment("escalate", HOUR, starts="beyond_limit"),
            commitment("resolve", 3 * DAY),
        ),
    )
)
TOLD: tuple[tuple[CaseEvent, str], ...] = (
    (CaseNoted(text="looked at"), "10-05 20:00:00"),
    # nothing on the 6th: missed that evening, and owed anew from then on
    (CaseNoted(text="the maker has it"), "10-07 08:00:00"),
    (CaseResolved(how="patched"), "10-07 12:00:00"),
    (Contested(reason="still slow"), "10-07 13:00:00"),
    (CaseResolved(how="patched again"), "10-07 19:30:00"),
    (Confirmed(text=""), "10-07 20:00:00"),
)


def stated(folder: Path, told: tuple[tuple[CaseEvent, str], ...] = TOLD) -> Statement:
    settings = config(folder)
    found = case(at("10-05 09:00:00"), *((event, at(when)) for event, when in told))
    record = case_record(found, clocks(found, DAILY, LATER), [DAILY])
    known = replace(facts(settings), cases=(replace(record, agreement=None),))
    return compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), known, LATER)


def of(statement: Statement, name: str) -> list[tuple[Any, ...]]:
    (shown,) = document(statement)["cases"]
    keys = ("started_at", "due_at", "done_at", "outcome")
    return [tuple(clock[key] for key in keys) for clock in shown["commitments"] if clock["name"] == name]


def test_a_day_without_progress_is_missed_on_the_statement_at_its_very_instant(tmp_path: Path) -> None:
    statement = stated(tmp_path)

    assert of(statement, "update") == [
        ("2026-10-05T01:00:00.000Z", "2026-10-06T01:00:00.000Z", "2026-10-05T12:00:00.000Z", "met"),
        ("2026-10-05T12:00:00.000Z", "2026-10-06T12:00:00.000Z", "2026-10-07T00:00:00.000Z", "missed"),
        ("2026-10-06T12:00:00.000Z", "2026-10-07T12:00:00.000Z", "2026-10-07T04:00:00.000Z", "met"),
        ("2026-10-07T05:00:00.000Z", "2026-10-08T05:00:00.000Z", "2026-10-07T11:30:00.000Z", "met"),
    ]
    page = FORMAT.render(statement, "en").decode().replace("\u202f", " ").replace("\u00a0", " ")
    assert "36 h of 24 h" in page


def test_a_new_assessment_half_an_hour_late_is_missed_and_one_in_time_is_met(tmp_path: Path) -> None:
    assert of(stated(tmp_path), "reassess") == [
        ("2026-10-07T05:00:00.000Z", "2026-10-07T11:00:00.000Z", "2026-10-07T11:30:00.000Z", "missed")
    ]
    sooner = (*TOLD[:4], (CaseResolved(how="patched again"), "10-07 19:00:00"))
    assert [one[3] for one in of(stated(tmp_path, sooner), "reassess")] == ["met"]


def test_who_never_went_beyond_his_limit_owes_no_escalation(tmp_path: Path) -> None:
    assert of(stated(tmp_path), "escalate") == []
    late = (*TOLD[:1], (CaseResolved(how="patched"), "10-08 11:00:00"))
    assert of(stated(tmp_path, late), "escalate")[0][:2] == ("2026-10-08T01:00:00.000Z", "2026-10-08T02:00:00.000Z")
