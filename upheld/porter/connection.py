"""A connection that may go through the hatch: who answers it is decided by how a request begins."""

import asyncio
import socket
from collections.abc import Callable, Iterable
from typing import TypeAlias, cast

from typing_extensions import override

Begins: TypeAlias = Callable[[bytes], bool]
Give: TypeAlias = Callable[["Connection"], bool]


def posts(paths: Iterable[str]) -> Begins:
    """Whether these are the first bytes of a post to `/hooks/` or one of these paths. Of what came in pieces too small
    to tell they are not."""
    fixed = tuple(f"POST {path}{end}".encode() for path in paths for end in (" ", "?"))
    return lambda said: said.startswith((b"POST /hooks/", *fixed))


class Connection(asyncio.Protocol):
    """Stands before `within`, aiohttp's own. What begins as `elsewhere` says is given away."""

    transport: asyncio.Transport

    def __init__(self, within: asyncio.Protocol, elsewhere: Begins, give: Give, said: bytes = b"") -> None:
        """`said`: what its peer has said before it came here."""
        self._within, self._elsewhere, self._give = within, elsewhere, give
        self.said = said
        self.stays = False
        """What follows may belong to what is answered here."""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are none by their type
        self._within.connection_made(transport)
        if self.said:
            self.data_received(self.said)

    @override
    def data_received(self, data: bytes) -> None:
        if not self.stays and self._elsewhere(data):
            self.said = data
            if self._give(self):
                return
        self._hear(data)

    def stay(self) -> None:
        """It was to go, and cannot any more."""
        self._hear(self.said)
        self.transport.resume_reading()

    def _hear(self, data: bytes) -> None:
        self.stays, self.said = True, b""
        self._within.data_received(data)

    @override
    def eof_received(self) -> bool | None:
        return self._within.eof_received()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._within.connection_lost(exc)

    @override
    def pause_writing(self) -> None:
        self._within.pause_writing()

    @override
    def resume_writing(self) -> None:
        self._within.resume_writing()


async def let_in(connection: asyncio.Protocol, peer: socket.socket) -> None:
    """It came through the hatch and is answered here from now on."""
    try:
        await asyncio.get_running_loop().connect_accepted_socket(lambda: connection, peer)
    except OSError:  # it is gone already
        peer.close()
