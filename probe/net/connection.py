"""Connections: to the addresses that may be asked, encrypted or not, under the caller's one deadline."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from errno import ECONNRESET
from functools import lru_cache
from socket import AF_INET6, IPPROTO_TCP, SOCK_STREAM

from aiohappyeyeballs import AddrInfoType, start_connection
from aiohttp.abc import ResolveResult
from typing_extensions import override

from probe.certificate import certificate_facts
from probe.fault import Fault, down, fault_of, ours
from probe.kind import Question
from probe.net.address import Choice, Family, find
from probe.net.course import Course, Unanswered
from probe.net.policy import REACH, Origin
from probe.net.trust import Tls, context_for
from probe.resolver import Resolver, open_resolver
from probe.result import Plain, Reason

READ_LIMIT = 64 * 1024
"""Bytes that wait to be read; more stay with the target."""
NEXT_ADDRESS = 0.25
"""Seconds an address of several may take before the next one is tried beside it (RFC 8305)."""
NEVER = 86400.0
"""The caller's deadline is the only one."""


class Network:
    """What the askers of a process share. Nothing is kept from one question to the next but TLS contexts."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    @asynccontextmanager
    async def connected(
        self,
        question: Question,
        host: str,
        port: int,
        course: Course,
        tls: Tls | None = None,
        protocols: tuple[str, ...] = (),
    ) -> AsyncIterator["Connection"]:
        """Closed at the end. `tls`: encrypted from the first byte. Enters the phases resolve, connect, tls, processing.

        Raises Unanswered, OSError, ValueError, as everything on the connection does; `attempt` makes answers of them.
        """
        connection = Connection(host, course)
        try:
            connection.attach(await dial(self.resolver, connection, host, port, choice_of(question), course))
            if tls is not None:
                await connection.start_tls(tls, protocols)
            course.enter("processing")
            yield connection
        finally:
            connection.close()


@contextmanager
def open_network() -> Iterator[Network]:
    with open_resolver() as resolver:
        yield Network(resolver)


def choice_of(question: Question) -> Choice:
    return _choice(question.origin, question.options.family, question.at, question.avoid, question.resolvers)


@lru_cache(maxsize=1024)
def _choice(origin: Origin, family: Family, at: tuple[str, ...], avoid: str, resolvers: tuple[str, ...]) -> Choice:
    return Choice(nearest=REACH[origin], family=family, at=at, avoid=avoid, resolvers=resolvers)


class Connection(asyncio.Protocol):
    """Bytes there and back. What has come is held up to READ_LIMIT; the deadline is the caller's."""

    __slots__ = ("_buffer", "_course", "_ended", "_host", "_lost", "_paused", "_transport", "_waiting")

    def __init__(self, host: str, course: Course) -> None:
        self._host, self._course = host, course
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._ended = self._paused = False
        self._lost: Exception | None = None

    def attach(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    @property
    def transport(self) -> asyncio.Transport:
        assert self._transport is not None, "it is dialled first"
        return self._transport

    @property
    def address(self) -> str:
        """Numeric, of the other end."""
        return str(self.transport.get_extra_info("peername")[0])

    @property
    def own_address(self) -> str:
        return str(self.transport.get_extra_info("sockname")[0]).partition("%")[0]

    @property
    def certificate(self) -> dict[str, Plain]:
        """Facts; none while it is not encrypted."""
        tls = self.transport.get_extra_info("ssl_object")
        return certificate_facts(tls) if tls else {}

    def write(self, data: bytes) -> None:
        """Small: what a probe says fits any buffer."""
        self.transport.write(data)

    async def read_some(self, limit: int = READ_LIMIT) -> bytes:
        """At least one byte, at most `limit`; none when the target has closed. Raises OSError where it broke off."""
        while not self._buffer and not self._ended:
            await self._more()
        if not self._buffer and self._lost is not None:
            raise self._lost
        return self._take(min(limit, len(self._buffer)))

    async def read_exactly(self, size: int) -> bytes:
        """Raises Unanswered where the target closes before, or `size` is beyond READ_LIMIT."""
        if size > READ_LIMIT:
            raise Unanswered(down(Reason.TOO_LARGE, f"{size} bytes are announced, at most {READ_LIMIT} are read"))
        while len(self._buffer) < size:
            await self._more_or_end(f"closed after {len(self._buffer)} of {size} bytes")
        return self._take(size)

    async def read_until(self, mark: bytes, limit: int = 8192) -> bytes:
        """With the mark. Raises Unanswered where it does not come within `limit` bytes or before the end."""
        searched = 0
        while (at := self._buffer.find(mark, searched, limit)) < 0:
            if len(self._buffer) >= limit:
                raise Unanswered(down(Reason.PROTOCOL_ERROR, f"no {mark!r} within {limit} bytes"))
            searched = max(0, len(self._buffer) - len(mark) + 1)
            await self._more_or_end(f"closed after {len(self._buffer)} bytes without {mark!r}")
        return self._take(at + len(mark))

    async def read_past(self, mark: bytes, limit: int = READ_LIMIT) -> int | None:
        """None once the mark came; else how many bytes came without it, up to the limit or the end. Raises OSError."""
        searched = 0
        while (at := self._buffer.find(mark, searched, limit)) < 0:
            if self._lost is not None:
                raise self._lost
            if self._ended or len(self._buffer) >= limit:
                return min(limit, len(self._buffer))
            searched = max(0, len(self._buffer) - len(mark) + 1)
            await self._more()
        self._take(at + len(mark))
        return None

    async def read_line(self, limit: int = 8192) -> bytes:
        """Without its end, which is CR LF or LF."""
        return (await self.read_until(b"\n", limit)).rstrip(b"\r\n")

    async def start_tls(self, tls: Tls, protocols: tuple[str, ...] = ()) -> None:
        """Encrypts what follows, offering `protocols`. Adds to the phase tls. Raises Unanswered, OSError."""
        context = context_for(tls, protocols)  # first: a file of ours is read whether the target speaks TLS or not
        if self._buffer:
            # It would count as said under the protection of the encryption (the STARTTLS injection).
            raise Unanswered(down(Reason.TLS_FAILURE, "the target speaks before the connection is encrypted"))
        before, self._transport = self.transport, None
        phase = self._course.phase
        self._course.enter("tls")
        try:
            self._transport = await encrypted(before, self, context, tls.name_for(self._host))
        finally:
            self._transport = self._transport or before
        self._course.enter(phase)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # what the transport calls

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) >= READ_LIMIT and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    @override
    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._ended, self._lost = True, exc
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        if self._paused and len(self._buffer) < READ_LIMIT and not self._ended:
            self._paused = False
            self.transport.resume_reading()
        return taken

    async def _more(self) -> None:
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None

    async def _more_or_end(self, ending: str) -> None:
        if self._ended:
            raise Unanswered(_loss(self._lost, ending))
        await self._more()


