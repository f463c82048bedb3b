"""Bodies that come compressed, made plain piece by piece and no further than is wanted of them."""

import zlib
from typing import Protocol

from typing_extensions import override

BROKEN = "the body broke off or was wrongly encoded"
OFFERED = "gzip, deflate, br"
_MEMBERS = 64
"""Compressed streams one after the other in one piece of a body; each costs a copy of what is left."""
_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
_UNREADABLE = frozenset(("zstd",))
"""Never asked for; a server that sends it all the same has not answered what was asked."""


class NotHttp(Exception):
    """The answer breaks off, or is none; the text says which."""


class Decoder(Protocol):
    @property
    def amid(self) -> bool:
        """Whether a stream has begun and not ended."""

    def decode(self, data: bytes, room: int) -> tuple[bytes, bool]:
        """At most `room` bytes, and whether there was more. Raises NotHttp."""


def decoder_of(encoding: str) -> Decoder | None:
    """None for what is to be taken as it is. Raises NotHttp for what was never asked for and cannot be read."""
    name = encoding.strip().lower()
    if name in _UNREADABLE:
        raise NotHttp(BROKEN)
    if name == "br":
        return _Brotli()
    return _Zlib(_WINDOWS[name]) if name in _WINDOWS else None


class _Zlib(Decoder):
    """gzip, also of several members, and deflate with or without its header."""

    __slots__ = ("_stream", "_window")

    def __init__(self, window: int) -> None:
        self._window = window
        self._stream: zlib._Decompress | None = None

    @property
    @override
    def amid(self) -> bool:
        return self._stream is not None and not self._stream.eof

    @override
    def decode(self, data: bytes, room: int) -> tuple[bytes, bool]:
        pieces, size = list[bytes](), 0
        for _ in range(_MEMBERS):
            if not data or size >= room:
                return b"".join(pieces), bool(data)
            try:
                piece = self._open(data).decompress(data, room - size)
            except zlib.error as error:
                raise NotHttp(BROKEN) from error
            pieces.append(piece)
            size += len(piece)
            data = self._rest()
        raise NotHttp(BROKEN)

    def _open(self, data: bytes) -> "zlib._Decompress":
        if self._stream is None:
            headless = self._window == zlib.MAX_WBITS and data[0] & 0xF != 8
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS if headless else self._window)
        return self._stream

    def _rest(self) -> bytes:
        """What the stream has not taken; after its end another one may begin."""
        assert self._stream is not None
        if not self._stream.eof:
            return self._stream.unconsumed_tail
        rest, self._stream = self._stream.unused_data, None
        return rest


class _Brotli(Decoder):
    """One stream. What comes out of it grows by blocks of 32 KiB at most, however little went in."""

    __slots__ = ("_error", "_stream")

    def __init__(self) -> None:
        import brotli  # only where a server sends it

        self._stream = brotli.Decompressor()
        self._error = brotli.error

    @property
    @override
    def amid(self) -> bool:
        return not self._stream.is_finished()

    @override
    def decode(self, data: bytes, room: int) -> tuple[bytes, bool]:
        pieces, size = list[bytes](), 0
        while True:
            try:
                piece: bytes = self._stream.process(data, output_buffer_limit=max(1, room - size))
            except self._error as error:
                raise NotHttp(BROKEN) from error
            pieces.append(piece)
            size += len(piece)
            if size > room:
                return b"".join(pieces)[:room], True
            if self._stream.can_accept_more_data() or self._stream.is_finished():
                return b"".join(pieces), False
            data = b""
