"""Whoever says the head of a request too slowly is let go, before the hatch too: his handle is wanted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest
from aiohttp import web

from tests.servers.program import PATIENCE
from upheld import web as served
from upheld.porter.connection import Connection

ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Before = Callable[[asyncio.Protocol], asyncio.Protocol]


def alone(within: asyncio.Protocol) -> asyncio.Protocol:
    return within


def before_the_hatch(within: asyncio.Protocol) -> asyncio.Protocol:
    return Connection(within, lambda said: False, lambda connection: False)


@pytest.fixture(params=[alone, before_the_hatch])
async def port(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(served, "KEEPALIVE_SECONDS", 0.2)
    before: Before = request.param
    app = web.Application()
    app.add_routes([web.get("/", answer)])
    runner = served.runner_of(app)
    await runner.setup()
    within = runner.server
    assert within is not None
    server = await asyncio.get_running_loop().create_server(lambda: before(within()), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await runner.cleanup()


async def answer(_: web.Request) -> web.Response:
    return web.Response(text="well")


@pytest.mark.parametrize("first", [b"", ASKED], ids=["at once", "after another"])
async def test_a_head_that_comes_byte_by_byte_is_not_waited_for(port: int, first: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first + b"POST /hooks/am HTTP/1.1\r\n")
    saying = asyncio.create_task(say(writer))

    async with asyncio.timeout(PATIENCE):
        with suppress(ConnectionError):
            await reader.read()

    saying.cancel()
    writer.close()


async def say(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x")
        await asyncio.sleep(0.02)
