"""Heartbeats over HTTP: stored before they are answered."""

import asyncio
from collections.abc import Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from db.tables.probe import heartbeat
from probe.heartbeat import Entrance, Words
from probe.routes import SAID_LIMIT, ping_routes
from tests.probe.stage import MemoryStore

NOW = 1_790_000_000_000
AppClient = TestClient[web.Request, web.Application]
ENTRANCES = {
    "backup-7f3a": Entrance(check="db/backup"),
    "worded-7f3a": Entrance(check="db/backup", post_only=True, words=Words(fail=("ERROR",), success=("done",))),
}


@pytest.fixture
def kept() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
async def client(kept: MemoryStore, aiohttp_client: Callable[..., "asyncio.Future[AppClient]"]) -> AppClient:
    application = web.Application()
    application.add_routes(ping_routes(kept, lambda: NOW, lambda: ENTRANCES))
    return await aiohttp_client(TestServer(application))


def rows(kept: MemoryStore) -> list[tuple[str, str, int | None, str | None]]:
    with kept.engine.connect() as tx:
        found = tx.execute(select(heartbeat).order_by(heartbeat.c.id)).all()
    assert all((row.check, row.received_at, row.taken) == ("db/backup", NOW, False) for row in found)
    return [(row.signal, row.said, row.exit_code, row.run) for row in found]


@pytest.mark.parametrize(
    "path, signal, exit_code, run",
    [
        ("", "success", None, None),
        ("/start?rid=AAAA-1", "start", None, "aaaa-1"),
        ("/fail", "fail", None, None),
        ("/log", "log", None, None),
        ("/0", "success", 0, None),
        ("/1", "fail", 1, None),
        ("/255", "fail", 255, None),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
async def test_every_word_is_stored_as_what_it_says(
    client: AppClient, kept: MemoryStore, method: str, path: str, signal: str, exit_code: int | None, run: str | None
) -> None:
    answer = await client.request(method, f"/ping/backup-7f3a{path}")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert rows(kept) == [(signal, "", exit_code, run)]


@pytest.mark.parametrize("path", ["/256", "/-1", "/1000", "/stop", "/٣", "/start?rid=a%20b", f"/start?rid={'a' * 65}"])
async def test_an_unknown_word_is_refused_and_nothing_stored(client: AppClient, kept: MemoryStore, path: str) -> None:
    assert (await client.get(f"/ping/backup-7f3a{path}")).status == 400
    assert rows(kept) == []


async def test_an_unknown_token_is_not_found(client: AppClient, kept: MemoryStore) -> None:
    assert (await client.get("/ping/backup-7f3b")).status == 404
    assert rows(kept) == []


async def test_what_was_said_is_kept_up_to_the_limit_whatever_it_is(client: AppClient, kept: MemoryStore) -> None:
    answer = await client.post("/ping/backup-7f3a", data=b"a\0\xff" + b"x" * 2 * SAID_LIMIT)
    assert answer.status == 200
    ((_, said, _, _),) = rows(kept)
    assert said == "a\ufffd\ufffd" + "x" * (SAID_LIMIT - 3)


async def test_a_store_that_cannot_commit_is_not_answered_with_ok(client: AppClient, kept: MemoryStore) -> None:
    kept.broken = True
    answer = await client.get("/ping/backup-7f3a")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


async def test_the_last_word_of_a_long_log_counts_and_a_preview_does_not(client: AppClient, kept: MemoryStore) -> None:
    assert (await client.get("/ping/worded-7f3a")).status == 200
    assert (await client.post("/ping/worded-7f3a", data=b"." * 5 * SAID_LIMIT + b"done")).status == 200
    assert (await client.post("/ping/worded-7f3a", data=b"done, but ERROR")).status == 200
    assert [signal for signal, *_ in rows(kept)] == ["ignored", "success", "fail"]
