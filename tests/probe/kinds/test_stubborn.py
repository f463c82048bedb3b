"""Servers that refuse, say nothing, talk nonsense, close at once or never stop: down in time, whatever the kind."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any

import pytest

from probe.kind import ProbeKind
from probe.kinds import grpc, mysql, postgres, redis, smtp, ssh, websocket
from probe.result import Outcome, Reason
from tests.probe.listener import HOST, asked, free_port, listening

KINDS: Mapping[str, tuple[ProbeKind, dict[str, Any]]] = {
    "grpc": (grpc.KIND, {}),
    "mysql": (mysql.KIND, {}),
    "postgres": (postgres.KIND, {}),
    "redis": (redis.KIND, {}),
    "smtp": (smtp.KIND, {}),
    "ssh": (ssh.KIND, {}),
    "websocket": (websocket.KIND, {}),
}
NOISE = os.urandom(2000)


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    pass


async def noisy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(NOISE)
    await writer.drain()
    await reader.read(1)


async def flooding(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for _ in range(64):
        writer.write(b"x" * 65536)
        await writer.drain()


@pytest.mark.parametrize("name", KINDS)
async def test_every_kind_ends_in_time_and_says_down(name: str) -> None:
    kind, options = KINDS[name]
    scheme = "ws://" if name == "websocket" else ""
    refused = await asked(kind, f"{scheme}{HOST}:{free_port()}", **options)
    assert (refused.outcome, refused.reason) == (Outcome.DOWN, Reason.CONNECTION_REFUSED)
    for serve, timeout in ((silent, 100), (closing, 2000), (noisy, 2000), (flooding, 2000)):
        async with listening(serve) as port:
            answer = await asked(kind, f"{scheme}{HOST}:{port}", timeout=timeout, **options)
        assert answer.outcome is Outcome.DOWN, (serve, answer)
        assert (answer.reason is Reason.TIMEOUT) == (serve is silent), (serve, answer)
    assert kind.fault(f"{HOST}:none", kind.options.model_validate(options)) is not None
