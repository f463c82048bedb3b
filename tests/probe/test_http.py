"""What the http kind says of real answers, and of none."""

import asyncio
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config.instant import instant_of
from probe.http.response import BODY_LIMIT
from probe.kind import Question
from probe.kinds.http import KIND, Options, open_http
from probe.result import Answer, Outcome, Reason
from tests.probe.listener import HOST, answering, asked, authority, free_port, listening, serving

OK = "HTTP/1.1 200 OK"


def said(answer: Answer) -> tuple[Outcome, Reason | None]:
    return answer.outcome, answer.reason


@pytest.mark.parametrize(
    "status, expected, outcome",
    [
        (200, None, Outcome.UP),
        (204, None, Outcome.UP),
        (399, None, Outcome.UP),
        (404, None, Outcome.DOWN),
        (503, None, Outcome.DOWN),
        (404, [200, 404], Outcome.UP),
        (201, [200, 404], Outcome.DOWN),
        (418, ["400-499"], Outcome.UP),
        (500, ["400-499"], Outcome.DOWN),
        (200, 200, Outcome.UP),
    ],
)
async def test_the_status_decides(status: int, expected: object, outcome: Outcome) -> None:
    options: dict[str, Any] = {} if expected is None else {"expect": {"status": expected}}
    async with listening(answering(f"HTTP/1.1 {status} Whatever")) as port:
        answer = await asked(KIND, f"http://{HOST}:{port}/", **options)
    assert said(answer) == (outcome, None if outcome is Outcome.UP else Reason.STATUS)
    assert answer.facts["status"] == status


async def test_a_body_without_the_expected_text_is_down_with_its_length_and_hash() -> None:
    body = "维护中".encode()
    async with listening(answering(OK + "\r\nServer: shop", body)) as port:
        answer = await asked(KIND, f"http://{HOST}:{port}/", expect={"body": "ok"})
        kept = await asked(KIND, f"http://{HOST}:{port}/", expect={"body": "ok"}, keep_body=True)
        found = await asked(KIND, f"http://{HOST}:{port}/", expect={"body": "维护"})
    assert said(answer) == (Outcome.DOWN, Reason.BODY)
    assert answer.facts["body_sha256"] == hashlib.sha256(body).hexdigest()
    assert (answer.facts["body_bytes"], answer.facts["header.server"]) == (len(body), "shop")
    assert "body" not in answer.facts
    assert kept.facts["body"] == "维护中"
    assert said(found) == (Outcome.UP, None)


async def test_a_body_is_read_up_to_its_limit_and_no_further() -> None:
    body = b"x" * BODY_LIMIT + b"late"
    async with listening(answering(OK, body)) as port:
        unseen = await asked(KIND, f"http://{HOST}:{port}/", expect={"body": "late"})
        enough = await asked(KIND, f"http://{HOST}:{port}/", expect={"body": "x"})
    assert said(unseen) == (Outcome.DOWN, Reason.BODY)
    assert (unseen.facts["body_bytes"], unseen.facts["body_whole"]) == (BODY_LIMIT, False)
    assert said(enough) == (Outcome.UP, None)


async def test_nobody_listening_is_refused() -> None:
    answer = await asked(KIND, f"http://{HOST}:{free_port()}/")
    assert said(answer) == (Outcome.DOWN, Reason.CONNECTION_REFUSED)
    assert answer.latency_us > 0


async def test_a_silent_server_is_a_timeout_of_the_whole_answer() -> None:
    async with listening(answering(OK, after=5)) as port:
        answer = await asked(KIND, f"http://{HOST}:{port}/", timeout=200)
    assert said(answer) == (Outcome.DOWN, Reason.TIMEOUT)
    assert answer.detail == "no complete answer within 200 ms"


async def test_a_server_that_drips_its_body_is_a_timeout_too() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _ in range(100):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with listening(drip) as port:
        answer = await asked(KIND, f"http://{HOST}:{port}/", timeout=300)
    assert said(answer) == (Outcome.DOWN, Reason.TIMEOUT)


@pytest.mark.parametrize(
    "spoken, reason",
    [
        (b"", Reason.CONNECTION_RESET),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Reason.PROTOCOL_ERROR),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", Reason.PROTOCOL_ERROR),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", Reason.PROTOCOL_ERROR),
    ],
)
async def test_an_answer_that_is_not_http_is_the_targets_fault(spoken: bytes, reason: Reason) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(spoken)
        await writer.drain()

    async with listening(serve) as port:
        answer = await asked(KIND, f"http://{HOST}:{port}/")
    assert said(answer) == (Outcome.DOWN, reason)


