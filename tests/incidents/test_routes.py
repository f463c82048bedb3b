"""`POST /hooks/{source}` over a real socket: the answer is a promise, and nothing sent makes a 5xx."""

import asyncio
import gzip
import io
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from db.engine import Database, open_database
from incidents.intake import Entrance, Intake, OwnInbox
from incidents.routes import Hooks
from incidents.sources.alertmanager import SOURCE, Options
from incidents.tally import Counted
from tests.incidents.samples import NOON
from tests.incidents.test_alertmanager import BODIES, POST
from tests.incidents.told import bodies, set_aside

Client: TypeAlias = TestClient[web.Request, web.Application]
GOOD = json.dumps(POST).encode()
TOKEN = {"Authorization": "Bearer secret"}


async def nothing_to_fetch(url: str) -> bytes:
    raise AssertionError(f"nobody asked for {url}")


class Door:
    """The hooks of one store behind a real server."""

    def __init__(self, database: Database, body_seconds: float = 5) -> None:
        self.registry = CollectorRegistry()
        entrance = Entrance(id="am", source=SOURCE, options=Options(token="secret", component_from=("service",)))
        self.hooks = Hooks(
            Intake(OwnInbox(database)),
            lambda: {"am": entrance},
            lambda: NOON,
            Counted(self.registry),
            fetch=nothing_to_fetch,
            body_seconds=body_seconds,
        )

    async def open(self) -> Client:
        application = web.Application()
        application.add_routes(self.hooks.routes())
        client = TestClient(TestServer(application))
        await client.start_server()
        return client

    def count(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"upheld_alert_webhooks_{name}_total", labels)


@pytest.fixture
def door(database: Database) -> Door:
    return Door(database)


@pytest.fixture
async def client(door: Door) -> AsyncIterator[Client]:
    opened = await door.open()
    yield opened
    await opened.close()


async def test_202_means_that_it_is_in_the_inbox(client: Client, door: Door, database: Database) -> None:
    async with client.post("/hooks/am", data=GOOD, headers=TOKEN) as answer:
        assert answer.status == 202

    assert await database.read(bodies) == [GOOD]
    assert door.count("received", source="am") == 1


async def test_what_is_not_the_format_is_refused_kept_and_counted(
    client: Client, door: Door, database: Database
) -> None:
    async with client.post("/hooks/am", data=b'{"version":"3"}', headers=TOKEN) as answer:
        said = await answer.json()

    assert (answer.status, said["status"]) == (400, 400)
    assert said["detail"].startswith("version: is '3', and '4'")
    assert await database.read(set_aside) == [said["detail"]]
    assert await database.read(bodies) == []
    assert door.count("rejected", source="am", reason="unreadable") == 1


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
async def test_no_body_makes_anything_but_a_refusal_with_a_reason(
    client: Client, database: Database, body: bytes
) -> None:
    async with client.post("/hooks/am", data=body, headers=TOKEN) as answer:
        said = await answer.json()

    assert answer.status == 400
    assert said["detail"]
    assert len(await database.read(set_aside)) == 1
    assert await database.read(bodies) == []
    async with client.post("/hooks/am", data=GOOD, headers=TOKEN) as answer:
        assert answer.status == 202


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Bearer secret2",
        "Bearer secre",
        "Basic secret",
        "secret",
        "Bearer \xff\xfe",
    ],
)
async def test_without_the_token_nothing_is_read_or_kept(
    client: Client, door: Door, database: Database, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}

    async with client.post("/hooks/am", data=b"not even JSON", headers=headers) as answer:
        assert answer.status == 401

    assert await database.read(set_aside) == []
    assert door.count("rejected", source="am", reason="unauthorized") == 1


@pytest.mark.parametrize("authorization", ["Bearer secret", "bearer secret", "BEARER  secret "])
async def test_the_scheme_s_spelling_does_not_matter(client: Client, authorization: str) -> None:
    async with client.post("/hooks/am", data=GOOD, headers={"Authorization": authorization}) as answer:
        assert answer.status == 202


@pytest.mark.parametrize("path", ["/hooks/other", "/hooks/am%00", "/hooks/%ff", "/hooks/" + "x" * 3000])
async def test_a_source_there_is_not_is_not_found_and_makes_no_metric_of_its_own(
    client: Client, door: Door, path: str
) -> None:
    async with client.post(path, data=GOOD, headers=TOKEN) as answer:
        assert answer.status == 404

    assert door.count("rejected", source="unknown", reason="unknown_source") == 1


async def test_a_post_may_have_one_mebibyte(client: Client, database: Database) -> None:
    fits = GOOD + b" " * (1_000_000 - len(GOOD))
    async with client.post("/hooks/am", data=fits, headers=TOKEN) as answer:
        assert answer.status == 202
    async with client.post("/hooks/am", data=io.BytesIO(b" " * (2 << 20)), headers=TOKEN) as answer:
        assert answer.status == 413

    assert len(await database.read(bodies)) == 1
    assert await database.read(set_aside) == []


