"""What a customer names is asked in the internet only, whatever kind it is asked by: nothing reaches our own house."""

import asyncio
from typing import Any

import pytest

from probe.kind import Question
from probe.net.policy import Origin
from probe.result import Answer, Outcome, Reason
from tests.probe.listener import HOST, listening
from upheld.installed import installed

PLACE, WEB = "{host}:{port}", "http://{host}:{port}/"
KINDS = {name: kind for name, kind in installed().kinds.items() if kind.open is not None}
TARGETS: dict[str, tuple[str, dict[str, Any]]] = {
    **dict.fromkeys(("tcp", "tls", "smtp", "ssh", "redis", "postgres", "mysql", "grpc"), (PLACE, {})),
    "http": (WEB, {}),
    "websocket": ("ws://{host}:{port}/", {}),
    "steps": (WEB, {"steps": [{"url": "/"}]}),
    "prometheus": (WEB, {"query": "up", "at_least": 1}),
    "dns": ("shop.example.com", {"server": PLACE}),
    "domain": ("example.com", {"server": WEB}),
    "icmp": ("{host}", {}),
}
"""Of each kind what stands where a customer would type, and its options."""


def filled(value: Any, place: dict[str, Any]) -> Any:
    return value.format(**place) if isinstance(value, str) and "{host}" in value else value


async def ask_as(name: str, origin: Origin, place: dict[str, Any]) -> Answer:
    target, written = TARGETS[name]
    kind = KINDS[name]
    options = kind.options.model_validate({key: filled(value, place) for key, value in written.items()})
    assert kind.open is not None
    async with kind.open() as ask:
        return await ask(
            Question(check="", target=filled(target, place), options=options, timeout=1_000, origin=origin, now=int)
        )


def test_every_kind_that_asks_is_tried() -> None:
    assert TARGETS.keys() == KINDS.keys()


@pytest.mark.parametrize("name", sorted(TARGETS))
@pytest.mark.parametrize("host", [HOST, "10.77.0.1", "169.254.169.254"])
async def test_what_a_customer_names_in_our_house_is_never_asked(name: str, host: str) -> None:
    heard = list[bytes]()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(b"connected")

    async with listening(hear) as port:
        answer = await ask_as(name, Origin.CUSTOMER, {"host": host, "port": port})
    assert (answer.outcome, heard) == (Outcome.INVALID, [])
    assert answer.reason is Reason.TARGET_DENIED, answer.detail


@pytest.mark.parametrize("name", sorted(TARGETS.keys() - {"icmp", "dns"}))
async def test_the_operator_may_ask_there(name: str) -> None:
    heard = list[bytes]()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(b"connected")

    async with listening(hear) as port:
        await ask_as(name, Origin.OPERATOR, {"host": HOST, "port": port})
    assert heard, "the test above would see a connection"
