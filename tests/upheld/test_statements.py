"""A statement from stored facts: what was measured and what was owed, on both databases."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from config.instant import HOUR, MINUTE
from config.model import Config
from config.state import State
from db.engine import Database
from incidents.caseload import Caseload
from incidents.routing import Routing
from incidents.source import AlertNews
from sla.parties import NoStatement
from sla.statement import Statement
from tests.upheld.house import NOON, configuration
from upheld import store
from upheld.installed import installed
from upheld.rules import Rules, rules_of
from upheld.statements import rendered, statement_of

STARTS, ENDS = NOON - 2 * HOUR, NOON - 2 * HOUR + 30 * MINUTE


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configuration(tmp_path)


@pytest.fixture
def rules(config: Config) -> Rules:
    return rules_of(config, installed())


def fails(tx: Connection, rules: Rules) -> None:
    """The shop is up, half an hour down, and up again, as an Alertmanager tells it."""
    for firing, at in ((True, STARTS - HOUR), (False, STARTS - HOUR + 1), (True, STARTS), (False, ENDS)):
        one = AlertNews(
            key="f",
            firing=firing,
            labels={"component": "shop"},
            severity_word=None,
            summary="Bills cannot be paid",
            link=None,
            starts_at=at if firing else STARTS,
            stamp=str(at),
            ends_at=None if firing else at,
        )
        rules.incidents.alert_news(tx, "am", [one], Routing(), at, at)


def stated(tx: Connection, config: Config, caseload: Caseload, period: str = "2026-09") -> Statement:
    return statement_of(tx, config, caseload, "acme", period, NOON)


async def test_an_outage_and_its_case_stand_on_the_statement(database: Database, config: Config, rules: Rules) -> None:
    await database.write(lambda tx: fails(tx, rules))
    statement = await database.read(lambda tx: stated(tx, config, rules.caseload))
    (component,) = statement.components
    outage = component.counted.outages[-1]
    assert (outage.start, outage.end, outage.state) == (STARTS, ENDS, State.DOWN)
    assert component.account.counted == 30 * MINUTE + 1
    assert [case.component for case in statement.cases] == ["shop", "shop"]
    assert {one.name for one in statement.cases[0].commitments} >= {"respond"}
    assert not statement.marked_as_demo


async def test_made_up_data_is_marked_on_every_statement(database: Database, config: Config, rules: Rules) -> None:
    await database.write(lambda tx: store.mark(tx, store.DEMO, "made-up data", NOON))
    assert (await database.read(lambda tx: stated(tx, config, rules.caseload))).marked_as_demo


async def test_it_is_written_in_every_format_and_language(database: Database, config: Config, rules: Rules) -> None:
    await database.write(lambda tx: fails(tx, rules))
    statement = await database.read(lambda tx: stated(tx, config, rules.caseload))
    for form in installed().formats.values():
        bodies = [rendered(statement, config, form, language) for language in ("en", "zh-CN", None)]
        assert all(bodies)
        assert bodies[2] in bodies[:2]


@pytest.mark.parametrize(
    ("customer", "period"), [("nobody", "2026-09"), ("acme", "2026-13"), ("acme", "2025-01"), ("acme", "September")]
)
async def test_where_there_is_nothing_to_state_it_says_why(
    database: Database, config: Config, rules: Rules, customer: str, period: str
) -> None:
    with pytest.raises(NoStatement, match=r"\w+ \w+"):
        await database.read(lambda tx: statement_of(tx, config, rules.caseload, customer, period, NOON))
