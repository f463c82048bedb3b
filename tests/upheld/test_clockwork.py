"""What is due is carried out when it is due, not at the next look."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection

from db.engine import Database
from incidents.store import timer
from tests.upheld.house import configuration
from upheld import clockwork as clockwork_module
from upheld import ticker
from upheld.clock import utc_now
from upheld.clockwork import Clockwork
from upheld.installed import installed
from upheld.metrics import HouseMetrics
from upheld.rules import rules_of

NEVER = 3600.0


@pytest.fixture
def resting(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would rest for an hour."""
    monkeypatch.setattr(ticker.Ticker.__init__, "__defaults__", (NEVER,))


async def test_what_falls_due_while_it_rests_wakes_it(database: Database, tmp_path: Path, resting: None) -> None:
    looks = list[int]()
    clockwork = clockwork_of(database, tmp_path, lambda: looks.append(utc_now()))

    def hold(tx: Connection) -> None:
        now = utc_now()
        timer.start(tx, timer.Kind.HOLD, "shop", "later", now + 300, now)
        timer.start(tx, timer.Kind.HOLD, "shop", "now", now, now)

    await database.write(hold)
    await until_none_waits(clockwork, database)

    assert len(looks) < 10


async def test_who_is_behind_goes_on_without_asking_and_rests_until_the_next_is_due(
    database: Database, tmp_path: Path, resting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clockwork_module, "SLICE_SECONDS", 0.0)  # one in each
    asked, looks = list[str](), list[int]()

    def hold(tx: Connection) -> None:
        now = utc_now()
        timer.start(tx, timer.Kind.HOLD, "shop", "later", now + 400, now)
        for number in range(12):
            timer.start(tx, timer.Kind.HOLD, "shop", str(number), now, now)

    def next_due(tx: Connection) -> int | None:
        asked.append("when")
        return ask(tx)

    await database.write(hold)
    ask = timer.next_due
    monkeypatch.setattr(timer, "next_due", next_due)
    await until_none_waits(clockwork_of(database, tmp_path, lambda: looks.append(utc_now())), database)

    assert len(asked) < 8
    assert len(looks) < 25


def clockwork_of(database: Database, folder: Path, ticked: Callable[[], None]) -> Clockwork:
    rules = rules_of(configuration(folder), installed())
    return Clockwork(database, lambda: rules, utc_now, HouseMetrics(CollectorRegistry()), ticked)


async def until_none_waits(clockwork: Clockwork, database: Database) -> None:
    running = asyncio.create_task(clockwork.ticker.run())
    async with asyncio.timeout(60):
        while await database.read(lambda tx: timer.waiting(tx, timer.Kind.HOLD, "shop")):
            await asyncio.sleep(0.01)
    clockwork.ticker.stop()
    await running
