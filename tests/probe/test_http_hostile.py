"""What the http kind makes of servers that do odd or hostile things, and what it keeps of them afterwards: nothing."""

import asyncio
import gc
import gzip
import socket
import ssl
import zlib
from pathlib import Path
from typing import Any

import brotli
import pytest

from probe.http.exchange import Exchange
from probe.http.response import BODY_LIMIT, HEAD_LIMIT, Response
from probe.kind import Question
from probe.kinds.http import KIND, Options, open_http
from probe.result import Answer, Outcome, Reason
from tests.probe.listener import HOST, Serve, asked, authority, free_port, listening, serving

OK = b"HTTP/1.1 200 OK\r\n"
DOWN, UP, INVALID = Outcome.DOWN, Outcome.UP, Outcome.INVALID


def said(answer: Answer) -> tuple[Outcome, Reason | None]:
    return answer.outcome, answer.reason


def saying(spoken: bytes, *, then: float = 0.0) -> Serve:
    """Reads one request, says exactly this and closes, after `then` seconds."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(spoken)
        await writer.drain()
        await asyncio.sleep(then)

    return serve


async def heard(spoken: bytes, **options: Any) -> Answer:
    async with listening(saying(spoken)) as port:
        return await asked(KIND, f"http://{HOST}:{port}/", **options)


def with_body(encoding: str, body: bytes) -> bytes:
    return OK + f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
HEADLESS = RAW.compress(b"all is well") + RAW.flush()


@pytest.mark.parametrize(
    "encoding, body",
    [
        ("gzip", gzip.compress(b"all is well", mtime=0)),
        ("GZip", gzip.compress(b"all is ", mtime=0) + gzip.compress(b"well", mtime=0)),
        ("x-gzip", gzip.compress(b"all is well", mtime=0)),
        ("deflate", zlib.compress(b"all is well")),
        ("deflate", HEADLESS),
        ("br", brotli.compress(b"all is well")),
        ("identity", b"all is well"),
        ("my-own", b"all is well"),
    ],
)
async def test_a_compressed_body_is_read_as_it_was_meant(encoding: str, body: bytes) -> None:
    answer = await heard(with_body(encoding, body), expect={"body": "all is well"})
    assert said(answer) == (UP, None)
    assert answer.facts["body_bytes"] == 11


async def test_an_encoding_nobody_asked_for_cannot_be_read() -> None:
    assert said(await heard(with_body("zstd", b"\x0b\x05\x80ok\x03"))) == (DOWN, Reason.PROTOCOL_ERROR)


@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_a_body_that_grows_without_end_is_cut_at_the_limit(encoding: str) -> None:
    endless = bytes(50 * BODY_LIMIT)
    bomb = gzip.compress(endless, 1) if encoding == "gzip" else brotli.compress(endless, quality=1)
    answer = await heard(with_body(encoding, bomb), expect={"body": "ok"})
    assert said(answer) == (DOWN, Reason.BODY)
    assert (answer.facts["body_bytes"], answer.facts["body_whole"]) == (BODY_LIMIT, False)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
async def test_a_compressed_body_that_ends_in_its_middle_is_no_answer(encoding: str) -> None:
    whole = {"gzip": gzip.compress, "br": brotli.compress, "deflate": zlib.compress}[encoding](b"all is well" * 9)
    assert said(await heard(with_body(encoding, whole[:-4]))) == (DOWN, Reason.PROTOCOL_ERROR)


async def test_a_body_of_thousands_of_compressed_pieces_is_no_answer() -> None:
    assert said(await heard(with_body("gzip", gzip.compress(b"", mtime=0) * 5000))) == (DOWN, Reason.PROTOCOL_ERROR)


@pytest.mark.parametrize(
    "endless",
    [
        OK + b"X: " + b"x" * 4 * HEAD_LIMIT,
        OK + b"".join(b"X-%d: x\r\n" % number for number in range(HEAD_LIMIT)),
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * HEAD_LIMIT,
        OK + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 4 * HEAD_LIMIT,
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"x" * 4 * HEAD_LIMIT,
    ],
    ids=["one header", "many headers", "interim answers", "a chunk's extension", "a trailer"],
)
async def test_a_head_without_end_is_given_up(endless: bytes) -> None:
    async with listening(saying(endless, then=5)) as port:
        answer = await asked(KIND, f"http://{HOST}:{port}/", timeout=4000)
    assert said(answer) == (DOWN, Reason.PROTOCOL_ERROR)


@pytest.mark.parametrize(
    "spoken, status",
    [
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + b"\r\n", 200),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n", 304),
        (OK + b"Content-Length: 0\r\n\r\nHTTP/1.1 500 Also\r\n\r\n", 200),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200),
        (b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", 302),
    ],
    ids=["interim", "until closed", "204", "304", "more behind it", "chunked", "bare newlines", "leads nowhere"],
)
async def test_answers_are_read_as_a_browser_reads_them(spoken: bytes, status: int) -> None:
    answer = await heard(spoken)
    assert said(answer) == (UP, None)
    assert answer.facts["status"] == status


async def test_a_change_of_protocol_is_an_answer_by_its_status() -> None:
    switching = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x02hi"
    assert said(await heard(switching, expect={"status": [101]})) == (UP, None)


async def test_the_head_of_an_answer_has_no_body_whatever_it_says() -> None:
    async with listening(saying(OK + b"Content-Length: 100\r\n\r\n", then=1)) as port:
        answer = await asked(KIND, f"http://{HOST}:{port}/", method="HEAD", timeout=900)
    assert said(answer) == (UP, None)
    assert (answer.facts["content_length"], answer.facts["body_bytes"]) == (100, 0)


@pytest.mark.parametrize(
    "spoken",
    [
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nok",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nok",
        OK + b"Content-Length: -1\r\n\r\n",
        b"\0\xff\xfe",
    ],
)
async def test_what_is_not_http_is_the_targets_fault(spoken: bytes) -> None:
    assert said(await heard(spoken)) == (DOWN, Reason.PROTOCOL_ERROR)


async def test_half_a_head_is_a_connection_closed_unanswered() -> None:
    assert said(await heard(OK + b"Content-Le")) == (DOWN, Reason.CONNECTION_RESET)


async def test_a_reset_is_a_reset_before_the_answer_and_a_broken_body_in_its_middle() -> None:
    def resetting(spoken: bytes) -> Serve:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(spoken)
            await asyncio.sleep(0.05)
            taken = writer.get_extra_info("socket")
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            writer.transport.abort()

        return serve

    async with listening(resetting(b"")) as port:
        assert said(await asked(KIND, f"http://{HOST}:{port}/")) == (DOWN, Reason.CONNECTION_RESET)
    async with listening(resetting(OK + b"\r\nuntil clo")) as port:
        assert said(await asked(KIND, f"http://{HOST}:{port}/")) == (DOWN, Reason.PROTOCOL_ERROR)


async def test_a_handshake_that_ends_too_early_is_the_targets_fault_and_one_that_never_ends_its_timeout() -> None:
    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)

    async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(close) as port:
        closed = await asked(KIND, f"https://{HOST}:{port}/")
    async with listening(keep_silent) as port:
        silent = await asked(KIND, f"https://{HOST}:{port}/", timeout=300)
    assert said(closed) in ((DOWN, Reason.CONNECTION_RESET), (DOWN, Reason.TLS_FAILURE))
    assert said(silent) == (DOWN, Reason.TIMEOUT)
    assert silent.detail == "no end of the TLS handshake within 300 ms"
    assert silent.phases["tls"] >= 250_000


async def test_a_server_that_wants_our_certificate_refuses_us_itself(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    context = serving(own.issue_cert(HOST))
    context.verify_mode = ssl.CERT_REQUIRED
    own.configure_trust(context)
    async with listening(saying(OK + b"\r\n"), context) as port:
        answer = await asked(KIND, f"https://{HOST}:{port}/", tls={"ca_file": file})
    assert answer.outcome is DOWN
    assert answer.reason in (Reason.TLS_FAILURE, Reason.CONNECTION_RESET)


async def test_a_handshake_is_a_phase_of_its_own(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    async with listening(saying(OK + b"Content-Length: 0\r\n\r\n"), serving(own.issue_cert(HOST))) as port:
        answer = await asked(KIND, f"https://{HOST}:{port}/", tls={"ca_file": file})
    assert set(answer.phases) == {"resolve", "connect", "tls", "processing", "transfer"}
    assert sum(answer.phases.values()) == answer.latency_us


async def test_an_authority_of_ours_that_cannot_be_read_says_nothing_about_the_target(tmp_path: Path) -> None:
    file = tmp_path / "authority.pem"
    file.write_text("not a certificate")
    async with listening(saying(OK)) as port:
        for name in (file, tmp_path / "missing.pem"):
            answer = await asked(KIND, f"https://{HOST}:{port}/", tls={"ca_file": str(name)})
            assert said(answer) == (INVALID, Reason.INTERNAL_ERROR)


async def test_without_a_socket_to_ask_with_the_fault_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    async def exhausted(*given: object, **named: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", exhausted)
    assert said(await asked(KIND, f"http://{HOST}:{free_port()}/")) == (INVALID, Reason.OUT_OF_FILES)


async def test_a_name_with_several_addresses_is_asked_at_the_one_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def two(host: str, port: int, *more: object, **named: object) -> object:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (HOST, port)),
        ]

    async with listening(saying(OK + b"Content-Length: 0\r\n\r\n")) as port:
        monkeypatch.setattr(socket, "getaddrinfo", two)
        found = await asked(KIND, f"http://both.example:{port}/")
        nowhere = await asked(KIND, f"http://both.example:{free_port()}/")
    assert said(found) == (UP, None)
    assert nowhere.reason in (Reason.CONNECTION_REFUSED, Reason.OUT_OF_PORTS)


async def test_a_name_too_long_to_be_one_is_a_bad_target_as_often_as_it_is_asked() -> None:
    async with open_http() as ask:
        question = Question(check="", target=f"http://{'a' * 64}.example/", options=Options(), timeout=2000)
        answers = [await ask(question) for _ in range(40)]
    assert {said(answer) for answer in answers} == {(INVALID, Reason.BAD_TARGET)}


@pytest.mark.parametrize("loop_module", ["asyncio", "uvloop"])
def test_nothing_of_an_exchange_waits_for_the_garbage_collector(loop_module: str, tmp_path: Path) -> None:
    own, file = authority(tmp_path)

    async def ask_often() -> list[str]:
        plain = listening(saying(OK + b"Content-Length: 2\r\n\r\nok"))
        secret = listening(saying(OK + b"Content-Length: 2\r\n\r\nok"), serving(own.issue_cert(HOST)))
        another = listening(saying(OK), serving(own.issue_cert("another.example")))
        early, deaf = listening(hanging_up), socket.socket()  # which holds its port and does not listen
        deaf.bind((HOST, 0))
        nobody = deaf.getsockname()[1]
        async with plain as port, secret as secure, another as other, early as closed, open_http() as ask:
            trusting = Options.model_validate({"tls": {"ca_file": file}})
            ways = [
                (f"http://{HOST}:{port}/", None),
                (f"http://{HOST}:{closed}/", Reason.CONNECTION_RESET),
                (f"http://{HOST}:{nobody}/", Reason.CONNECTION_REFUSED),
                (f"https://{HOST}:{secure}/", None),
                (f"https://{HOST}:{other}/", Reason.CERTIFICATE_INVALID),
                (f"https://{HOST}:{closed}/", Reason.CONNECTION_RESET),
                (f"https://{HOST}:{nobody}/", Reason.CONNECTION_REFUSED),
            ]
            left = list[str]()
            gc.collect()
            gc.disable()
            try:
                # What a test before this one left may have come back to life while it was collected.
                before = exchanges()
                for target, reason in ways:
                    for _ in range(3):
                        answer = await ask(Question(check="", target=target, options=trusting, timeout=10_000))
                        assert answer.reason is reason, target
                    await asyncio.sleep(0.05)
                    left += [f"{target} {type(one).__name__}" for one in added(before)]
                return left
            finally:
                gc.enable()
                deaf.close()

    if loop_module == "uvloop":
        import uvloop

        assert uvloop.run(ask_often()) == []
    else:
        assert asyncio.run(ask_often()) == []


def exchanges() -> list[Exchange | Response]:
    return [one for one in gc.get_objects() if isinstance(one, Exchange | Response)]


def added(before: list[Exchange | Response]) -> list[Exchange | Response]:
    known = {id(one) for one in before}
    return [one for one in exchanges() if id(one) not in known]


async def hanging_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Before anything was said."""
