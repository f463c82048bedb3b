"""What a statement's mails say to the customer."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.instant import DAY, HOUR, Span
from config.language import CHINESE, ENGLISH
from config.look.figure import WIDE
from config.state import State
from sla.letter import Writer
from sla.obstacle import Obstacle
from sla.page import Page
from sla.record import Facts, Word
from tests.sla.contract import transition
from tests.sla.test_sealing import hole, october, said


def asked(folder: Path, known: Facts, language: str = ENGLISH, open_for: Span = 10 * DAY) -> str:
    writer = Writer(statement=october(folder, known), language=language, address=None)
    return writer.question("mark", open_for, 0).text


def doubtful() -> Facts:
    """44 minutes down and a budget of 44.64: only the measuring error could turn it."""
    up = transition("09-20 00:00:00", State.UP)
    down, again = "10-05 00:00:00", "10-05 00:44:00"
    pay = (up, transition(down, State.DOWN, bound=600), transition(again, State.UP, bound=600))
    return Facts(transitions={"pay": pay, "shop": (up,)})


def test_whoever_entered_the_customers_answer_stands_beside_it(tmp_path: Path) -> None:
    answer = replace(said(Word.ACCEPTED), by="customer:harbour-bank", entered_by="person:li")
    made = Page(october(tmp_path, hole(answer)), ENGLISH).answer()
    assert made.endswith("counts (Harbour Bank). It was entered by li.")
    for himself in (None, answer.by):
        alone = Page(october(tmp_path, hole(replace(answer, entered_by=himself))), ENGLISH).answer()
        assert alone.endswith("counts (Harbour Bank).")


def test_silence_counts_as_down_what_was_not_measured(tmp_path: Path) -> None:
    text = asked(tmp_path, hole())
    assert f"Without an answer within 10{WIDE}d what was not measured counts as down." in text
    assert "without your word" not in text


def test_where_only_the_measuring_error_decides_the_mail_promises_nothing_of_silence(tmp_path: Path) -> None:
    assert october(tmp_path, doubtful()).obstacles == (Obstacle.MEASURING_ERROR,)
    text = asked(tmp_path, doubtful())
    assert "What the measuring error could turn waits for your word: without it nothing is sealed." in text
    assert "Without an answer" not in text
    assert "测量误差可能改变的结论须由贵方答复，未经答复不予封存。" in asked(tmp_path, doubtful(), CHINESE)


@pytest.mark.parametrize("language, told", [(ENGLISH, f"within 12{WIDE}h"), (CHINESE, "12小时内未答复")])
def test_hours_to_answer_are_hours(tmp_path: Path, language: str, told: str) -> None:
    assert told in asked(tmp_path, hole(), language, 12 * HOUR)
