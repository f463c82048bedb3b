"""What is of the house and no component has words in both languages, wherever an incident on it is read."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from config.language import catalogue
from config.look.subject import PEER, SUBJECTS, subject_text
from console.voice import Voice
from db.engine import Database
from incidents.audit import ON_CALL
from incidents.incident import open_incident
from incidents.notice import Writer
from incidents.reading import INTAKE
from incidents.routing import UNROUTED
from incidents.store import incident as incidents
from tests.incidents.samples import NOON, opened, recorded
from tests.upheld.house import configuration
from upheld import watch
from upheld.installed import installed
from upheld.reports.files import incident_file
from upheld.rules import rules_of


def test_every_subject_of_the_house_has_words() -> None:
    assert {ON_CALL, UNROUTED, INTAKE} == set(SUBJECTS) and f"{watch.PEER}-" == PEER
    assert [words for words in SUBJECTS.values() if words not in catalogue("config.look", "zh-CN")] == []
    assert subject_text("shop", "zh-CN") == "shop"


@pytest.mark.parametrize(
    ("subject", "english", "chinese"),
    [
        (ON_CALL, "On call", "值班"),
        (UNROUTED, "Alerts without a component", "未对应组件的告警"),
        (f"{PEER}b", "Another upheld, b", "另一套 upheld（b）"),
    ],
)
async def test_desk_mail_and_report_name_it_in_words(
    database: Database, tmp_path: Path, subject: str, english: str, chinese: str
) -> None:
    rules = rules_of(configuration(tmp_path), installed())
    begun = recorded(opened(component=subject))
    fault = open_incident("INC-2026-0001", begun)

    def reported(tx: Connection) -> object:
        incidents.add(tx, fault, begun)
        return incident_file(tx, rules.config, rules.caseload, fault, None, NOON).component_name

    assert await database.write(reported) == {"en": english, "zh-CN": chinese}
    for language, words in (("en", english), ("zh-CN", chinese)):
        assert Voice(language=language, config=rules.config, now=NOON).component(subject) == words
        for discreet in (False, True):
            writer = Writer(config=rules.config, language=language, discreet=discreet)
            assert words in writer.page(fault, again=False).subject
