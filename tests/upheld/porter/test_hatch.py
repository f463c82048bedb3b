"""Connections that go from one process to the other; here the two sides are in one."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from tests.servers.program import PATIENCE
from upheld.porter.connection import Connection, posts
from upheld.porter.hatch import MOST, Hatch


class Echo(asyncio.Protocol):
    """Answers every piece with itself, after a word of its own."""

    def __init__(self, word: bytes) -> None:
        self._word = word

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert hasattr(transport, "write")
        self._write = transport.write

    def data_received(self, data: bytes) -> None:
        self._write(self._word + data)


class Sides:
    """The house's side gives what begins with `POST /hooks/`; the other side answers it."""

    def __init__(self) -> None:
        house, porter = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.house = Hatch(house, lambda peer, said: None)
        self.porter = Hatch(porter, self._adopt)
        self._tasks: list[asyncio.Task[object]] = []

    def connection(self) -> Connection:
        return Connection(Echo(b"house:"), posts(["/v2/enqueue"]), self.house.give)

    def _adopt(self, peer: socket.socket, said: bytes) -> None:
        made = Connection(Echo(b"porter:"), lambda words: False, self.porter.give, said)
        loop = asyncio.get_running_loop()
        self._tasks.append(asyncio.create_task(loop.connect_accepted_socket(lambda: made, peer)))


@pytest.fixture
async def sides() -> AsyncIterator[Sides]:
    made = Sides()
    yield made
    for one in (made.house, made.porter):
        one.close()


@pytest.fixture
async def port(sides: Sides) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(sides.connection, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def answer(port: int, *pieces: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = b""
    for piece in pieces:
        writer.write(piece)
        while not said.endswith(piece):
            try:
                more = await reader.read(MOST * 4)
            except ConnectionResetError:
                more = b""
            if not more:
                return said
            said += more
    writer.close()
    return said


MANY = 1500
"""More than go into it at once."""
POST = b"POST /hooks/am HTTP/1.1\r\n"


async def test_what_begins_as_a_post_goes_through_with_all_it_has_said(sides: Sides, port: int) -> None:
    sides.porter.open()

    assert await answer(port, POST, b"more") == b"porter:" + POST + b"porter:more"
    assert await answer(port, b"POST /v2/enqueue HTTP/1.1") == b"porter:POST /v2/enqueue HTTP/1.1"


@pytest.mark.parametrize("said", [b"GET /hooks/am HTTP/1.1", b"POST /hoo", b"POST /v2/enqueued HTTP/1.1", b"\x16\x03"])
async def test_all_else_stays(said: bytes, sides: Sides, port: int) -> None:
    sides.porter.open()

    assert await answer(port, said, POST) == b"house:" + said + b"house:" + POST


async def test_who_finds_it_full_waits(sides: Sides, port: int) -> None:
    waiting = [asyncio.create_task(answer(port, POST)) for _ in range(MANY)]
    await asyncio.sleep(0.2)
    assert not any(one.done() for one in waiting)

    sides.porter.open()

    assert await asyncio.gather(*waiting) == [b"porter:" + POST] * MANY


async def test_where_nobody_is_behind_it_the_house_answers_who_has_not_gone_through(sides: Sides, port: int) -> None:
    waiting = [asyncio.create_task(answer(port, POST)) for _ in range(MANY)]
    await asyncio.sleep(0.2)

    sides.porter.close()

    answers = await asyncio.gather(*waiting)
    assert answers.count(b"house:" + POST) + answers.count(b"") == MANY
    assert answers.count(b"house:" + POST) > 0  # of those who were on their way nobody hears any more
    assert await answer(port, POST) == b"house:" + POST


async def test_one_that_is_lost_for_want_of_a_handle_holds_nobody_up(sides: Sides, port: int) -> None:
    """What the system passes on where the process may open no more: the words without the connection."""
    sides.porter.open()
    sides.house._end.send(POST)

    async with asyncio.timeout(PATIENCE):
        assert await answer(port, POST) == b"porter:" + POST


async def test_what_has_not_been_told_all_yet_stays(sides: Sides) -> None:
    ours, peer = socket.socketpair()
    transport, _ = await asyncio.get_running_loop().create_unix_connection(asyncio.Protocol, sock=ours)
    connection = Connection(Echo(b"house:"), posts([]), sides.house.give)
    connection.connection_made(transport)
    transport.write(b"x" * (4 << 20))

    connection.data_received(POST)

    assert connection.stays
    transport.abort()
    peer.close()


async def test_what_has_said_very_much_stays(sides: Sides) -> None:
    ours, peer = socket.socketpair()
    peer.setblocking(False)
    transport, _ = await asyncio.get_running_loop().create_unix_connection(asyncio.Protocol, sock=ours)

    connection = Connection(Echo(b"house:"), lambda words: True, sides.house.give)
    connection.connection_made(transport)

    connection.data_received(b"x" * (MOST + 1))

    assert await asyncio.get_running_loop().sock_recv(peer, MOST * 4) == b"house:" + b"x" * (MOST + 1)
    transport.close()
    peer.close()
