"""What kind `grpc` says of a real gRPC server, and of servers of HTTP/2 that are none."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived
from pydantic import ValidationError

from probe.grpc.health import serving
from probe.kinds.grpc import KIND
from probe.net.course import Unanswered
from probe.result import Outcome, Reason
from tests.probe.listener import HOST, asked, listening
from tests.servers.grpchealth import GrpcHealth
from tests.servers.program import scratch

ASKED: list[tuple[dict[str, Any], Reason | None, str]] = [
    ({}, None, ""),
    ({"service": "shop", "metadata": {"authorization": "Bearer right"}}, None, ""),
    ({"service": "bank"}, Reason.NOT_SERVING, "bank says NOT_SERVING"),
    ({"service": "new"}, Reason.NOT_SERVING, "new says UNKNOWN"),
    ({"service": "x" * 200}, Reason.STATUS, "answered NOT_FOUND (5): no such service …"),
    (
        {"metadata": {"authorization": "Bearer wrong"}},
        Reason.LOGIN_REFUSED,
        "answered UNAUTHENTICATED (16): not you: (hidden)",
    ),
    ({"service": "slow", "timeout": 300}, Reason.TIMEOUT, ""),
]


@pytest.mark.server
async def test_a_service_is_asked_for_its_health() -> None:
    """One test, because the server is dear."""
    with scratch("grpc") as folder, GrpcHealth(folder) as server:
        for options, reason, detail in ASKED:
            answer = await asked(KIND, f"grpc://{HOST}:{server.port}", **options)
            assert answer.reason is reason, (options, answer)
            assert not detail or answer.detail == detail
        target = f"{HOST}:{server.tls_port}"
        good = await asked(KIND, target, tls={"ca_file": str(server.authority)}, service="shop")
        bad = await asked(KIND, target, tls={})
        clear = await asked(KIND, target)
    assert (good.outcome, good.facts["serving_status"], good.facts["grpc_status"]) == (Outcome.UP, "SERVING", 0)
    assert set(good.phases) == {"resolve", "connect", "tls", "processing"}
    assert (bad.reason, clear.outcome) == (Reason.CERTIFICATE_INVALID, Outcome.DOWN)


def headers(status: str, **more: str) -> list[tuple[str, str]]:
    return [(":status", status), *((name.replace("_", "-"), value) for name, value in more.items())]


def refuse(http: H2Connection) -> None:
    http.reset_stream(1, error_code=7)


def leave(http: H2Connection) -> None:
    http.close_connection(error_code=0, last_stream_id=0)


def crash(http: H2Connection) -> None:
    http.reset_stream(1, error_code=2)


def page(http: H2Connection) -> None:
    http.send_headers(1, headers("502", content_type="text/html"), end_stream=True)


def plain(http: H2Connection) -> None:
    http.send_headers(1, headers("200", content_type="text/html"))
    http.send_data(1, b"welcome", end_stream=True)


def unimplemented(http: H2Connection) -> None:
    http.send_headers(1, headers("200", grpc_status="12"), end_stream=True)


def long_answer(http: H2Connection) -> None:
    http.send_headers(1, headers("200"))
    for _ in range(4):
        http.send_data(1, bytes(16000))


def chatter(http: H2Connection) -> None:
    for _ in range(20_000):
        http.ping(b"12345678")


@pytest.mark.parametrize(
    "serve, reason",
    [
        (refuse, Reason.NOT_SERVING),
        (leave, Reason.NOT_SERVING),
        (crash, Reason.CONNECTION_RESET),
        (page, Reason.STATUS),
        (plain, Reason.PROTOCOL_ERROR),
        (unimplemented, Reason.STATUS),
        (long_answer, Reason.TOO_LARGE),
        (chatter, Reason.TOO_LARGE),
    ],
)
async def test_what_other_servers_of_http2_say(serve: Callable[[H2Connection], None], reason: Reason) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        http = H2Connection(H2Configuration(client_side=False))
        http.initiate_connection()
        while not any(isinstance(event, RequestReceived) for event in http.receive_data(await reader.read(65536))):
            pass
        serve(http)
        writer.write(http.data_to_send())
        await writer.drain()
        await reader.read()

    async with listening(talk) as port:
        answer = await asked(KIND, f"{HOST}:{port}")
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, reason), answer


async def test_a_server_of_http1_is_no_grpc() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()

    async with listening(serve) as port:
        answer = await asked(KIND, f"{HOST}:{port}")
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, Reason.PROTOCOL_ERROR)


def test_answers_are_read_field_by_field() -> None:
    def framed(message: bytes) -> bytes:
        return b"\0" + len(message).to_bytes(4, "big") + message

    assert serving(framed(b"")) == "UNKNOWN"
    assert serving(framed(b"\x12\x02ab\x08\x01\x19" + bytes(8) + b"\x1d" + bytes(4))) == "SERVING"
    assert serving(framed(b"\x08\x2a")) == "42"
    for wrong in (b"", b"\x01\0\0\0\0", framed(b"\x0b"), framed(b"\x08" + b"\xff" * 11), b"\0\0\0\0\x09\x08"):
        with pytest.raises(Unanswered):
            serving(wrong)


@pytest.mark.parametrize(
    "name, value", [("te", "x"), ("grpc-timeout", "1S"), ("a b", "x"), ("a", "x\r\ny"), (":path", "x")]
)
def test_metadata_that_cannot_be_sent_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        KIND.options.model_validate({"metadata": {name: value}})
