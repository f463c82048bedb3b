"""What the porter answers is what the house answers, header for header; what he does not read goes to the house."""

import asyncio
import gzip
import json
import re
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry
from typing_extensions import override

from config.instant import Instant
from db.errors import StoreUnavailable
from incidents.intake import Entrance, Inbox, Intake, Row
from incidents.routes import Hooks
from incidents.source import Sent
from incidents.sources import alertmanager, prometheus
from incidents.tally import Counted
from tests.incidents.samples import NOON
from tests.incidents.test_alertmanager import POST
from tests.servers.program import PATIENCE
from upheld.porter import sender as sending
from upheld.porter.connection import let_in, posts
from upheld.porter.hatch import Passenger
from upheld.porter.sender import Sender
from upheld.web import BODY_LIMIT, front, runner_of

BODY = json.dumps(POST).encode()
BODY_SECONDS = 0.3
GOOD = ("Host: x", "Authorization: Bearer secret", "Content-Type: application/json")


def post(
    *headers: str, path: str = "/hooks/am", body: bytes = BODY, version: str = "1.1", length: int | None = None
) -> bytes:
    size = f"Content-Length: {len(body) if length is None else length}"
    head = [f"POST {path} HTTP/{version}", *(headers or GOOD), size, "", ""]
    return "\r\n".join(head).encode("latin-1") + body


class Kept(Inbox):
    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.away = False
        self.open = asyncio.Event()
        self.open.set()

    @override
    async def accept(self, posts: Sequence[Row]) -> None:
        await self.open.wait()
        if self.away:
            raise StoreUnavailable("it is away")
        self.bodies += [post["body"] for post in posts]

    @override
    async def set_aside(self, post: Row, reason: str) -> None:
        self.bodies.append(post["body"])


