"""The prober against real parts: nginx, both databases, a cable that can be pulled."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Connection

from config.discover import discover
from config.model import Check
from config.state import State
from db.engine import Database
from probe import kinds, store
from probe.kind import ProbeKind
from probe.result import Reason
from probe.service import Prober
from probe.verdict import CheckChange
from tests.servers.namespace import WORLD_ADDRESS, Network
from tests.servers.nginx import Nginx

KINDS = discover(kinds, "KIND", ProbeKind)
ASK = """
import asyncio, json, sys
from config.discover import discover
from probe import kinds, once
from probe.kind import ProbeKind
kind, target = sys.argv[1:]
answer = asyncio.run(once.ask_once(discover(kinds, "KIND", ProbeKind), kind, target, ["timeout=2s"]))
print(json.dumps(once.told(kind, target, answer)))
"""


def wall() -> int:
    return time.time_ns() // 1_000_000


async def reached(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.05)


async def test_a_page_switched_off_and_on_is_an_outage_between_the_two(database: Database, nginx: Nginx) -> None:
    told: list[CheckChange] = []

    def on_changes(tx: Connection, changes: Sequence[CheckChange], now: int) -> None:
        told.extend(changes)

    check = Check(
        id="shop/home",
        component="shop",
        kind="http",
        target=f"{nginx.url}/",
        interval=1_000,
        timeout=500,
        recheck=1_000,
        fall=2,
        rise=2,
        options={"expect": {"status": [200], "body": "ok"}},
    )
    prober = Prober(database, wall, "local", KINDS, on_changes)
    await prober.start([check])
    await reached(lambda: any(change.state is State.UP for change in told))
    off = wall()
    nginx.switch_off("/")
    await reached(lambda: any(change.state is State.DOWN for change in told))
    on = wall()
    nginx.switch_on("/")
    await reached(lambda: told[-1].state is State.UP and len(told) > 2)
    await prober.stop()

    down, up = told[-2:]
    assert down.reason is Reason.STATUS
    # Instants are milliseconds and stand on another clock than ours: read apart, they may round apart by one.
    assert off - 1 <= down.happened_at <= on + 1
    assert on - 1 <= up.happened_at
    assert down.bound_at is not None and down.bound_at <= off + 1
    stored = await database.read(lambda tx: store.changes_of(tx, "shop/home", 0, wall()))
    assert [change.state for change in stored] == [State.UP, State.DOWN, State.UP]
    failures = await database.read(lambda tx: store.newest_failures(tx, "shop/home", 10))
    assert failures[0]["evidence"]["facts"]["status"] == 503


@pytest.mark.server
def test_a_pulled_cable_is_our_own_fault_by_address_and_by_name(cable: Network) -> None:
    cable.unplug()
    for target, reason in (
        (f"http://{WORLD_ADDRESS}/", Reason.NETWORK_UNREACHABLE),
        ("http://shop.example.com/", Reason.RESOLVER_UNREACHABLE),
    ):
        answer = json.loads(cable.house.run(sys.executable, "-c", ASK, "http", target))
        assert (answer["result"], answer["reason"]) == ("invalid", reason.value)
    tcp = json.loads(cable.house.run(sys.executable, "-c", ASK, "tcp", f"{WORLD_ADDRESS}:80"))
    assert (tcp["result"], tcp["reason"]) == ("invalid", Reason.NETWORK_UNREACHABLE.value)


@pytest.mark.server
def test_with_the_cable_in_a_closed_port_is_the_targets_fault(cable: Network) -> None:
    answer = json.loads(cable.house.run(sys.executable, "-c", ASK, "http", f"http://{WORLD_ADDRESS}:81/"))
    assert (answer["result"], answer["reason"]) == ("down", Reason.CONNECTION_REFUSED.value)
