"""A body that comes byte by byte is not waited for, whatever it is for; one that keeps coming is."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpClient

from console.upload import read_form
from tests.servers.program import PATIENCE
from tests.upheld.house import Reader, house, served
from tests.upheld.test_receipts import SECRET, changes
from upheld import patience
from upheld.web import front

BEAT = "a-token-of-a-heartbeat"
FORM = "application/x-www-form-urlencoded"


async def slowly(first: bytes, rest: asyncio.Event) -> AsyncIterator[bytes]:
    yield first
    await rest.wait()


async def status(reader: Reader, path: str, kind: str = "application/json", first: bytes = b"a") -> int:
    rest = asyncio.Event()
    async with (
        asyncio.timeout(PATIENCE),
        reader.post(path, data=slowly(first, rest), headers={"Content-Type": kind}) as answer,
    ):
        rest.set()
        return answer.status


async def test_nobody_is_waited_for_at_any_door(
    tmp_path: Path, aiohttp_client: AiohttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.2)
    job = {"name": "Job", "checks": {"beat": {"kind": "heartbeat", "token": BEAT, "period": "1h"}}}
    shop = {"name": {"en": "Web shop", "zh-CN": "网上商城"}, "tier": "core"}
    more = {**changes("http://127.0.0.1:9/"), "components": {"shop": shop, "job": job}}
    async with house(tmp_path, **more) as opened, served(opened, aiohttp_client) as reader:
        assert await status(reader, "/login", FORM) == 408
        assert await status(reader, f"/receipts/call?token={SECRET}") == 408
        assert await status(reader, f"/ping/{BEAT}") == 408


async def read(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


async def form(request: web.Request) -> web.Response:
    return web.Response(text=str(await read_form(request)))


@pytest.fixture
async def reader(aiohttp_client: AiohttpClient) -> Reader:
    app = front()
    app.add_routes([web.post("/read", read), web.post("/form", form)])
    return await aiohttp_client(app)


async def test_a_file_that_stops_coming_is_not_waited_for(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.2)
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n'
    assert await status(reader, "/form", "multipart/form-data; boundary=x", head + b"part") == 408


async def test_a_large_body_that_keeps_coming_is_waited_for(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.2)
    monkeypatch.setattr(patience, "BYTES_A_SECOND", 1000)

    async def steadily() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield bytes(5000)
            await asyncio.sleep(0.1)

    async with asyncio.timeout(PATIENCE), reader.post("/read", data=steadily()) as answer:
        assert (answer.status, await answer.text()) == (200, "25000")
