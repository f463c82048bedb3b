"""What is due is carried out when it is due, not at the next look."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection

from db.engine import Database, open_database
from incidents.store import timer
from tests.upheld.house import configuration
from upheld import ticker
from upheld.clock import utc_now
from upheld.clockwork import AT_ONCE, Clockwork
from upheld.installed import installed
from upheld.metrics import HouseMetrics
from upheld.rules import rules_of

NEVER = 3600.0

T = TypeVar("T")


async def test_what_falls_due_while_it_rests_wakes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would rest for an hour."""
    monkeypatch.setattr(ticker.Ticker.__init__, "__defaults__", (NEVER,))
    database = await open_database(f"sqlite:///{tmp_path / 'upheld.db'}")
    rules, looks = rules_of(configuration(tmp_path), installed()), list[int]()
    clockwork = Clockwork(
        database, lambda: rules, utc_now, HouseMetrics(CollectorRegistry()), lambda: looks.append(utc_now())
    )

    def hold(tx: Connection) -> None:
        now = utc_now()
        timer.start(tx, timer.Kind.HOLD, "shop", "later", now + 300, now)
        timer.start(tx, timer.Kind.HOLD, "shop", "now", now, now)

    def waiting(tx: Connection) -> list[str]:
        return timer.waiting(tx, timer.Kind.HOLD, "shop")

    await database.write(hold)
    running = asyncio.create_task(clockwork.ticker.run())
    async with asyncio.timeout(60):
        while await database.read(waiting):
            await asyncio.sleep(0.01)
    clockwork.ticker.stop()
    await running
    await database.close()

    assert len(looks) < 10


async def test_what_is_behind_is_carried_out_without_a_look_in_between(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path / 'upheld.db'}")
    rules, looks = rules_of(configuration(tmp_path), installed()), Looks(database)
    clockwork = Clockwork(looks, lambda: rules, utc_now, HouseMetrics(CollectorRegistry()), lambda: None)

    def hold(tx: Connection) -> None:
        now = utc_now()
        for each in range(2 * AT_ONCE + 1):
            timer.start(tx, timer.Kind.HOLD, "shop", str(each), now, now)

    await database.write(hold)
    while await clockwork.step():
        pass
    left = await database.read(lambda tx: timer.waiting(tx, timer.Kind.HOLD, "shop"))
    await database.close()

    assert left == []
    assert looks.taken == 2


class Looks:
    """A store that counts how often it is asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.taken = 0
        self.write, self.listen, self.close = database.write, database.listen, database.close

    async def read(self, work: Callable[[Connection], T]) -> T:
        self.taken += 1
        return await self._database.read(work)
