"""Server-sent events: 'the page has changed', never the state itself. A reader that is too slow is let go."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

RETRY_MS = 3000
KEEP_ALIVE_SECONDS = 15.0
WAITING_MOST = 8


@dataclass(eq=False, slots=True)
class Reader:
    """One open connection. `events` holds what is to be sent; None ends it."""

    page: str
    events: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(WAITING_MOST))


class Streams:
    """All open connections of all pages. Bounded: `add` gives None when there are too many."""

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._readers: set[Reader] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._readers)

    def add(self, page: str) -> Reader | None:
        if self._closed or len(self._readers) >= self._most:
            return None
        reader = Reader(page=page)
        self._readers.add(reader)
        return reader

    def remove(self, reader: Reader) -> None:
        self._readers.discard(reader)

    def changed(self, page: str, revision: str) -> None:
        self._tell([reader for reader in self._readers if reader.page == page], event("changed", revision, revision))

    def close(self) -> None:
        """End every connection; no new one is taken."""
        self._closed = True
        for reader in list(self._readers):
            self._end(reader)

    def _tell(self, readers: list[Reader], message: bytes) -> None:
        for reader in readers:
            try:
                reader.events.put_nowait(message)
            except asyncio.QueueFull:
                self._end(reader)

    def _end(self, reader: Reader) -> None:
        self._readers.discard(reader)
        while not reader.events.empty():
            reader.events.get_nowait()
        reader.events.put_nowait(None)


def event(name: str, data: str, id: str | None = None) -> bytes:
    """One event in the wire's form; data without line breaks."""
    head = f"id: {id}\n" if id is not None else ""
    return f"{head}event: {name}\ndata: {data}\n\n".encode()


async def pump(response: web.StreamResponse, reader: Reader, sign_of_life: Callable[[], bytes]) -> None:
    """Send what comes until the end; in silence a sign of life, so that proxies keep the line."""
    while True:
        try:
            message = await asyncio.wait_for(reader.events.get(), KEEP_ALIVE_SECONDS)
        except TimeoutError:
            message = sign_of_life()
        if message is None:
            return
        await response.write(message)
