"""Names to addresses, asked anew each time, on threads of their own.

The loop's default executor is shared with everything else that blocks: a queue there looked like failing DNS. The
threads are daemons: a lookup that hangs cannot be interrupted, and must not keep a process from ending.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Thread

from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

_THREADS = 32
NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
_Found = list[tuple[int, str]]


class _Lookup:
    """One name asked for, and where the answer goes. Raises nothing: an error is an answer."""

    def __init__(self, host: str, port: int, family: int, ended: Callable[[], None]) -> None:
        self.host, self.port, self.family = host, port, family
        self.ended = ended
        self.loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[_Found] = self.loop.create_future()

    def work(self) -> None:
        found, error = _Found(), None
        try:
            found = _addresses(self.host, self.port, self.family)
        except (OSError, UnicodeError) as failed:  # a label too long is no name, says the encoding
            error = failed
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._tell, found, error)

    def _tell(self, found: _Found, error: Exception | None) -> None:
        self.ended()
        if self.answer.done():
            return
        if error is None:
            self.answer.set_result(found)
        else:
            self.answer.set_exception(error)


class Resolver(AbstractResolver):
    """The machine's own resolver. Raises socket.gaierror, UnicodeError for what cannot be a name."""

    def __init__(self) -> None:
        self._lookups: SimpleQueue[_Lookup | None] = SimpleQueue()
        self._threads = 0
        self._under_way = 0

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        lookup = _Lookup(host, port, family, self._ended)
        self._under_way += 1
        if self._threads < min(self._under_way, _THREADS):
            self._threads += 1
            Thread(target=_work_on, args=(self._lookups,), name="resolve", daemon=True).start()
        self._lookups.put(lookup)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=socket.IPPROTO_TCP, flags=NUMERIC)
            for kind, address in await lookup.answer
        ]

    def _ended(self) -> None:
        # Only now: a lookup given up still occupies its thread.
        self._under_way -= 1

    @override
    async def close(self) -> None:
        return None

    def end(self) -> None:
        """Idle threads end now, busy ones with their lookup or the process."""
        for _ in range(self._threads):
            self._lookups.put(None)


@contextmanager
def open_resolver() -> Iterator[Resolver]:
    resolver = Resolver()
    try:
        yield resolver
    finally:
        resolver.end()


def _work_on(lookups: "SimpleQueue[_Lookup | None]") -> None:
    while (lookup := lookups.get()) is not None:
        lookup.work()


def _addresses(host: str, port: int, family: int) -> _Found:
    # A family that is asked for by name is looked up even where we have none of it: the name has its addresses still.
    flags = socket.AI_ADDRCONFIG if family == socket.AF_UNSPEC else 0
    found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=flags)
    addresses = _Found()
    for kind, _, _, _, address in found:
        # A link-local address is nothing without its interface.
        scoped = kind == socket.AF_INET6 and len(address) > 3 and address[3]
        name = socket.getnameinfo(address, NUMERIC)[0] if scoped else str(address[0])
        addresses.append((int(kind), name))
    return addresses
