"""Whatever an incident or a case can record has a sentence in the reports: no word of the program reaches a reader."""

import re
from pathlib import Path
from typing import get_args

import pytest

from incidents.caseevent import CaseEvent
from incidents.incident import Event
from sla.happened import sentence_of
from sla.voice import Voice
from tests.sla.reporting import happened, paper

SENTENCES = (Path(__file__).parents[2] / "sla/happened.py").read_text()
EVENTS = [one.__name__ for one in (*get_args(Event), *get_args(CaseEvent))]


@pytest.mark.parametrize("event", EVENTS)
def test_every_kind_of_event_has_a_sentence(event: str) -> None:
    kind = re.sub(r"(?<!^)(?=[A-Z])", "_", event).lower()
    assert re.search(rf'case .*"{kind}"', SENTENCES)


@pytest.mark.parametrize(("how", "said"), [("message to Chen", "已通知Chen"), ("report to Chen", "报告已送达Chen")])
def test_what_upheld_itself_fulfilled_is_said_in_the_readers_language(how: str, said: str) -> None:
    voice = Voice(paper("inspection").frame, "zh-CN")
    assert sentence_of(voice, happened("fulfilled", 2, commitment="report", how=how))[1] == said
