"""Two installations watch each other; one is killed, the other opens an incident and closes it when it is back."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.scenarios import town
from tests.servers.process import Upheld, Warm

pytestmark = pytest.mark.server


def configuration(peer: str) -> dict[str, Any]:
    return {
        "on_call": {"name": "Li"},
        "components": {"shop": {"name": "Shop"}},
        "peers": {"other": {"url": peer, "every": "1s"}},
    }


def on_peer(upheld: Upheld) -> Sequence[tuple[str, str, int]]:
    return [(one["component"], one["reason"], one["severity"]) for one in upheld.incidents()]


def test_a_peer_that_dies_is_an_incident_until_it_is_back(tmp_path: Path) -> None:
    one, other = Upheld(tmp_path / "one", {}), Warm(tmp_path / "other", {})
    one.configure(configuration(other.url))
    other.configure(configuration(one.url))
    with other, one:  # the one that is asked about never saw the other away before: a second time is held open for long
        town.wait(lambda: one.get("/-/pulse").json()["good"], "the heart of the one beats")
        other.kill9()
        town.wait(lambda: on_peer(one) == [("peer-other", "peer_dead", 2)], "the dead peer is an incident")

        other.start()
        other.wait_ready()
        town.wait(lambda: on_peer(one) == [], "it ends when the peer is back")


async def test_the_heartbeat_leaves_while_everything_works(tmp_path: Path) -> None:
    beats = 0

    async def beat(request: web.Request) -> web.Response:
        nonlocal beats
        beats += 1
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/ping/secret", beat)])
    async with TestServer(app) as server:
        url = str(server.make_url("/ping/secret"))
        quiet = {"components": {"shop": {"name": "Shop"}}, "heartbeat": {"url": url, "every": "1s"}}
        upheld = Warm(tmp_path, quiet)
        await asyncio.to_thread(upheld.__enter__)
        try:
            async with asyncio.timeout(town.PATIENCE):
                while beats < 2:
                    await asyncio.sleep(0.1)
        finally:
            await asyncio.to_thread(upheld.stop)
    assert "not well" not in upheld.output, "nothing ails a house that has just begun"
