"""Whoever writes a customer's word down for him stands beside it, on every form of the statement."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.state import State
from sla.correction import Confirmed, Contested, CorrectionEvent, evolve
from sla.parties import parties_of
from sla.period import parse_period
from sla.proposal import Countersigned
from sla.proposal import evolve as signed_after
from sla.record import Facts
from sla.revision import changes
from sla.statement import Statement, compose
from sla.word import Said, Writer
from tests.sla.contract import LATER, at, config, facts
from tests.sla.test_correction import APPROVED, CUSTOMER, asked
from upheld.installed import installed

HIMSELF, BY_LI = None, "person:li"


def statement(folder: Path, entered_by: str | None, proof: str) -> Statement:
    """October with a window and a correction that the customer has signed."""
    settings = config(folder)
    when = at("11-02 09:00:00")

    word: dict[str, Any] = {
        "happened_at": when,
        "recorded_at": when,
        "by": f"customer:{CUSTOMER}",
        "entered_by": entered_by,
    }
    known: Facts = facts(settings)
    late = next(one for one in known.exclusions if one.id == "late")
    signed = signed_after(late, Said(event=Countersigned(customer=CUSTOMER, proof=proof), **word))
    confirmed: Said[CorrectionEvent] = Said(event=Confirmed(customer=CUSTOMER, proof=proof), **word)
    correction = evolve(asked("10-21 22:00:00", "10-21 23:00:00", State.UP, APPROVED), confirmed)
    known = replace(
        known,
        exclusions=tuple(signed if one is late else one for one in known.exclusions),
        corrections=(correction,),
    )
    return compose(parties_of(settings, CUSTOMER), parse_period("2026-10"), known, LATER)


def rendered(made: Statement, form: str, language: str) -> str:
    return installed().formats[form].render(made, language).decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "the customer’s word was entered by li; proof: sheet 17"),
        ("zh-CN", "客户意见由li录入，依据：sheet 17"),
    ],
)
def test_who_wrote_the_customers_word_down_stands_in_the_page(tmp_path: Path, language: str, words: str) -> None:
    assert rendered(statement(tmp_path, BY_LI, "sheet 17"), "html", language).count(words) == 2
    assert words not in rendered(statement(tmp_path, HIMSELF, ""), "html", language)


def test_and_in_the_record_where_it_asks_for_no_revision(tmp_path: Path) -> None:
    typed = json.loads(rendered(statement(tmp_path, BY_LI, "sheet 17"), "json", "en"))
    himself = json.loads(rendered(statement(tmp_path, HIMSELF, ""), "json", "en"))
    typed, himself = typed.get("statement", typed), himself.get("statement", himself)
    late = next(one for one in typed["exclusions"] if one["id"] == "late")
    (correction,) = typed["corrections"]
    for one in (late, correction):
        assert (one["word_entered_by"], one["word_proof"]) == ("person:li", "sheet 17")
    assert "word_entered_by" not in himself["corrections"][0] and changes(himself, typed) == ()


def test_of_several_words_the_last_one_counts(tmp_path: Path) -> None:
    def said(event: CorrectionEvent, entered_by: str | None) -> Said[CorrectionEvent]:
        return replace(APPROVED, event=event, by=f"customer:{CUSTOMER}", entered_by=entered_by)

    one = asked("10-21 22:00:00", "10-21 23:00:00", State.UP, APPROVED)
    assert one.writer(CUSTOMER) is None
    typed = evolve(one, said(Confirmed(customer=CUSTOMER, proof="sheet 17"), BY_LI))
    assert typed.writer(CUSTOMER) == Writer(by=BY_LI, proof="sheet 17") and typed.writer("another") is None
    assert evolve(typed, said(Contested(customer=CUSTOMER, reason="no"), None)).writer(CUSTOMER) is None
