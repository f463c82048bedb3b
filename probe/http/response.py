"""What comes back, read as it arrives and within bounds: status, headers, and a decompressed body up to its limit."""

import zlib

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpResponseParser

from probe.http.request import REDIRECTS

HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 1024 * 1024
_MEMBERS = 64
"""Compressed streams one after the other in one piece of a body; each costs a copy of what is left."""
_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
_UNREADABLE = frozenset(("br", "zstd"))
"""Never asked for; a server that sends them all the same has not answered what was asked."""
_BROKEN = "the body broke off or was wrongly encoded"
_TOO_LONG = "the head of the answer is too long"


class NotHttp(Exception):
    """The answer breaks off, or is none; the text says which."""


class Response:
    """Fed until it is `complete`. Of repeated headers the first counts; names are in lower case."""

    __slots__ = (
        "_asked", "_decoder", "_follow", "_head_bytes", "_parser", "_pieces", "_quiet", "body_bytes", "complete",
        "headers", "status", "version", "whole",
    )  # fmt: skip

    def __init__(self, method: str, *, follow: bool) -> None:
        """`follow`: of an answer that leads elsewhere only the head is wanted."""
        self._asked = method
        self._follow = follow
        self._pieces: list[bytes] = []
        self._decoder: _Decoder | None = None
        self._head_bytes = self._quiet = 0
        self.status = 0
        self.version = ""
        self.headers: dict[str, str] = {}
        self.body_bytes = 0
        self.complete = False
        self.whole = True
        """Whether the body ended before its limit."""
        parser = HttpResponseParser(self)
        # Servers that end lines with a bare newline and the like are read by every browser.
        parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self._parser: HttpResponseParser | None = parser

    @property
    def body(self) -> bytes:
        return b"".join(self._pieces)

    @property
    def location(self) -> str | None:
        """Where it leads to, if it does."""
        if self.status not in REDIRECTS:
            return None
        return self.headers.get("location") or self.headers.get("uri")

    @property
    def content_length(self) -> int | None:
        told = self.headers.get("content-length", "")
        return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else None

    def feed(self, data: bytes) -> None:
        """Raises NotHttp."""
        if self._parser is None:
            return
        self._quiet += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            # What follows a complete answer on its connection is nobody's business.
            if not self.complete:
                raise _cause(error) from None
        if self._quiet > HEAD_LIMIT and not self.complete:
            raise NotHttp(_TOO_LONG)

    def end(self, *, orderly: bool) -> None:
        """Nothing more will come. Raises NotHttp if something is missing."""
        if not self.complete:
            framed = "content-length" in self.headers or "chunked" in self.headers.get("transfer-encoding", "").lower()
            if framed or not orderly or not self.status:
                raise NotHttp(_BROKEN)
            self.complete = True

    def release(self) -> None:
        """Lets go of the parser, which holds on to this object in turn."""
        self._parser = self._decoder = None

    # what the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > HEAD_LIMIT:
            raise NotHttp(_TOO_LONG)
        if not self.status:  # what follows the body is not of the head
            self.headers.setdefault(name.decode("latin-1").lower(), value.decode("utf-8", "replace"))

    def on_headers_complete(self) -> None:
        if self.complete:
            return
        assert self._parser is not None
        status = self._parser.get_status_code()
        if 100 <= status < 200 and status != 101:
            self.headers = {}
            return
        self.status = status
        self.version = self._parser.get_http_version()
        if self._asked == "HEAD" or status == 101 or (self._follow and self.location):
            self.complete = True
        elif "content-encoding" in self.headers:
            self._decoder = _decoder(self.headers["content-encoding"])

    def on_body(self, data: bytes) -> None:
        self._quiet = 0
        if self.complete:
            return
        room = BODY_LIMIT - self.body_bytes
        piece, more = (data[:room], len(data) > room) if self._decoder is None else self._decoder.decode(data, room)
        self._pieces.append(piece)
        self.body_bytes += len(piece)
        if more:
            self.complete, self.whole = True, False

    def on_message_complete(self) -> None:
        # An interim answer (100, 103) is complete too, and another one follows.
        if self.status:
            self.complete = True


class _Decoder:
    """gzip, also of several members, and deflate with or without its header."""

    __slots__ = ("_stream", "_window")

    def __init__(self, window: int) -> None:
        self._window = window
        self._stream: zlib._Decompress | None = None

    def decode(self, data: bytes, room: int) -> tuple[bytes, bool]:
        """At most `room` bytes, and whether there was more. Raises NotHttp."""
        pieces, size = list[bytes](), 0
        for _ in range(_MEMBERS):
            if not data or size >= room:
                return b"".join(pieces), bool(data)
            try:
                piece = self._open(data).decompress(data, room - size)
            except zlib.error as error:
                raise NotHttp(_BROKEN) from error
            pieces.append(piece)
            size += len(piece)
            data = self._rest()
        raise NotHttp(_BROKEN)

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


def _decoder(encoding: str) -> _Decoder | None:
    """None for what is to be taken as it is. Raises NotHttp for what was never asked for and cannot be read."""
    name = encoding.strip().lower()
    if name in _UNREADABLE:
        raise NotHttp(_BROKEN)
    return _Decoder(_WINDOWS[name]) if name in _WINDOWS else None


def _cause(error: Exception) -> Exception:
    """An exception in what the parser called comes wrapped."""
    inner = error.__context__ if isinstance(error, HttpParserCallbackError) else None
    return inner if isinstance(inner, Exception) else NotHttp("the answer was not HTTP")
