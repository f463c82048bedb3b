"""Whatever an incident or a case can record has a sentence in the reports: no word of the program reaches a reader."""

import re
from pathlib import Path
from typing import get_args

import pytest

from incidents.caseevent import CaseEvent
from incidents.incident import Event

SENTENCES = (Path(__file__).parents[2] / "sla/happened.py").read_text()
EVENTS = [one.__name__ for one in (*get_args(Event), *get_args(CaseEvent))]


@pytest.mark.parametrize("event", EVENTS)
def test_every_kind_of_event_has_a_sentence(event: str) -> None:
    kind = re.sub(r"(?<!^)(?=[A-Z])", "_", event).lower()
    assert re.search(rf'case .*"{kind}"', SENTENCES)
