"""A server that was away finds what fell due meanwhile: that is carried out, and nobody is blamed for it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pytest_aiohttp.plugin import AiohttpClient
from sqlalchemy import Connection

from config.instant import HOUR
from incidents.incident import Escalated
from incidents.store import incident as incidents
from tests.upheld.house import NOON, TOKEN, configuration, served
from tests.upheld.test_receipts import ALERT
from upheld.house import House, open_house

TOLD: dict[str, Any] = {
    "channels": {"mail": {"kind": "email", "host": "127.0.0.1", "port": 1, "tls": "none", "sender": "up@example.com"}},
    "people": {name: {"name": name.title(), "email": f"{name}@example.com"} for name in ("li", "wang")},
    "escalations": {
        "default": {"steps": [{"notify": ["li"]}, {"notify": ["wang"], "after": "15m"}], "fallback": ["li"]}
    },
}


async def until(house: House, seen: Callable[[Connection], bool]) -> None:
    async with asyncio.timeout(60):
        while not await house.database.read(seen):
            await asyncio.sleep(0.05)


def steps(tx: Connection) -> list[int]:
    """Of the shop's incident, those that were carried out: a mail that nobody takes brings the next one forward."""
    found = incidents.newest_of(tx, "shop")
    told = incidents.events(tx, found.id) if found is not None else []
    return [one.event.step for one in told if isinstance(one.event, Escalated)]


async def test_what_fell_due_while_we_were_away_is_carried_out_before_the_auditor_looks(
    tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    config, clock = configuration(tmp_path, **TOLD), [NOON]
    async with (
        open_house(config, tmp_path / "upheld.yaml", lambda: clock[-1]) as first,
        served(first, aiohttp_client) as reader,
    ):
        sent = await reader.post("/hooks/am", json=ALERT, headers={"Authorization": f"Bearer {TOKEN}"})
        assert sent.status == 202
        await until(first, lambda tx: 1 in steps(tx))
    clock.append(NOON + HOUR)
    async with open_house(config, tmp_path / "upheld.yaml", lambda: clock[-1]) as second:
        await until(second, lambda tx: 2 in steps(tx))
        await second.watch.tickers[0]._step()
        assert second.registry.get_sample_value("upheld_escalation_overdue_total") == 0