def _loss(error: Exception | None, ending: str) -> Fault:
    if isinstance(error, OSError):
        return fault_of(error)
    return down(Reason.CONNECTION_RESET, ending) if error is None else ours(Reason.INTERNAL_ERROR, repr(error))


async def dial(
    resolver: Resolver, protocol: asyncio.Protocol, host: str, port: int, choice: Choice, course: Course
) -> asyncio.Transport:
    """To whichever allowed address accepts first. Ends in the phase connect. Raises Unanswered, OSError, ValueError."""
    found = await find(resolver, host, port, choice, course)
    course.enter("connect")
    loop = asyncio.get_running_loop()
    if len(found) == 1:
        course.address = found[0]["host"]
        transport, _ = await loop.create_connection(lambda: protocol, course.address, port)
        return transport
    course.chosen = True
    if choice.avoid:
        found = sorted(found, key=lambda one: one["host"] == choice.avoid)
    taken = await start_connection(_told(found), happy_eyeballs_delay=NEXT_ADDRESS, interleave=1)
    course.address = taken.getpeername()[0]
    transport, _ = await loop.create_connection(lambda: protocol, sock=taken)
    return transport


async def encrypted(
    transport: asyncio.Transport, protocol: asyncio.Protocol, context: ssl.SSLContext, name: str
) -> asyncio.Transport:
    """Raises OSError."""
    loop = asyncio.get_running_loop()
    try:
        secure = await loop.start_tls(transport, protocol, context, server_hostname=name, ssl_handshake_timeout=NEVER)
    except OSError as error:
        # asyncio's way there leads back to the error: all of the connection would wait for the garbage collector.
        raise error.with_traceback(None) from None
    if secure is None:
        raise ConnectionResetError(ECONNRESET, "the connection was lost")
    return secure


def _told(found: Sequence[ResolveResult]) -> list[AddrInfoType]:
    told = list[AddrInfoType]()
    for one in found:
        place = (one["host"], one["port"])
        family = one["family"]
        told.append((family, SOCK_STREAM, IPPROTO_TCP, "", (*place, 0, 0) if family == AF_INET6 else place))
    return told
