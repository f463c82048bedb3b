"""The desk's timeline in the reader's language."""

import pytest

from config.model import Config
from console.timeline import case_rows, incident_rows
from console.told import messages
from console.voice import Voice
from incidents.case import CaseRecorded, Fulfilled
from incidents.incident import Escalated, Recorded
from notify.decision import State
from notify.store.told import Told
from tests.incidents.samples import NOON, config
from tests.notify.samples import notification


@pytest.fixture
def voice() -> Voice:
    read: Config = config()
    return Voice(language="zh-CN", config=read, now=NOON)


def test_the_fallback_is_called_by_its_name(voice: Voice) -> None:
    """It was step 0 of round 2."""
    gone = Escalated(round=2, step=0, paged=(), nobody="zhao: nobody to reach")
    (row,) = incident_rows([Recorded(event=gone, happened_at=NOON, recorded_at=NOON, by="upheld")], voice)
    assert row.detail == "兜底人员；zhao无人可达"


def test_what_stands_in_the_log_alone_is_not_delivered(voice: Voice) -> None:
    page = notification(person="li", channel="log")
    (row,) = messages(
        [Told(id=1, notification=page, state=State.SENT, outcome="logged", done_at=NOON, attempts=())], voice
    )
    assert (row.detail, row.told) == ("呼叫；log，仅写入日志，未通知任何人", False)


@pytest.mark.parametrize(("how", "said"), [("message to Chen", "已通知Chen"), ("report to Chen", "报告已送达Chen")])
def test_what_upheld_itself_fulfilled_is_said_in_the_readers_language(voice: Voice, how: str, said: str) -> None:
    done = Fulfilled(commitment="report", how=how)
    (row,) = case_rows([CaseRecorded(event=done, happened_at=NOON, recorded_at=NOON, by="upheld")], voice)
    assert row.detail == said


def test_what_a_person_wrote_of_it_stays(voice: Voice) -> None:
    done = Fulfilled(commitment="report", how="report to Chen")
    (row,) = case_rows([CaseRecorded(event=done, happened_at=NOON, recorded_at=NOON, by="person:li")], voice)
    assert (row.detail, row.quote) == ("", "report to Chen")