class Hall:
    """The same hooks behind the porter's door and behind the house's."""

    def __init__(self) -> None:
        self.inbox = Kept()
        self.given: list[bytes] = []
        self.full = False
        self.senders: list[Sender] = []
        self.writers: list[asyncio.StreamWriter] = []
        """Held, for they close what they write to when they go."""
        options = alertmanager.Options(token="secret", component_from=("service",))

        def stumble(_: alertmanager.Options, sent: Sent) -> bool:
            raise RuntimeError("stumbled")

        self.entrances = {
            "am": Entrance(id="am", source=alertmanager.SOURCE, options=options),
            "bad": Entrance(id="bad", source=replace(alertmanager.SOURCE, authorized=stumble), options=options),
        }
        self.now: Instant = NOON
        self.hooks = Hooks(
            Intake(self.inbox),
            lambda: self.entrances,
            lambda: self.now,
            Counted(CollectorRegistry()),
            fetch=self._fetch,
            paths=[prometheus.ALERTS],
            body_seconds=BODY_SECONDS,
        )

    async def _fetch(self, url: str) -> bytes:
        raise AssertionError(url)

    def give(self, one: Passenger) -> bool:
        if not self.full:
            self.given.append(one.said)
            one.transport.abort()
        return not self.full

    async def porter(self, first: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        ours, theirs = socket.socketpair()
        made = Sender(self.hooks, posts([prometheus.ALERTS]), self.give, first)
        self.senders.append(made)
        await let_in(made, ours)
        reader, writer = await asyncio.open_unix_connection(sock=theirs)
        self.writers.append(writer)
        return reader, writer


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
async def port(hall: Hall) -> AsyncIterator[int]:
    app = front()
    app.add_routes(hall.hooks.routes())
    runner = runner_of(app)
    await runner.setup()
    assert runner.server is not None
    server = await asyncio.get_running_loop().create_server(runner.server, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await runner.cleanup()


Answer = tuple[str, dict[str, str], str]


async def answer(reader: asyncio.StreamReader) -> Answer:
    async with asyncio.timeout(PATIENCE):
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
        headers = dict(line.split(": ", 1) for line in lines)
        assert len(headers) == len(lines)
        assert headers.pop("Date").endswith("GMT")
        body = (await reader.readexactly(int(headers["Content-Length"]))).decode()
    return first, headers, re.sub("log as [0-9a-f]+", "log as x", body)


async def closed(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(PATIENCE):
        return await reader.read() == b""


async def both(hall: Hall, port: int, said: bytes) -> tuple[Answer, Answer]:
    asked, writing = await hall.porter(said)
    house, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    found = await answer(asked), await answer(house)
    for one in (writing, writer):
        one.close()
    return found


ALIKE = {
    "good": post(),
    "with query": post(path="/hooks/am?a=1&b"),
    "token in query": post("Host: x", path="/hooks/am?x=%41&token=secret&token=other"),
    "basic login": post("Host: x", "authorization: Basic OnNlY3JldA=="),
    "blanks": post("Host:x", "AUTHORIZATION: \t Bearer secret \t"),
    "wrong token": post("Host: x", "Authorization: Bearer no"),
    "no token": post("Host: x"),
    "unknown": post(path="/hooks/other"),
    "no name": post(path="/hooks/"),
    "under it": post(path="/hooks/am/v1/events"),
    "double slash": post(path="/hooks//am"),
    "dots": post(path="/hooks/../-/reload"),
    "plus": post(path="/hooks/a+m;x"),
    "quotes": post(path="/hooks/am'\"[]{}"),
    "fixed path": post(path=prometheus.ALERTS),
    "behind a proxy": post(*GOOD, "X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.1"),
    "last": post(*GOOD, "Connection: close"),
    "said to stay": post(*GOOD, "Connection: keep-alive"),
    "of old": post(version="1.0"),
    "of old and to stay": post(*GOOD, "Connection: keep-alive", version="1.0"),
    "empty": post(body=b""),
    "empty and last": post(*GOOD, "Connection: Close", body=b""),
    "empty and of old": post(*GOOD, "connection: Keep-Alive", body=b"", version="1.0"),
    "no length": post(body=b"").replace(b"Content-Length: 0\r\n", b""),
    "unreadable": post(body=b"{"),
    "not UTF-8": post(body=b"\xff\xfe"),
    "other version": post(body=b'{"version":"3"}'),
    "our mistake": post(path="/hooks/bad"),
    "length with zeros": post().replace(b"Content-Length: ", b"Content-Length: 00"),
    "many headers": post(*GOOD, *(f"X-{number}: {number}" for number in range(100))),
}


@pytest.mark.parametrize("said", ALIKE.values(), ids=list(ALIKE))
async def test_the_answer_is_the_one_the_house_gives(hall: Hall, port: int, said: bytes) -> None:
    asked, house = await both(hall, port, said)

    assert asked == house
    assert hall.given == []


async def test_so_is_what_is_said_where_nothing_could_be_kept(hall: Hall, port: int) -> None:
    hall.inbox.away = True

    asked, house = await both(hall, port, post())

    assert asked == house
    assert asked[0] == "HTTP/1.1 503 Service Unavailable"
    assert asked[1]["Retry-After"] == "5"


async def test_so_is_what_is_said_of_a_body_that_does_not_come(hall: Hall, port: int) -> None:
    asked, house = await both(hall, port, post(length=len(BODY) + 1))
    house[1].setdefault("Connection", "close")  # the house waits for the rest of it before it hangs up

    assert asked == house
    assert asked[0] == "HTTP/1.1 408 Request Timeout"


def head(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


FOR_THE_HOUSE = {
    "chunks": head("POST /hooks/am HTTP/1.1", *GOOD, "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n",
    "chunks and a length": post(*GOOD, "Transfer-Encoding: chunked"),
    "packed": post(*GOOD, "Content-Encoding: gzip", body=gzip.compress(BODY)),
    "asks first": post(*GOOD, "Expect: 100-continue", body=b"", length=2),
    "would speak otherwise": post(*GOOD, "Connection: upgrade", "Upgrade: websocket"),
    "says more of its connection": post(*GOOD, "Connection: keep-alive, TE"),
    "another method": head("GET /hooks/am HTTP/1.1", *GOOD),
    "only the head": head("HEAD /hooks/am HTTP/1.1", *GOOD),
    "a page": head("GET / HTTP/1.1", "Host: x"),
    "another post": head("POST /-/reload HTTP/1.1", "Host: x"),
    "no host": post("Authorization: Bearer secret"),
    "a header twice": post(*GOOD, "Authorization: Bearer other"),
    "two lengths": post(*GOOD, "Content-Length: 3"),
    "a length in words": post(*GOOD).replace(b"Content-Length: ", b"Content-Length: x"),
    "a length below nothing": post(*GOOD).replace(b"Content-Length: ", b"Content-Length: -"),
    "a length with a sign": post(*GOOD).replace(b"Content-Length: ", b"Content-Length: +"),
    "too large": post(length=BODY_LIMIT + 1),
    "enormous": post(length=10**30),
    "half a head": post()[:60],
    "a long head": post(*GOOD, f"X: {'x' * 9000}"),
    "what is escaped": post(path="/hooks/a%6d"),
    "an end of a page": post(path="/hooks/am#x"),
    "beyond ASCII": post(*GOOD, "X: caf\xe9"),
    "a path beyond ASCII": post(path="/hooks/caf\xe9"),
    "a null": post(*GOOD, "X: a\x00b"),
    "a header without a name": post(*GOOD, ": x"),
    "a name with a blank": post(*GOOD, "X : x"),
    "a folded header": post(*GOOD, "X: a", " b"),
    "bare newlines": post().replace(b"\r\n", b"\n"),
    "a bare newline": post(*GOOD, "X: a\nY: b"),
    "no version": post().replace(b" HTTP/1.1", b""),
    "a newer version": post(version="2.0"),
}


@pytest.mark.parametrize("said", FOR_THE_HOUSE.values(), ids=list(FOR_THE_HOUSE))
async def test_what_comes_otherwise_goes_to_the_house_as_it_came(hall: Hall, said: bytes) -> None:
    await hall.porter(said)

    assert hall.given == [said]
    assert hall.inbox.bodies == []


async def test_where_the_house_takes_nobody_it_is_said_and_the_connection_ends(hall: Hall) -> None:
    hall.full = True
    reader, _ = await hall.porter(head("GET / HTTP/1.1", "Host: x"))

    first, headers, _ = await answer(reader)

    assert (first, headers["Retry-After"], headers["Connection"]) == ("HTTP/1.1 503 Service Unavailable", "1", "close")
    assert await closed(reader)


async def test_one_after_the_other_on_one_connection_and_then_something_else(hall: Hall) -> None:
    reader, writer = await hall.porter(post(body=b"{"))
    assert (await answer(reader))[0] == "HTTP/1.1 400 Bad Request"
    for _ in range(3):
        writer.write(post())
        assert (await answer(reader))[0] == "HTTP/1.1 202 Accepted"

    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    assert await closed(reader)
    assert hall.given == [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"]


async def test_a_body_in_pieces_is_put_together(hall: Hall) -> None:
    said = post()
    cut = len(said) - len(BODY)
    reader, writer = await hall.porter(said[:cut])
    for at in range(cut, len(said), 100):
        writer.write(said[at : at + 100])
        await asyncio.sleep(0)

    assert (await answer(reader))[0] == "HTTP/1.1 202 Accepted"
    assert hall.inbox.bodies == [BODY]
    writer.write(post())
    assert "Connection" not in (await answer(reader))[1]


@pytest.mark.parametrize("later", [False, True])
async def test_what_comes_behind_a_post_is_not_heard_and_said_to_be_lost(hall: Hall, later: bool) -> None:
    hall.inbox.open.clear()
    reader, writer = await hall.porter(post() + (b"" if later else post()[:20]))
    if later:
        writer.write(post())
    await asyncio.sleep(0.05)
    hall.inbox.open.set()

    assert (await answer(reader))[1]["Connection"] == "close"
    assert await closed(reader)
    assert hall.inbox.bodies == [BODY]


async def test_who_is_not_trusted_hears_it_before_his_body_is_there_and_it_is_not_kept(hall: Hall) -> None:
    reader, writer = await hall.porter(post("Host: x", body=b"", length=1000))
    first, headers, _ = await answer(reader)
    assert (first, headers["Connection"]) == ("HTTP/1.1 401 Unauthorized", "close")

    writer.write(b"x" * 999)
    await writer.drain()
    await asyncio.sleep(0.05)
    assert not hall.senders[0].transport.is_closing()  # who is still writing would not hear it
    writer.write(b"x")

    assert await closed(reader)


async def test_one_that_hangs_up_in_the_middle_is_refused_and_nothing_is_kept(hall: Hall) -> None:
    _, writer = await hall.porter(post(length=len(BODY) + 1))
    await asyncio.sleep(0.05)
    answering = hall.senders[0].answering
    writer.close()

    assert answering is not None
    await asyncio.wait_for(answering, PATIENCE)
    assert hall.inbox.bodies == []


async def test_so_is_one_that_has_hung_up_before_he_was_asked(hall: Hall) -> None:
    ours, _theirs = socket.socketpair()
    made = Sender(hall.hooks, posts([]), hall.give, post(length=len(BODY) + 1))
    await let_in(made, ours)
    answering = made.answering
    assert answering is not None
    made.connection_lost(None)

    async with asyncio.timeout(BODY_SECONDS / 2):
        await answering


async def test_one_that_hangs_up_before_the_answer_has_posted_all_the_same(hall: Hall) -> None:
    hall.inbox.open.clear()
    _, writer = await hall.porter(post())
    await asyncio.sleep(0.05)
    answering = hall.senders[0].answering
    writer.close()
    await asyncio.sleep(0.05)
    hall.inbox.open.set()

    assert answering is not None
    await asyncio.wait_for(answering, PATIENCE)
    assert hall.inbox.bodies == [BODY]


async def test_who_says_nothing_for_long_is_let_go_and_who_waits_for_an_answer_is_not(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "KEEPALIVE_SECONDS", 0)
    hall.inbox.open.clear()
    reader, _ = await hall.porter(post())
    (one,) = hall.senders
    one.rest(float("inf"))
    hall.inbox.open.set()
    assert (await answer(reader))[0] == "HTTP/1.1 202 Accepted"

    one.rest(float("-inf"))
    assert not one.transport.is_closing()
    one.rest(float("inf"))
    assert await closed(reader)


async def test_when_he_leaves_who_waits_is_answered_for_the_last_time(hall: Hall) -> None:
    hall.inbox.open.clear()
    waiting, _ = await hall.porter(post())
    resting, _ = await hall.porter(post("Host: x"))
    await answer(resting)
    for one in hall.senders:
        one.leave()
    hall.inbox.open.set()

    assert await closed(resting)
    assert (await answer(waiting))[1]["Connection"] == "close"
    assert await closed(waiting)


async def test_who_does_not_listen_to_his_answers_is_not_listened_to(hall: Hall) -> None:
    _, writer = await hall.porter(post())
    (one,) = hall.senders
    one.transport.set_write_buffer_limits(high=0)
    for _ in range(2000):
        writer.write(post())
        await asyncio.sleep(0)
        if not one.transport.is_reading():
            break

    assert not one.transport.is_reading()
    writer.close()
