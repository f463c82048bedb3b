"""What libraries log: lines like ours, and a stranger's nonsense is one of them, not a page."""

import asyncio
import logging
from collections.abc import Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from upheld.log import Lines

NONSENSE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\nnotgzip",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
)


@pytest.fixture(autouse=True)
def lines() -> Iterator[None]:
    handler, server = Lines(), logging.getLogger("aiohttp.server")
    server.addHandler(handler)
    server.propagate = False
    yield
    server.propagate = True
    server.removeHandler(handler)


async def receive(request: web.Request) -> web.Response:
    return web.Response(text="never read")


@pytest.mark.parametrize("sent", NONSENSE)
async def test_what_a_peer_did_wrong_is_one_short_line(sent: bytes) -> None:
    app = web.Application()
    app.router.add_route("*", "/", receive)
    async with TestServer(app) as server:
        with capture_logs() as logged:
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(sent)
            await reader.read()
            writer.close()
            await writer.wait_closed()
    assert logged
    for one in logged:
        assert (one["event"], one["log_level"]) == ("request not understood", "warning")
        assert "exc_info" not in one
        assert len(one["said"]) <= 200 and "\n" not in one["said"]


def test_a_mistake_in_a_library_keeps_its_traceback() -> None:
    with capture_logs() as logged:
        try:
            raise ZeroDivisionError("theirs")
        except ZeroDivisionError:
            logging.getLogger("aiohttp.server").exception("it stumbled")
    (one,) = logged
    assert (one["event"], one["log_level"], one["logger"]) == ("it stumbled", "error", "aiohttp.server")
    assert isinstance(one["exc_info"], ZeroDivisionError)
