"""The targets, each at the end of a bad line: connections are lost, late, and cut in the middle. All in one thread."""

import asyncio
import resource
import socket
import struct
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from random import Random
from threading import Event, Thread

from config.instant import Instant
from tests.probe.count.script import How, Outage
from tests.probe.flapping.script import Target
from tests.probe.listener import HOST
from tests.scenarios.town import now

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]
GOOD = {"http": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", "tcp": b"ready\n"}
BAD = {"http": b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy", "tcp": b"busy\n"}
REFUSED, SWALLOWED, CUT = 0.01, 0.01, 0.01
"""Of all connections: reset at once, taken without ever an answer, reset in the middle of it."""


class Street:
    """`ports[name]` is where the bad line to that target begins; `lost` counts what became of connections."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.lost = Counter[str]()
        self.held = 0.0
        """Seconds, at most, for which something kept all of it from answering."""
        self.ports: dict[str, int] = {}

    @contextmanager
    def open(self, targets: tuple[Target, ...]) -> Iterator[None]:
        """All of them listen and are up, until `flap` has been told what is to happen."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # two listeners for each target
        self._loop, ready = asyncio.new_event_loop(), Event()
        self._over = asyncio.Event()
        living = Thread(target=self._loop.run_until_complete, args=[self._live(targets, ready)])
        living.start()
        ready.wait()
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(self._over.set)
            living.join()
            self._loop.close()

    def flap(self, targets: tuple[Target, ...]) -> None:
        for one in targets:
            asyncio.run_coroutine_threadsafe(self._houses[one.name].flap(one.outages), self._loop)

    async def _live(self, targets: tuple[Target, ...], ready: Event) -> None:
        self._houses = {one.name: _House(one.kind) for one in targets}
        lines = list[asyncio.Server]()
        for name, house in self._houses.items():
            await house.open()
            lines.append(await asyncio.start_server(_tidy(self._line(house)), HOST, 0, backlog=16))
            self.ports[name] = _port(lines[-1])
        ready.set()
        while not self._over.is_set():
            before = self._loop.time()
            await asyncio.sleep(0.1)
            self.held = max(self.held, self._loop.time() - before - 0.1)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for server in (*lines, *(house.server for house in self._houses.values())):
            server.close()
        await asyncio.sleep(0)  # what was closed is let go in the next turn

    def _line(self, house: "_House") -> Serve:
        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            chance = self._random.random()
            self.lost["connections"] += 1
            if chance < REFUSED:
                self.lost["reset"] += 1
                return _reset(writer)
            if chance < REFUSED + SWALLOWED:
                self.lost["swallowed"] += 1
                return await _swallow(reader)
            cut = chance < REFUSED + SWALLOWED + CUT
            self.lost["cut"] += cut
            await asyncio.sleep(self._delay())
            try:
                there, back = await asyncio.open_connection(HOST, house.port)
            except OSError:
                return _reset(writer)
            outward = asyncio.create_task(self._pass_on(reader, back))
            inward = asyncio.create_task(self._pass_on(there, writer, most=3 if cut else None))
            try:
                await asyncio.wait({outward, inward}, return_when=asyncio.FIRST_COMPLETED)
                if cut or not (inward.done() and inward.result()):
                    _reset(writer)
            finally:
                outward.cancel()
                inward.cancel()
                back.close()

        return carry

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, most: int | None = None) -> bool:
        """To its end, or `most` bytes of it; False: it was reset."""
        try:
            while data := await source.read(4096):
                await asyncio.sleep(self._delay())
                sink.write(data[:most])
                await sink.drain()
                if most is not None:
                    break
        except ConnectionError:
            return False
        return True

    def _delay(self) -> float:
        """Five milliseconds and a jitter, in seconds."""
        return 0.005 + min(0.2, self._random.expovariate(1 / 0.01))


class _House:
    """One target. Where it refuses, nobody listens."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._how: How | None = None
        self.port = 0

    async def open(self) -> None:
        self.server = await asyncio.start_server(_tidy(self._serve), HOST, self.port, backlog=16)
        self.port = _port(self.server)

    async def flap(self, outages: tuple[Outage, ...]) -> None:
        for one in outages:
            await _until(one.start)
            if one.how is How.REFUSES:
                self.server.close()
            self._how = one.how
            await _until(one.end)
            self._how = None
            if one.how is How.REFUSES:
                await self.open()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match self._how:
            case How.HANGS:
                await _swallow(reader)
            case How.RESETS:
                _reset(writer)
            case how:
                if self._kind == "http":
                    await reader.readuntil(b"\r\n\r\n")
                writer.write((GOOD if how is None else BAD)[self._kind])
                await writer.drain()


def _tidy(serve: Serve) -> Serve:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await serve(reader, writer)
        writer.close()

    return handle


async def _until(at: Instant) -> None:
    while (left := at - now()) > 0:
        await asyncio.sleep(left / 1000)


async def _swallow(reader: asyncio.StreamReader) -> None:
    while await reader.read(4096):
        pass


def _reset(writer: asyncio.StreamWriter) -> None:
    line: socket.socket = writer.get_extra_info("socket")
    with suppress(OSError):  # it is gone already
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port
