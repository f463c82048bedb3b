"""A whole house with a second place: another prober on its store, which reaches the target by another way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from config.instant import Instant, rfc3339
from config.state import State
from db.ledger import store as ledger
from db.tables.probe import vote
from incidents.store import incident as incidents
from incidents.store import transition
from probe.kind import Ask, ProbeKind, Question
from probe.kinds.tcp import KIND
from probe.listeners import Listeners
from probe.result import Answer
from probe.service import Prober
from probe.verdict import CheckChange
from tests.probe.listener import HOST, listening
from tests.upheld.house import configuration, document
from upheld.clock import utc_now
from upheld.house import House, open_house
from upheld.statements import statement_of

SECONDS = 30
BRANCH = {"locations": {"branch": {"owner": "customer"}}}


async def _welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def by_way_of(port: int) -> ProbeKind:
    """The kind `tcp` behind a door of the target of its own."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Ask]:
        assert KIND.open is not None
        async with KIND.open() as ask:

            async def through(question: Question) -> Answer:
                return await ask(replace(question, target=f"{HOST}:{port}"))

            yield through

    return replace(KIND, open=opened)


def asked(port: int) -> dict[str, Any]:
    agreement = document()["customers"]["acme"]["agreement"] | {"measured_from": f"{rfc3339(utc_now())[:7]}-01"}
    check = {"kind": "tcp", "target": f"{HOST}:{port}", "interval": "1s", "timeout": "1s", "fall": 1, "rise": 1}
    return {
        "components": {"shop": {"name": "Shop", "checks": {"port": check, "port-2": check}}},
        "customers": {"acme": document()["customers"]["acme"] | {"agreement": agreement}},
        "probing": BRANCH,
    }


def second(house: House, port: int) -> Prober:
    def changes(tx: Connection, found: Sequence[CheckChange], now: Instant) -> None:
        house.rules.incidents.check_news(tx, found, "probe:branch", now)

    kinds = {"tcp": by_way_of(port)}
    return Prober(
        house.database, utc_now, "branch", kinds, Listeners(hear=house.places.hear("branch"), changes=changes)
    )


async def until(house: House, seen: Callable[[Connection], bool]) -> None:
    for _ in range(SECONDS * 10):
        if await house.database.read(seen):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"not within {SECONDS} seconds")


def is_now(state: State, tx: Connection) -> bool:
    newest = transition.newest(tx, "shop")
    return newest is not None and newest.state is state


def votes(tx: Connection) -> list[tuple[str, str]]:
    rows = tx.execute(select(vote.c.location, vote.c.state).order_by(vote.c.happened_at, vote.c.id))
    return [(row.location, row.state) for row in rows]


async def test_what_one_place_alone_sees_is_no_outage_and_what_both_see_is_an_incident(tmp_path: Path) -> None:
    async with AsyncExitStack() as ours, AsyncExitStack() as theirs:
        target = await ours.enter_async_context(listening(_welcome))
        door = await theirs.enter_async_context(listening(_welcome))
        config = configuration(tmp_path, **asked(target))
        async with open_house(config, tmp_path / "upheld.yaml") as house:
            branch = second(house, door)
            await branch.start(list(config.checks()))
            await until(house, lambda tx: {("local", "up"), ("branch", "up")} <= set(votes(tx)))
            await theirs.aclose()
            await until(house, lambda tx: ("branch", "down") in votes(tx))
            assert await house.database.read(partial(is_now, State.UP)), "a tie keeps it up"
            await ours.aclose()
            await until(house, lambda tx: bool(incidents.unresolved(tx)))
            assert await house.database.read(partial(is_now, State.DOWN))
            await branch.stop()
            made = await house.database.read(
                lambda tx: statement_of(
                    tx, house.config, house.rules.caseload, "acme", rfc3339(utc_now())[:7], utc_now()
                )
            )
            (leaf,) = await house.database.read(lambda tx: ledger.leaves_of(tx, ["check/shop/port"], ledger.size(tx)))
    both = (f"shop/{check}@{place}" for check in ("port", "port-2") for place in ("branch", "local"))
    assert made.observers == {"shop": tuple(sorted(both))}, "in the order in which a bundle's leaves stand"
    assert made.panel.leaf()["locations"] == {"local": "supplier", "branch": "customer"}
    assert leaf.entry.body["locations"] == {"local": "supplier", "branch": "customer"}
