"""A body that does not come is not waited for, whatever it is for: whoever sends one byte by byte would hold a
connection for as long as he likes. The hooks wait for less.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from aiohttp import StreamReader, web

from upheld.api.problem import problem

log = structlog.get_logger(__name__)

BODY_SECONDS = 30.0
BYTES_A_SECOND = 16 << 10
"""Of a large one that keeps coming: a file over a poor line."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Late(TimeoutError):
    """What whoever reads the body is told."""


@web.middleware
async def in_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    """408 where it did not come. The time that the handler takes otherwise does not count."""
    if request.content.is_eof():  # it came with its head, or there is none
        return await handler(request)
    waiting = _Waiting(request.content)
    try:
        return await handler(request)
    except Late:
        log.warning("body not waited for", path=request.path, method=request.method, bytes=request.content.total_bytes)
        text = f"the body did not arrive within {BODY_SECONDS:g} s"
        answer = problem(HTTPStatus.REQUEST_TIMEOUT, text)
        answer.force_close()
        return answer
    finally:
        waiting.end()


class _Waiting:
    def __init__(self, body: StreamReader) -> None:
        self._body = body
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()
        self._timer = self._loop.call_later(BODY_SECONDS, self._look)

    def end(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        """What has come gives it more time."""
        ends_at = self._since + BODY_SECONDS + self._body.total_bytes / BYTES_A_SECOND
        if self._body.is_eof():
            return
        if ends_at > self._loop.time():
            self._timer = self._loop.call_at(ends_at, self._look)
        else:
            self._body.set_exception(Late())
