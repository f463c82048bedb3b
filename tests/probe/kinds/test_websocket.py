"""What kind `websocket` says of a real server, and of upgrades and frames that are none."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from pydantic import ValidationError

from probe.kinds.websocket import KIND, accept
from probe.result import Outcome, Reason
from tests.probe.listener import HOST, answering, asked, authority, listening, serving


async def echo(request: web.Request) -> web.StreamResponse:
    if request.headers.get("Authorization") == "Bearer wrong-token":
        raise web.HTTPUnauthorized(headers={"X-Told": "wrong-token"})
    socket = web.WebSocketResponse(protocols=["v2.events", "v1.events"])
    await socket.prepare(request)
    await socket.ping(b"are you there")
    await socket.send_str(f"hello {request.headers.get('X-Upheld', '')}")
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(str(message.data) * 3)
            await socket.close(code=1008)
    return socket


@asynccontextmanager
async def events(tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    application = web.Application()
    application.router.add_get("/events", echo)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, HOST, 0, ssl_context=tls)
    await site.start()
    try:
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


ASKED: list[tuple[dict[str, Any], Reason | None, str]] = [
    ({}, None, ""),
    ({"expect": "hello"}, None, ""),
    ({"send": "ab", "expect": "ababab"}, None, ""),
    ({"send": "ab" * 4000, "matches": "^(ab)+$"}, None, ""),
    ({"send": "ab", "expect": "abc"}, Reason.BODY, "closed without 'abc', the last message was 'ababab'"),
    ({"subprotocols": ["v1.events"], "bearer": "right-token"}, None, ""),
    ({"subprotocols": "v9.events"}, Reason.HEADER, "it takes no subprotocol, offered v9.events"),
    ({"bearer": "wrong-token"}, Reason.STATUS, "answered 401, expected 101"),
]


async def test_an_upgrade_and_what_is_said_over_it(tmp_path: Path) -> None:
    async with events() as port:
        for options, reason, detail in ASKED:
            answer = await asked(KIND, f"ws://{HOST}:{port}/events", **options)
            assert (answer.reason, answer.detail) == (reason, detail), options
        missing = await asked(KIND, f"ws://{HOST}:{port}/nothing")
    assert (missing.outcome, missing.facts["status"]) == (Outcome.DOWN, 404)
    own, file = authority(tmp_path)
    async with events(serving(own.issue_cert(HOST))) as port:
        good = await asked(KIND, f"wss://{HOST}:{port}/events", expect="hello", tls={"ca_file": file})
        bad = await asked(KIND, f"wss://{HOST}:{port}/events")
    assert (good.outcome, "not_after" in good.facts, bad.reason) == (Outcome.UP, True, Reason.CERTIFICATE_INVALID)
    assert set(good.phases) == {"resolve", "connect", "tls", "processing"}


UPGRADE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
END = b"Sec-WebSocket-Accept: %s\r\n\r\n"


@pytest.mark.parametrize(
    "said, reason",
    [
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" + UPGRADE + END + b"\x01\x02ab\x89\x00\x80\x01c", None),
        (UPGRADE + END + b"\x81\x7e\x00\x03abc", None),
        (UPGRADE + b"Sec-WebSocket-Accept: c2l4dGVlbiBieXRlcyEh\r\n\r\n", Reason.PROTOCOL_ERROR),
        (UPGRADE + b"\r\n", Reason.PROTOCOL_ERROR),
        (UPGRADE.replace(b"WebSocket", b"h2c") + END, Reason.PROTOCOL_ERROR),
        (UPGRADE + b"Sec-WebSocket-Extensions: permessage-deflate\r\n" + END, Reason.PROTOCOL_ERROR),
        (UPGRADE + b"Sec-WebSocket-Protocol: other\r\n" + END, Reason.PROTOCOL_ERROR),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 20, Reason.PROTOCOL_ERROR),
        (UPGRADE + END + b"\x81\x83maskabc", Reason.PROTOCOL_ERROR),
        (UPGRADE + END + b"\xc1\x03abc", Reason.PROTOCOL_ERROR),
        (UPGRADE + END + b"\x83\x03abc", Reason.PROTOCOL_ERROR),
        (UPGRADE + END + b"\x80\x03abc", Reason.PROTOCOL_ERROR),
        (UPGRADE + END + b"\x01\x01a\x81\x01b", Reason.PROTOCOL_ERROR),
        (UPGRADE + END + b"\x89\x7e\x00\xff", Reason.PROTOCOL_ERROR),
        (UPGRADE + END + b"\x81\x7f" + b"\xff" * 8, Reason.TOO_LARGE),
        (UPGRADE + END + b"\x8a\x00" * 500, Reason.TOO_LARGE),
        (UPGRADE + END + b"\x88\x02\x03\xe8", Reason.BODY),
    ],
)
async def test_upgrades_and_frames_that_are_none(said: bytes, reason: Reason | None) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = re.search(rb"Sec-WebSocket-Key: (\S+)", await reader.readuntil(b"\r\n\r\n"))
        assert found is not None
        writer.write(said.replace(b"%s", accept(found[1]).encode()))
        await writer.drain()
        await reader.read()

    async with listening(serve) as port:
        answer = await asked(KIND, f"ws://{HOST}:{port}/", expect="abc")
    assert answer.reason is reason, answer


async def test_a_page_is_no_websocket() -> None:
    async with listening(answering("HTTP/1.1 200 OK", b"welcome")) as port:
        answer = await asked(KIND, f"ws://{HOST}:{port}/")
    assert (answer.outcome, answer.reason, answer.facts["status"]) == (Outcome.DOWN, Reason.STATUS, 200)


def test_the_accepted_key_as_the_standard_has_it() -> None:
    assert accept(b"dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize(
    "wrong",
    [
        {"subprotocols": ["a b"]},
        {"headers": {"upgrade": "x"}},
        {"headers": {"Authorization": "x"}, "bearer": "y"},
        {"expect": "a", "matches": "b"},
        {"matches": "("},
    ],
)
def test_options_that_contradict_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KIND.options.model_validate(wrong)


def test_a_target_that_can_never_be_asked_is_told() -> None:
    for target, headers in (("tcp://a:1", {}), ("a:1", {}), ("ws://", {}), ("ws://a/", {"X": "a\r\nb"})):
        assert KIND.fault(target, KIND.options.model_validate({"headers": headers})) is not None
    assert KIND.fault("WSS://a/events", KIND.options()) is None
