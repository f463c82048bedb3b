"""What the house and its porter tell each other: values of Python, because both are one program in two processes."""

import asyncio
import pickle
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from config.model import Source
from incidents.intake import Row

_SIZE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Whose posts are taken from now on, by id."""

    sources: Mapping[str, Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """To be committed together."""

    number: int
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A post that could not be read, to be set aside."""

    number: int
    row: Row
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The answer to `Posts` or `Unread`; with `trouble` nothing was kept."""

    number: int
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """Said every second, and when there is something to count: posts received by source, refused by source and why."""

    received: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Nobody comes any more: answer who is inside, then go."""


Said: TypeAlias = Sources | Posts | Unread | Done | Alive | Leave


class Line:
    """One end of it. The other end is this same program, whose words are believed."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._size: int | None = None
        """Of what is being heard."""

    @classmethod
    async def over(cls, end: socket.socket) -> Self:
        return cls(*await asyncio.open_unix_connection(sock=end))

    def say(self, what: Said) -> None:
        """Nobody hears it where the other end is gone, which `hear` tells."""
        if self._writer.is_closing():  # uvloop would raise
            return
        words = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
        self._writer.write(len(words).to_bytes(_SIZE, "big") + words)

    async def hear(self) -> Said | None:
        """None: the other end is gone. May be cancelled and called again."""
        try:
            if self._size is None:
                self._size = int.from_bytes(await self._reader.readexactly(_SIZE), "big")
            words = await self._reader.readexactly(self._size)
        except (asyncio.IncompleteReadError, OSError):
            return None
        self._size = None
        said: Said = pickle.loads(words)
        return said

    def close(self) -> None:
        self._writer.close()
