"""What comes back, read as it arrives and within bounds: status, headers, and a decompressed body up to its limit."""

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpResponseParser

from probe.http.decoder import BROKEN, Decoder, NotHttp, decoder_of
from probe.http.request import REDIRECTS

HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 1024 * 1024
_TOO_LONG = "the head of the answer is too long"


class Response:
    """Fed until it is `complete`. Names of headers are in lower case; `repeated` has what came of one a second time."""

    __slots__ = (
        "_asked", "_decoder", "_follow", "_head_bytes", "_limit", "_parser", "_pieces", "_quiet", "body_bytes",
        "complete", "headers", "repeated", "status", "version", "whole",
    )  # fmt: skip

    def __init__(self, method: str, *, follow: bool, limit: int = BODY_LIMIT) -> None:
        """`follow`: of an answer that leads elsewhere only the head is wanted. `limit`: bytes of the plain body."""
        self._asked = method
        self._follow = follow
        self._limit = limit
        self._pieces: list[bytes] = []
        self._decoder: Decoder | None = None
        self._head_bytes = self._quiet = 0
        self.status = 0
        self.version = ""
        self.headers: dict[str, str] = {}
        self.repeated: list[tuple[str, str]] = []
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

    def all_of(self, name: str) -> list[str]:
        """Every value of that header; the name in lower case."""
        return [
            *([self.headers[name]] if name in self.headers else []),
            *(value for other, value in self.repeated if other == name),
        ]

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
                raise NotHttp(BROKEN)
            self._finish()

    def release(self) -> None:
        """Lets go of the parser, which holds on to this object in turn."""
        self._parser = self._decoder = None

    # what the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > HEAD_LIMIT:
            raise NotHttp(_TOO_LONG)
        if not self.status:  # what follows the body is not of the head
            key, text = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
            if key in self.headers:
                self.repeated.append((key, text))
            else:
                self.headers[key] = text

    def on_headers_complete(self) -> None:
        if self.complete:
            return
        assert self._parser is not None
        status = self._parser.get_status_code()
        if 100 <= status < 200 and status != 101:
            self.headers, self.repeated = {}, []
            return
        self.status = status
        self.version = self._parser.get_http_version()
        tunnel = self._asked == "CONNECT" and 200 <= status < 300
        if self._asked == "HEAD" or tunnel or status == 101 or (self._follow and self.location):
            self.complete = True
        elif "content-encoding" in self.headers:
            self._decoder = decoder_of(self.headers["content-encoding"])

    def on_body(self, data: bytes) -> None:
        self._quiet = 0
        if self.complete:
            return
        room = self._limit - self.body_bytes
        piece, more = (data[:room], len(data) > room) if self._decoder is None else self._decoder.decode(data, room)
        self._pieces.append(piece)
        self.body_bytes += len(piece)
        if more:
            self.complete, self.whole = True, False

    def on_message_complete(self) -> None:
        # An interim answer (100, 103) is complete too, and another one follows.
        if self.status:
            self._finish()

    def _finish(self) -> None:
        if not self.complete and self._decoder is not None and self._decoder.amid:
            raise NotHttp(BROKEN)
        self.complete = True


def _cause(error: Exception) -> Exception:
    """An exception in what the parser called comes wrapped."""
    inner = error.__context__ if isinstance(error, HttpParserCallbackError) else None
    return inner if isinstance(inner, Exception) else NotHttp("the answer was not HTTP")
