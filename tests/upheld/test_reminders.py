"""Renewals are called to mind as stored notifications, exactly once each, on both databases."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Row, select

from config.instant import DAY, Instant, parse_rfc3339
from config.model import Config
from db.engine import Database
from db.tables.notify import notification
from incidents.paging import Paging
from sla import agreeing
from sla.contract import Reminded
from tests.upheld.house import NOON, configuration, document, house
from upheld import contracts
from upheld.reminders import remind

ENDS = parse_rfc3339("2026-12-31T00:00:00Z")


def written(**changes: Any) -> dict[str, Any]:
    agreement = {
        **document()["customers"]["acme"]["agreement"],
        "ends": "2026-12-31",
        "contract": "AC-7",
        "renewal": {"notice": "60d", "automatic": True},
    }
    people = {
        "wang": {"name": "Wang", "role": "service-manager", "language": "zh-CN"},
        "zhao": {"name": "Zhao", "role": "account-manager", "language": "en"},
        "li": {"name": "Li", "role": "engineer"},
    }
    return {"customers": {"acme": {"name": "Acme", "agreement": agreement}}, "people": people, **changes}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configuration(tmp_path, **written())


async def told(database: Database, config: Config, now: Instant) -> list[Row[Any]]:
    """What is in the outbox after reminding at that time."""

    def work(tx: Connection) -> list[Row[Any]]:
        taken = contracts.take_over(tx, config, NOON)
        remind(tx, taken.whole, Paging(taken.whole, "log"), now)
        return [*tx.execute(select(notification).where(notification.c.purpose == "agreement"))]

    return await database.write(work)


async def test_the_managers_are_told_90_and_30_days_ahead_each_once(database: Database, config: Config) -> None:
    assert await told(database, config, ENDS - 90 * DAY - 1) == []
    for _ in range(2):
        first = await told(database, config, ENDS - 90 * DAY)
        assert sorted(one.person for one in first) == ["wang", "zhao"]
    for _ in range(2):
        both = await told(database, config, ENDS - 30 * DAY)
        assert sorted(one.person for one in both) == ["wang", "wang", "zhao", "zhao"]
    contract = await database.read(lambda tx: agreeing.found(tx, "acme"))
    leads = [one.lead for one in contract.events if isinstance(one, Reminded)]
    assert leads == [90 * DAY, 30 * DAY]


async def test_the_reminder_says_what_happens_then_in_the_reader_s_language(database: Database, config: Config) -> None:
    messages = {one.person: one.message for one in await told(database, config, ENDS - 90 * DAY)}
    english, chinese = messages["zhao"], messages["wang"]
    assert english["subject"] == "90 days left: agreement with Acme"
    assert "The agreement acme/sla-standard with Acme ends on 31 December 2026." in english["text"]
    assert "Number of the contract: AC-7." in english["text"]
    assert "It goes on by itself unless one side gives notice by 1 November 2026." in english["text"]
    assert "2026年12月31日" in chinese["text"] and "AC-7" in chinese["text"]
    assert "It goes on" not in chinese["text"]
    assert english["facts"]["days_ahead"] == 90


async def test_without_a_manager_the_log_takes_it(database: Database, tmp_path: Path) -> None:
    config = configuration(tmp_path, **written(people={}))
    (one,) = await told(database, config, ENDS - 10 * DAY)
    assert (one.person, one.channel) == ("account-manager", "log")


async def test_a_house_that_opens_late_reminds_at_once(tmp_path: Path) -> None:
    agreement = {**document()["customers"]["acme"]["agreement"], "ends": "2026-09-20"}
    async with house(tmp_path, customers={"acme": {"name": "Acme", "agreement": agreement}}) as opened:
        contract = await opened.database.read(lambda tx: agreeing.found(tx, "acme"))
        assert [one.lead for one in contract.events if isinstance(one, Reminded)] == [30 * DAY]
