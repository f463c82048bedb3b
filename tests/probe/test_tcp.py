"""What the tcp kind says of real listeners."""

import asyncio

import pytest

from probe.kinds.tcp import KIND, READ_LIMIT, split_target
from probe.result import Outcome, Reason
from tests.probe.listener import HOST, asked, free_port, listening


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
    assert sum(answer.phases.values()) == pytest.approx(answer.latency_us, abs=1)


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


@pytest.mark.parametrize(
    "target, parts",
    [
        ("db.example.com:5432", ("db.example.com", 5432)),
        ("tcp://10.0.0.1:1", ("10.0.0.1", 1)),
        ("[2001:db8::1]:65535", ("2001:db8::1", 65535)),
    ],
)
def test_targets_are_host_and_port(target: str, parts: tuple[str, int]) -> None:
    assert split_target(target) == parts


@pytest.mark.parametrize("target", ["", "db", ":80", "db:", "db:0", "db:65536", "db:http", "db:٣"])
def test_a_wrong_target_is_named(target: str) -> None:
    with pytest.raises(ValueError, match=r"is not an address like db\.example\.com:5432"):
        split_target(target)
