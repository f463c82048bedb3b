"""What kind `redis` says of a real Redis, and of what only pretends to be one."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from probe.kinds.redis import KIND
from probe.result import Outcome, Reason
from tests.probe.listener import HOST, asked, listening
from tests.servers.program import scratch
from tests.servers.redis import PASSWORD, Redis

pytestmark = pytest.mark.server
LOGIN: dict[str, Any] = {"password": PASSWORD}


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with scratch("redis") as folder, Redis(folder) as server:
        yield server


@pytest.mark.parametrize(
    "options, reason",
    [
        (LOGIN, None),
        ({}, Reason.LOGIN_REFUSED),
        ({"password": "wrong"}, Reason.LOGIN_REFUSED),
        ({"username": "nobody", **LOGIN}, Reason.LOGIN_REFUSED),
        ({"command": "DBSIZE", "expect": 0, "database": 3, **LOGIN}, None),
        ({"command": "DBSIZE", "at_least": 1, **LOGIN}, Reason.OUT_OF_RANGE),
        ({"command": "INFO replication", "contains": "role:master", **LOGIN}, None),
        ({"command": "ROLE", "at_least": 1, **LOGIN}, Reason.BODY),
        ({"command": ["GET", "no such key"], "expect": "1", **LOGIN}, Reason.BODY),
        ({"command": "GET", **LOGIN}, Reason.STATUS),
        ({"database": 99, **LOGIN}, Reason.STATUS),
    ],
)
async def test_a_command_is_asked_and_its_value_judged(
    redis: Redis, options: dict[str, Any], reason: Reason | None
) -> None:
    answer = await asked(KIND, f"redis://{HOST}:{redis.port}", **options)
    assert answer.reason is reason, answer.detail
    assert PASSWORD not in str(answer)


async def test_tls_is_verified(redis: Redis) -> None:
    target = f"{HOST}:{redis.tls_port}"
    good = await asked(KIND, target, tls={"ca_file": str(redis.authority)}, **LOGIN)
    bad = await asked(KIND, target, tls={}, **LOGIN)
    assert (good.outcome, "not_after" in good.facts) == (Outcome.UP, True)
    assert bad.reason is Reason.CERTIFICATE_INVALID


@pytest.mark.parametrize(
    "said, reason",
    [
        (b"-LOADING Redis is loading the dataset in memory\r\n", Reason.NOT_SERVING),
        (b"+OK\r\n", Reason.BODY),
        (b"$99999999\r\n", Reason.TOO_LARGE),
        (b"*999999999\r\n" + b"+\r\n" * 40_000, Reason.TOO_LARGE),
        (b"*1\r\n" * 20, Reason.PROTOCOL_ERROR),
        (b"$x\r\n", Reason.PROTOCOL_ERROR),
    ],
)
async def test_what_is_no_pong_is_down(said: bytes, reason: Reason) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(said)
        await writer.drain()

    async with listening(serve) as port:
        answer = await asked(KIND, f"{HOST}:{port}")
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, reason), answer.detail


def test_a_command_that_may_change_something_is_refused() -> None:
    for command in ("FLUSHALL", "set a b", ""):
        with pytest.raises(ValidationError):
            KIND.options.model_validate({"command": command})