async def test_a_small_body_that_unpacks_to_a_large_one_is_too_large(client: Client) -> None:
    packed = gzip.compress(b" " * (64 << 20))
    headers = {**TOKEN, "Content-Encoding": "gzip"}

    async with client.post("/hooks/am", data=packed, headers=headers) as answer:
        assert answer.status == 413


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_a_packed_post_is_unpacked(
    client: Client, database: Database, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    headers = {**TOKEN, "Content-Encoding": encoding}

    async with client.post("/hooks/am", data=pack(GOOD), headers=headers) as answer:
        assert answer.status == 202

    assert await database.read(bodies) == [GOOD]


async def _raw(client: Client, request: bytes, *, then_close: bool = False) -> bytes:
    """The first line of what is answered to these bytes."""
    assert client.port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    try:
        writer.write(request)
        await writer.drain()
        if then_close:
            writer.write_eof()
        return await asyncio.wait_for(reader.readline(), 60)
    finally:
        writer.transport.abort()  # what was not taken is not waited for


HEAD = b"POST /hooks/am HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n"
BROKEN = {
    "not gzip at all": HEAD + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    "gzip cut off": HEAD + b"Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n" + gzip.compress(GOOD)[:12],
    "a chunk without a length": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n{}",
    "a length of words": HEAD + b"Content-Length: many\r\n\r\n{}",
}


@pytest.mark.parametrize("request_", BROKEN.values(), ids=list(BROKEN))
async def test_a_body_broken_on_the_wire_is_the_sender_s_fault(
    client: Client, database: Database, request_: bytes
) -> None:
    line = await _raw(client, request_)

    assert line.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), line
    assert await database.read(bodies) == []
    async with client.post("/hooks/am", data=GOOD, headers=TOKEN) as answer:
        assert answer.status == 202


async def test_a_mistake_of_ours_in_reading_a_body_is_not_called_the_sender_s(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumbles(request: web.Request) -> bytes:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(web.Request, "read", stumbles)

    async with client.post("/hooks/am", data=GOOD, headers=TOKEN) as answer:
        assert answer.status == 500


async def test_a_body_that_does_not_arrive_is_not_waited_for(database: Database) -> None:
    door = Door(database, body_seconds=0.2)
    client = await door.open()

    line = await _raw(client, HEAD + b"Content-Length: 100\r\n\r\n{")

    assert b" 408 " in line
    assert door.count("rejected", source="am", reason="too_slow") == 1
    await client.close()


async def test_a_sender_that_hangs_up_in_the_middle_leaves_nothing(client: Client, database: Database) -> None:
    await _raw(client, HEAD + b"Content-Length: 100\r\n\r\n{", then_close=True)

    assert await database.read(bodies) == []
    async with client.post("/hooks/am", data=GOOD, headers=TOKEN) as answer:
        assert answer.status == 202


async def test_a_full_disk_is_503_and_never_a_false_promise(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/a.db")
    door = Door(database)
    client = await door.open()
    pages = await database.write(lambda tx: tx.exec_driver_sql("PRAGMA page_count").scalar())
    await database.write(lambda tx: tx.exec_driver_sql(f"PRAGMA max_page_count={pages}") and None)
    large = GOOD + b" " * 200_000

    async with client.post("/hooks/am", data=large, headers=TOKEN) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    async with client.post("/hooks/am", data=b"[" + b" " * 200_000 + b"]", headers=TOKEN) as answer:
        assert answer.status == 400

    assert door.count("rejected", source="am", reason="store_unavailable") == 1
    await database.write(lambda tx: tx.exec_driver_sql("PRAGMA max_page_count=1000000") and None)
    async with client.post("/hooks/am", data=large, headers=TOKEN) as answer:
        assert answer.status == 202
    assert await database.read(bodies) == [large]
    await client.close()
    await database.close()


async def test_posts_at_once_are_all_kept_and_each_answered(client: Client, database: Database) -> None:
    async def post(session: Client, number: int) -> int:
        body = GOOD.replace(b"5ef1a2b3c4d5e6f7", b"%016x" % number)
        async with session.post("/hooks/am", data=body, headers=TOKEN) as answer:
            return answer.status

    answers: list[Awaitable[int]] = [post(client, number) for number in range(200)]

    assert set(await asyncio.gather(*answers)) == {202}
    assert len(set(await database.read(bodies))) == 200


async def test_only_posts_are_taken(client: Client) -> None:
    for method in ("GET", "PUT", "DELETE"):
        async with client.request(method, "/hooks/am", headers=TOKEN) as answer:
            assert (answer.status, "POST" in answer.headers["Allow"]) == (405, True)


async def test_who_opens_a_hook_in_a_browser_is_told_what_it_is_for_whether_there_is_one_or_not(client: Client) -> None:
    for path in ("/hooks/am", "/hooks/nobody", "/hooks/am/deeper"):
        async with client.get(path) as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "POST")
            assert (await answer.json())["detail"] == "this address takes alerts by POST; there is nothing to read here"