async def test_redirects_are_followed_up_to_the_limit() -> None:
    calls = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        request = await reader.readuntil(b"\r\n\r\n")
        here = int(request.split()[1].removeprefix(b"/"))
        head = f"HTTP/1.1 302 Found\r\nLocation: /{here - 1}" if here else OK
        writer.write(f"{head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    async with listening(serve) as port:
        base = f"http://{HOST}:{port}"
        followed = await asked(KIND, f"{base}/3")
        calls = 0
        endless = await asked(KIND, f"{base}/99")
        asked_for = calls
        stayed = await asked(KIND, f"{base}/3", follow_redirects=False, expect={"status": [302]})
    assert said(followed) == (Outcome.UP, None)
    assert (followed.facts["status"], followed.facts["redirects"]) == (200, 3)
    assert said(endless) == (Outcome.DOWN, Reason.REDIRECT)
    assert asked_for == 11
    assert (stayed.outcome, stayed.facts["status"], stayed.facts["redirects"]) == (Outcome.UP, 302, 0)


@pytest.mark.parametrize("location", ["ftp://example.com/", "http://["])
async def test_a_redirect_to_nowhere_is_the_targets_fault(location: str) -> None:
    async with listening(answering(f"HTTP/1.1 302 Found\r\nLocation: {location}")) as port:
        answer = await asked(KIND, f"http://{HOST}:{port}/")
    assert said(answer) == (Outcome.DOWN, Reason.REDIRECT)


async def test_the_request_is_what_the_options_say() -> None:
    heard = b""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard = await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(5)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async with listening(serve) as port:
        await asked(KIND, f"http://{HOST}:{port}/a?b=%20c", method="POST", payload="hello", headers={"X-Key": "k"})
    assert heard.startswith(b"POST /a?b=%20c HTTP/1.1\r\n")
    assert b"X-Key: k\r\n" in heard
    assert heard.endswith(b"\r\n\r\nhello")


async def test_every_question_opens_a_connection_of_its_own_and_keeps_no_cookie() -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
        await reader.read()

    async with listening(serve) as port, open_http() as ask:
        question = Question(check="", target=f"http://{HOST}:{port}/", options=Options(), timeout=2000)
        await ask(question)
        await ask(question)
    assert len(seen) == 2
    assert not any(b"Cookie" in request for request in seen)


async def test_phases_add_up_to_the_latency() -> None:
    async with listening(answering(OK, b"ok", after=0.05)) as port:
        answer = await asked(KIND, f"http://localhost:{port}/")
    assert set(answer.phases) == {"resolve", "connect", "tls", "processing", "transfer"}
    assert answer.phases["tls"] == 0
    assert answer.phases["processing"] >= 50_000
    assert answer.phases["resolve"] > 0
    assert sum(answer.phases.values()) == answer.latency_us


async def test_a_target_that_is_no_address_is_our_fault() -> None:
    assert said(await asked(KIND, "not an address")) == (Outcome.INVALID, Reason.BAD_TARGET)
    assert said(await asked(KIND, "ftp://127.0.0.1/")) == (Outcome.INVALID, Reason.BAD_TARGET)


async def test_a_trusted_certificate_tells_its_end(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    ends = datetime(2099, 1, 2, 3, 4, 5, tzinfo=UTC)
    context = serving(own.issue_cert(HOST, not_after=ends))
    async with listening(answering(OK), context) as port:
        trusted = await asked(KIND, f"https://{HOST}:{port}/", tls={"ca_file": file})
        unverified = await asked(KIND, f"https://{HOST}:{port}/", tls={"verify": False})
    assert said(trusted) == said(unverified) == (Outcome.UP, None)
    assert trusted.facts["not_after"] == unverified.facts["not_after"] == instant_of(ends)
    assert trusted.facts["tls_version"] == "TLSv1.3"


async def test_certificates_that_do_not_hold_are_told_apart(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    trust: dict[str, Any] = {"tls": {"ca_file": file}}
    async with listening(answering(OK), serving(own.issue_cert(HOST))) as port:
        assert said(await asked(KIND, f"https://{HOST}:{port}/")) == (Outcome.DOWN, Reason.CERTIFICATE_INVALID)
    async with listening(answering(OK), serving(own.issue_cert("other.example"))) as port:
        other = await asked(KIND, f"https://{HOST}:{port}/", **trust)
        assert said(other) == (Outcome.DOWN, Reason.CERTIFICATE_INVALID)

    async def greeting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ready\r\n")
        await reader.read()

    expired = own.issue_cert(HOST, not_after=datetime(2020, 1, 1, tzinfo=UTC))
    async with listening(answering(OK), serving(expired)) as port:
        ended = await asked(KIND, f"https://{HOST}:{port}/", **trust)
        assert said(ended) == (Outcome.DOWN, Reason.CERTIFICATE_EXPIRED)
    async with listening(greeting) as port:
        plain = await asked(KIND, f"https://{HOST}:{port}/")
        assert said(plain) == (Outcome.DOWN, Reason.TLS_FAILURE)


@pytest.mark.parametrize(
    "options",
    [
        {"expect": {"status": ["2xx"]}},
        {"expect": {"status": [99]}},
        {"expect": {"status": ["400-300"]}},
        {"expect": {"status": []}},
        {"expect": {"boby": "ok"}},
        {"method": "BREW"},
        {"verify": False},
        {"keep_body": "yes"},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate(options)


def test_a_target_that_is_no_address_is_named() -> None:
    assert KIND.fault("https://shop.example.com/", Options()) is None
    told = KIND.fault("shop.example.com", Options())
    assert told is not None and "shop.example.com" in told
