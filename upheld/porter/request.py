"""A post as nearly all of them come: with its length, its head in one piece. What comes otherwise is not read here."""

import asyncio

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from typing_extensions import override
from yarl import URL

from incidents.routes import Call
from upheld.web import BODY_LIMIT

ODD = frozenset({"transfer-encoding", "content-encoding", "expect", "upgrade"})
END = b"\r\n\r\n"
HEAD_LIMIT = 8190
"""Bytes."""


class Request(Call):
    def __init__(self, target: str, headers: dict[str, str], version: str) -> None:
        self.path, _, query = target.partition("?")
        self.query = dict(URL.build(path="/", query_string=query, encoded=True).query) if query else {}
        self.headers = headers
        self.version = version
        usual = "close" if version == "1.0" else "keep-alive"
        self.keeps = headers.get("connection", usual).lower() == "keep-alive"
        """Its sender may say more on this connection after the answer."""
        self.missing = int(headers.get("content-length", "0"))
        """Bytes of its body."""
        self.more = False
        """Something follows that is no part of it."""
        self._pieces: list[bytes] = []
        self._dropped = self._lost = False
        self._rest: asyncio.Future[None] | None = None

    @property
    @override
    def whole(self) -> bool:
        return self.missing == 0

    @override
    async def body(self) -> bytes:
        if self.missing:
            if self._lost:
                raise ConnectionResetError
            self._rest = asyncio.get_running_loop().create_future()
            await self._rest
        return b"".join(self._pieces)

    def take(self, data: bytes) -> None:
        """What came on its connection after its head."""
        self.more = self.more or len(data) > self.missing
        body = data[: self.missing]
        self.missing -= len(body)
        if body and not self._dropped:
            self._pieces.append(body)
        if self._rest is not None and not self.missing and not self._rest.done():
            self._rest.set_result(None)

    def drop(self) -> None:
        """Nobody wants its body."""
        self._dropped = True
        self._pieces.clear()

    def lose(self) -> None:
        """Nothing more will come."""
        self._lost = True
        if self._rest is not None and not self._rest.done():
            self._rest.set_exception(ConnectionResetError())


def request_of(said: bytes) -> Request | None:
    """What these words begin, with as much of its body as they have. None: it is not one that can be read here."""
    end = said.find(END, 0, HEAD_LIMIT) + len(END)
    head = _Head()
    parser = HttpRequestParser(head)
    try:
        parser.feed_data(said[:end])
        target = head.target.decode("ascii")
    except (HttpParserError, HttpParserUpgrade, UnicodeDecodeError):
        return None
    version = parser.get_http_version()
    if not head.whole or not head.plain or version not in ("1.0", "1.1") or "#" in target:
        return None
    request = Request(target, head.headers, version)
    if "%" in request.path or request.missing > BODY_LIMIT:
        return None
    request.take(said[end:])
    return request


class _Head:
    """What the parser tells of one."""

    def __init__(self) -> None:
        self.target = b""
        self.headers: dict[str, str] = {}
        self.plain = True
        self.whole = False

    def on_url(self, part: bytes) -> None:
        self.target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        key = name.decode("ascii").lower()
        if key in ODD or key in self.headers or not value.isascii():
            self.plain = False
        else:
            self.headers[key] = value.decode("ascii").rstrip(" \t")

    def on_headers_complete(self) -> None:
        self.whole = True
        stays = self.headers.get("connection", "close").lower()
        self.plain = self.plain and "host" in self.headers and stays in ("close", "keep-alive")
