"""What the tcp kind says of real listeners."""

import asyncio
import ssl
from pathlib import Path

import pytest
from pydantic import ValidationError

from probe.kinds.tcp import KIND
from probe.net.connection import READ_LIMIT
from probe.result import Outcome, Reason
from tests.probe.listener import HOST, asked, authority, free_port, listening, serving


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example.com ready\r\n")
    await writer.drain()
    await reader.read()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    heard = await reader.read(100)
    await asyncio.sleep(0.02)
    for byte in heard:
        writer.write(bytes([byte]))
        await writer.drain()


async def test_a_port_that_accepts_is_up_with_its_phases() -> None:
    async with listening(greet) as port:
        answer = await asked(KIND, f"tcp://localhost:{port}")
    assert answer.outcome is Outcome.UP
    assert set(answer.phases) == {"resolve", "connect", "processing"}
    assert sum(answer.phases.values()) == answer.latency_us


async def test_a_port_where_nobody_listens_is_refused() -> None:
    answer = await asked(KIND, f"{HOST}:{free_port()}")
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, Reason.CONNECTION_REFUSED)


async def test_the_expected_greeting_is_waited_for() -> None:
    async with listening(greet) as port:
        good = await asked(KIND, f"{HOST}:{port}", expect="220 ")
        bad = await asked(KIND, f"{HOST}:{port}", expect="+OK", timeout=200)
    assert good.outcome is Outcome.UP
    assert (bad.outcome, bad.reason) == (Outcome.DOWN, Reason.TIMEOUT)


async def test_what_is_sent_is_answered_in_pieces() -> None:
    async with listening(echo) as port:
        good = await asked(KIND, f"{HOST}:{port}", send="PING", expect="PING")
        bad = await asked(KIND, f"{HOST}:{port}", send="PING", expect="PONG")
    assert good.outcome is Outcome.UP
    assert (bad.outcome, bad.reason, bad.detail) == (Outcome.DOWN, Reason.BODY, "closed after 4 bytes without 'PONG'")


async def test_a_flood_without_the_expected_text_ends_at_the_limit() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(64):
            writer.write(b"x" * READ_LIMIT)
            await writer.drain()

    async with listening(flood) as port:
        answer = await asked(KIND, f"{HOST}:{port}", expect="y")
    assert (answer.reason, answer.facts["bytes"]) == (Reason.BODY, READ_LIMIT)


async def test_a_target_without_a_port_is_our_fault() -> None:
    answer = await asked(KIND, "db.example.com")
    assert (answer.outcome, answer.reason) == (Outcome.INVALID, Reason.BAD_TARGET)


async def mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: ssl.SSLContext, early: bytes) -> None:
    """A little of SMTP: greeting, EHLO, STARTTLS, EHLO again; `early` is said before the encryption."""
    writer.write(b"220-welcome\r\n220 mail.example.com ESMTP\r\n")
    assert await reader.readline() == b"EHLO mail.example.com\r\n"
    writer.write(b"250-mail.example.com\r\n250 STARTTLS\r\n")
    assert await reader.readline() == b"STARTTLS\r\n"
    writer.write(b"220 go ahead\r\n" + early)
    await writer.start_tls(tls)
    assert await reader.readline() == b"NOOP\r\n"
    writer.write(b"\x00\xff done")
    await writer.drain()


MAIL = [
    {"matches": r"^220 (?P<host>\S+) ESMTP$"},
    {"send": "EHLO {{1}}\r\n", "matches": "^250 STARTTLS"},
    {"send": "STARTTLS\r\n", "matches": "^220"},
    {"starttls": True},
    {"send_hex": "4e4f4f50 0d0a", "expect_hex": "00 ff"},
]


@pytest.mark.parametrize("early, reason", [(b"", None), (b"250 trust me\r\n", Reason.TLS_FAILURE)])
async def test_a_dialogue_is_held_and_encrypted_in_its_middle(
    tmp_path: Path, early: bytes, reason: Reason | None
) -> None:
    own, file = authority(tmp_path)
    context = serving(own.issue_cert(HOST))
    async with listening(lambda reader, writer: mail(reader, writer, context, early)) as port:
        answer = await asked(KIND, f"{HOST}:{port}", dialogue=MAIL, tls={"ca_file": file})
    assert answer.reason is reason, answer.detail
    if reason is None:
        assert (answer.facts["match.host"], "not_after" in answer.facts) == ("mail.example.com", True)
        assert set(answer.phases) == {"resolve", "connect", "tls", "processing"}


async def test_a_starttls_with_a_certificate_of_another_host_is_down(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    context = serving(own.issue_cert("other.example.com"))
    async with listening(lambda reader, writer: mail(reader, writer, context, b"")) as port:
        answer = await asked(KIND, f"{HOST}:{port}", dialogue=MAIL, tls={"ca_file": file})
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, Reason.CERTIFICATE_INVALID)


async def test_a_line_that_never_matches_is_down_and_silence_a_timeout() -> None:
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"500 no\r\nand so on")

    async with listening(leave) as port, listening(greet) as silent:
        rest = await asked(KIND, f"{HOST}:{port}", dialogue=[{"matches": "so on$"}])
        bad = await asked(KIND, f"{HOST}:{port}", dialogue=[{"matches": "^220"}])
        late = await asked(KIND, f"{HOST}:{silent}", dialogue=[{"matches": "^250"}], timeout=200)
    assert (rest.outcome, late.reason) == (Outcome.UP, Reason.TIMEOUT)
    assert (bad.reason, bad.detail) == (Reason.BODY, "no line of 17 bytes matches '^220'")


@pytest.mark.parametrize(
    "step",
    [{}, {"send": "a", "send_hex": "00"}, {"expect": "a", "matches": "b"}, {"starttls": True, "send": "a"},
     {"matches": "("}, {"send_hex": "0"}],
)  # fmt: skip
def test_a_step_that_makes_no_sense_is_refused(step: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        KIND.options.model_validate({"dialogue": [step]})
