"""A sender's connection at the porter's: its posts, one after the other, and their answers."""

import asyncio
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import cast

from aiohttp import web
from typing_extensions import override

from config.instant import SECOND
from incidents.routes import Hooks, body_of, headers_of
from upheld.api.problem import problem
from upheld.clock import utc_now
from upheld.porter.connection import Begins
from upheld.porter.hatch import Passenger
from upheld.porter.request import Request, request_of
from upheld.web import HEADERS, KEEPALIVE_SECONDS, SERVER, STRICT, mistake


class Sender(asyncio.Protocol):
    """What is no post of his, or none that is read here, is given away with its connection."""

    transport: asyncio.Transport

    def __init__(self, hooks: Hooks, ours: Begins, give: Callable[[Passenger], bool], said: bytes) -> None:
        """`said`: what he has said before he came here."""
        self._hooks, self._ours, self._give = hooks, ours, give
        self.said = said
        self._request: Request | None = None
        """Until it is answered and all of it has come."""
        self.answering: asyncio.Task[None] | None = None
        self._leaving = False
        self._quiet_since = time.monotonic()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are none by their type
        self.data_received(self.said)

    @override
    def data_received(self, data: bytes) -> None:
        if self._request is not None:
            self._request.take(data)
            if self.answering is None and self._request.whole:
                self.transport.close()
            return
        self._request = request_of(data) if self._ours(data) else None
        if self._request is not None:
            self.answering = asyncio.get_running_loop().create_task(self._answer(self._request))
            return
        self.said = data
        if not self._give(self):
            self.stay()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._request is not None:
            self._request.lose()

    @override
    def pause_writing(self) -> None:
        self.transport.pause_reading()  # who does not listen is not listened to

    @override
    def resume_writing(self) -> None:
        self.transport.resume_reading()

    def stay(self) -> None:
        """He was to go, and nobody takes him. Seldom, but not lost."""
        text = "ask again, on a new connection"
        said = _parts(problem(HTTPStatus.SERVICE_UNAVAILABLE, text, headers={"Retry-After": "1"}))
        self._say(written(*said, last=True))
        self.transport.close()

    def leave(self) -> None:
        """After the answer, where one is on its way."""
        self._leaving = True
        if self.answering is None:
            self.transport.close()

    def rest(self, now: float) -> None:
        """Whoever says nothing for long is not waited for."""
        if self.answering is None and now - self._quiet_since > KEEPALIVE_SECONDS:
            self.transport.close()

    async def _answer(self, request: Request) -> None:
        try:
            answer = await self._hooks.hear(request)
            parts = answer.status, headers_of(answer), body_of(answer)
        except Exception as error:
            parts = _parts(mistake(error, "POST", request.path))
        if request.headers.get("x-forwarded-proto") == "https":
            parts[1].update(STRICT)
        last = self._leaving or not request.keeps or request.more or not request.whole
        self._say(written(*parts, version=request.version, last=last))
        self.answering = None
        self._quiet_since = time.monotonic()
        if not last:
            self._request = None
        elif request.more or request.whole:
            self.transport.close()
        else:  # closed before all of it is there, he would not hear the answer
            request.drop()

    def _say(self, what: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(what)


_ALWAYS = "".join(f"{name}: {value}\r\n" for name, value in {**SERVER, **HEADERS}.items())


def written(status: int, headers: Mapping[str, str], body: bytes, *, version: str = "1.1", last: bool) -> bytes:
    """An answer as it goes over the line."""
    own = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    usual = last == (version == "1.0")
    connection = "" if usual else f"Connection: {'close' if last else 'keep-alive'}\r\n"
    head = (
        f"HTTP/{version} {status} {HTTPStatus(status).phrase}\r\n{own}{_ALWAYS}"
        f"Content-Length: {len(body)}\r\nDate: {_date(utc_now() // SECOND)}\r\n{connection}\r\n"
    )
    return head.encode("latin-1") + body


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


def _parts(response: web.Response) -> tuple[int, dict[str, str], bytes]:
    assert isinstance(response.body, bytes)
    return response.status, dict(response.headers), response.body
