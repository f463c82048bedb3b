"""What is due is carried out when it is due, not at the next look."""

import asyncio
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection

from db.engine import open_database
from incidents.store import timer
from tests.upheld.house import configuration
from upheld import ticker
from upheld.clock import utc_now
from upheld.clockwork import Clockwork
from upheld.installed import installed
from upheld.metrics import HouseMetrics
from upheld.rules import rules_of

NEVER = 3600.0


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
