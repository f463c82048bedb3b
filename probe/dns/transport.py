"""One message to a name server and its answer: in datagrams, over TCP, encrypted."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import TypeVar

from typing_extensions import override

from probe.fault import down
from probe.net.connection import Connection
from probe.net.course import Course, Unanswered
from probe.net.trust import Tls
from probe.result import Reason

T = TypeVar("T")
AGAIN = 1.0
"""Seconds until a datagram is sent once more, for one may get lost; then twice as many, and so on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """`host` is its name where it has one, `address` numeric."""

    host: str
    address: str
    port: int


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.came: asyncio.Queue[bytes | Exception] = asyncio.Queue(maxsize=16)

    @override
    def datagram_received(self, data: bytes, addr: object) -> None:
        self._put(data)

    @override
    def error_received(self, exc: Exception) -> None:
        self._put(exc)

    def _put(self, one: bytes | Exception) -> None:
        if not self.came.full():  # a flood is nobody's answer
            self.came.put_nowait(one)


@dataclass(slots=True)
class Sending:
    """How often a datagram went out."""

    times: int = field(default=0)


async def by_datagrams(server: Server, wire: bytes, read: Callable[[bytes], T | None], sending: Sending) -> T:
    """What `read` makes of the first datagram it does not take for another's. Waits for ever; raises as `read` does."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(_Datagrams, remote_addr=(server.address, server.port))
    pause = AGAIN
    with closing(transport):
        while True:
            transport.sendto(wire)
            sending.times += 1
            try:
                async with asyncio.timeout(pause):
                    return await _first(protocol, read)
            except TimeoutError as error:
                if error.errno is not None:  # the system's own word, not our pause
                    raise
                pause *= 2


async def _first(protocol: _Datagrams, read: Callable[[bytes], T | None]) -> T:
    while True:
        came = await protocol.came.get()
        if isinstance(came, Exception):
            raise came
        answer = read(came)
        if answer is not None:
            return answer


async def by_stream(
    server: Server, wire: bytes, read: Callable[[bytes], T | None], tls: Tls | None, course: Course
) -> T:
    """The same over a connection, encrypted with `tls`. Raises Unanswered, OSError."""
    course.enter("connect")
    connection = Connection(server.host, course)
    try:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: connection, server.address, server.port)
        connection.attach(transport)
        if tls is not None:
            await connection.start_tls(tls)
        course.enter("processing")
        connection.write(len(wire).to_bytes(2, "big") + wire)
        size = int.from_bytes(await connection.read_exactly(2), "big")
        answer = read(await connection.read_exactly(size))
        if answer is None:
            raise Unanswered(down(Reason.PROTOCOL_ERROR, "answered another question"))
        return answer
    finally:
        connection.close()
