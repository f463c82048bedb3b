"""Names to addresses, asked anew each time, on threads of their own.

The loop's default executor is shared with everything else that blocks: a queue there looked like failing DNS.
"""

import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

_THREADS = 32
_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class Resolver(AbstractResolver):
    """The machine's own resolver. Raises socket.gaierror."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _addresses, host, port, family)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=socket.IPPROTO_TCP, flags=_NUMERIC)
            for kind, address in found
        ]

    @override
    async def close(self) -> None:
        return None


@contextmanager
def open_resolver() -> Iterator[Resolver]:
    threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolve")
    try:
        yield Resolver(threads)
    finally:
        # A lookup under way cannot be interrupted; nobody waits for its answer any more.
        threads.shutdown(wait=False, cancel_futures=True)


def _addresses(host: str, port: int, family: int) -> list[tuple[int, str]]:
    found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    addresses = []
    for kind, _, _, _, address in found:
        # A link-local address is nothing without its interface.
        scoped = kind == socket.AF_INET6 and len(address) > 3 and address[3]
        name = socket.getnameinfo(address, _NUMERIC)[0] if scoped else str(address[0])
        addresses.append((int(kind), name))
    return addresses
