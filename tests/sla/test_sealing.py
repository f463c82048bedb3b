"""What is due of a statement: its dates in the agreement's zone, the months looked at, what late facts change."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.instant import DAY, HOUR
from config.state import State
from sla.account import Verdict
from sla.document import document
from sla.obstacle import Obstacle
from sla.parties import parties_of
from sla.period import parse_period
from sla.record import Answer, Facts, Word
from sla.revision import changes, deltas
from sla.sealing import CountAsDown, SealIt, dates, decide, figures, months, steps
from sla.standing import Happening, Standing, What, standing_of
from sla.statement import Statement, compose
from tests.sla.contract import AGREEMENT, NOVEMBER, at, config, facts, transition


def october(folder: Path, known: Facts | None = None, text: str = AGREEMENT) -> Statement:
    settings = config(folder, text)
    parties = parties_of(settings, "harbour-bank")
    return compose(parties, parse_period("2026-10"), known or facts(settings), NOVEMBER + DAY)


def hole(answer: Answer | None = None) -> Facts:
    """Two hours of October were not measured: more than its budget, less than a hundredth."""
    up = transition("09-20 00:00:00", State.UP)
    pay = (up, transition("10-05 00:00:00", State.UNKNOWN), transition("10-05 02:00:00", State.UP))
    return Facts(transitions={"pay": pay, "shop": (up,)}, answer=answer)


def said(word: Word) -> Answer:
    return Answer(word=word, asked_at=NOVEMBER + DAY, at=NOVEMBER + 2 * DAY)


def test_it_is_sealable_after_the_grace_and_due_by_the_end_of_the_fourth(tmp_path: Path) -> None:
    found = dates(october(tmp_path))
    assert (found.ends, found.sealable, found.due) == (NOVEMBER, NOVEMBER + DAY, at("11-05 00:00:00"))


def test_another_day_of_delivery_is_what_the_agreement_names(tmp_path: Path) -> None:
    text = AGREEMENT + "        reports: [{kind: statement, day: 10}]\n"
    assert dates(october(tmp_path, text=text)).due == at("11-11 00:00:00")


def test_the_months_since_measuring_began_are_looked_at_up_to_the_one_that_ended(tmp_path: Path) -> None:
    parties = parties_of(config(tmp_path), "harbour-bank")
    assert [str(one) for one in months(parties, at("03-01 00:00:00"))] == ["2026-01", "2026-02"]
    assert [str(one) for one in months(parties, at("03-01 00:00:00") - 1)] == ["2026-01"]
    assert len(months(parties, at("10-01 00:00:00") + 3 * 365 * DAY)) == 13


def test_a_month_in_order_is_sealed_once(tmp_path: Path) -> None:
    statement = october(tmp_path)
    drafted = standing_of([Happening(what=What.DRAFTED, revision=1, at=NOVEMBER, by="upheld")])
    assert decide(statement, drafted, None, NOVEMBER + DAY) == (SealIt(revision=1),)
    sealed = standing_of([Happening(what=What.SEALED, revision=1, at=NOVEMBER + DAY, by="upheld")])
    delivered = Happening(what=What.DELIVERED, revision=1, at=NOVEMBER + DAY, by="upheld")
    assert decide(statement, standing_of([sealed_event(), delivered]), None, NOVEMBER + 2 * DAY) == ()
    assert sealed.revision == 1


def sealed_event() -> Happening:
    return Happening(what=What.SEALED, revision=1, at=NOVEMBER + DAY, by="upheld")


def test_news_of_an_earlier_revisions_mail_says_nothing_of_the_next() -> None:
    again = Happening(what=What.SEALED, revision=2, at=NOVEMBER + 5 * DAY, by="person:wang")
    late = Happening(what=What.DELIVERED, revision=1, at=NOVEMBER + 6 * DAY, by="upheld")
    assert standing_of([sealed_event(), again, late]).delivered_at is None


@pytest.mark.parametrize(
    ("answer", "verdict", "counted"),
    [
        (None, Verdict.SENSITIVE, 0),
        (said(Word.ACCEPTED), Verdict.MET, 0),
        (said(Word.CONTESTED), Verdict.MISSED, 2 * HOUR),
        (said(Word.UNANSWERED), Verdict.MISSED, 2 * HOUR),
    ],
)
def test_only_consent_leaves_unmeasured_time_out_of_the_downtime(
    tmp_path: Path, answer: Answer | None, verdict: Verdict, counted: int
) -> None:
    statement = october(tmp_path, hole(answer))
    assert statement.verdict is verdict
    assert statement.components[0].account.counted == counted
    assert (Obstacle.SENSITIVE in statement.obstacles) is (answer is None)


def test_the_figures_asked_about_are_the_same_before_and_after_the_answer(tmp_path: Path) -> None:
    asked = figures(october(tmp_path, hole()))
    assert figures(october(tmp_path, hole(said(Word.UNANSWERED)))) == asked
    assert figures(october(tmp_path)) != asked


def test_every_hold_has_somebody_who_must_do_something(tmp_path: Path) -> None:
    waits = steps(october(tmp_path, hole()), Standing(), None)
    assert [(one.hold, one.who) for one in waits] == [("sensitive", "customer")]


def test_late_facts_are_listed_by_name_with_their_delta(tmp_path: Path) -> None:
    before, after = document(october(tmp_path)), document(october(tmp_path, hole(said(Word.CONTESTED))))
    found = {one.where for one in changes(before, after)}
    assert {"verdict", "components[pay].unobserved_s", "components[pay].counted_down_s", "cases[CASE-7]"} <= found
    (delta,) = deltas(before, after)
    assert (delta.component, delta.counted, delta.was, delta.now) == ("pay", 5064 * 1000, "met", "missed")
    assert changes(before, before) == ()


def test_silence_does_not_settle_what_the_measuring_error_alone_could_turn(tmp_path: Path) -> None:
    up = transition("09-20 00:00:00", State.UP)
    pay = (up, transition("10-05 00:00:00", State.DOWN, bound=600), transition("10-05 00:44:00", State.UP, bound=600))
    known = Facts(transitions={"pay": pay, "shop": (up,)})
    statement = october(tmp_path, known)
    assert statement.obstacles == (Obstacle.MEASURING_ERROR,)
    mark = figures(statement)
    asked = [
        Happening(what=What.DRAFTED, revision=1, at=NOVEMBER, by="upheld"),
        Happening(what=What.ASKED, revision=1, at=NOVEMBER + DAY, by="upheld", body={"figures": mark}),
        Happening(what=What.REACHED, revision=0, at=NOVEMBER + DAY, by="upheld", body={"figures": mark}),
    ]
    acts = decide(statement, standing_of(asked), None, NOVEMBER + 60 * DAY)
    assert not any(isinstance(one, CountAsDown | SealIt) for one in acts)
    assert october(tmp_path, replace(known, answer=said(Word.UNANSWERED))).obstacles == (Obstacle.MEASURING_ERROR,)
    assert october(tmp_path, replace(known, answer=said(Word.ACCEPTED))).obstacles == ()
