"""The desk's timeline in the reader's language."""

import pytest

from config.model import Config
from console.timeline import case_rows
from console.voice import Voice
from incidents.case import CaseRecorded, Fulfilled
from tests.incidents.samples import NOON, config


@pytest.fixture
def voice() -> Voice:
    read: Config = config()
    return Voice(language="zh-CN", config=read, now=NOON)


@pytest.mark.parametrize(("how", "said"), [("message to Chen", "已通知Chen"), ("report to Chen", "报告已送达Chen")])
def test_what_upheld_itself_fulfilled_is_said_in_the_readers_language(voice: Voice, how: str, said: str) -> None:
    done = Fulfilled(commitment="report", how=how)
    (row,) = case_rows([CaseRecorded(event=done, happened_at=NOON, recorded_at=NOON, by="upheld")], voice)
    assert row.detail == said


def test_what_a_person_wrote_of_it_stays(voice: Voice) -> None:
    done = Fulfilled(commitment="report", how="report to Chen")
    (row,) = case_rows([CaseRecorded(event=done, happened_at=NOON, recorded_at=NOON, by="person:li")], voice)
    assert (row.detail, row.quote) == ("", "report to Chen")
