"""Registrations as a server shaped like a registry tells them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from config.instant import DAY, parse_rfc3339
from probe.kind import Question
from probe.kinds.domain import KIND, Options
from probe.net.course import Unanswered
from probe.rdap.document import server_for
from probe.result import Answer, Outcome, Reason
from tests.probe.listener import HOST, free_port, listening

ENDS = "2030-06-01T12:00:00Z"
NOW = parse_rfc3339(ENDS) - 40 * DAY
UP, DOWN, INVALID = Outcome.UP, Outcome.DOWN, Outcome.INVALID


def document(name: str, **more: Any) -> dict[str, Any]:
    """As registries of the .com sort write it."""
    return {
        "objectClassName": "domain",
        "ldhName": name.upper(),
        "status": ["client transfer prohibited"],
        "events": [
            {"eventAction": "registration", "eventDate": "2001-06-01T12:00:00Z"},
            {"eventAction": "expiration", "eventDate": ENDS},
            {"eventAction": "last update of RDAP database", "eventDate": "2030-01-01T00:00:00Z"},
        ],
        "entities": [{"roles": ["registrar"], "vcardArray": ["vcard", [["fn", {}, "text", "Example Registrar"]]]}],
        **more,
    }


class Registry:
    """`documents` by domain; what is not there it does not know. Tells where it itself is, for two suffixes."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self.documents = documents
        self.asked = list[str]()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        self.asked.append(path)
        status, told = 200, self.documents.get(path.rpartition("/")[2])
        if path == "/list.json":
            services = [[["test", "co.example"], [f"{self.url}/v1/"]], [["example"], ["http://127.0.0.1:1/"]]]
            told = {"version": "1.0", "services": services}
        elif told is None:
            status, told = 404, {"errorCode": 404, "title": "no such domain"}
        elif isinstance(told, int):
            status, told = told, "try later"
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()


@asynccontextmanager
async def opened(documents: dict[str, Any]) -> AsyncIterator[tuple[Registry, Any]]:
    """The registry, and `ask(name, now=…, **options)`, which keeps what it learned."""
    registry = Registry(documents)
    assert KIND.open is not None
    async with listening(registry.serve) as port, KIND.open() as ask:
        registry.url = f"http://{HOST}:{port}"

        async def asking(name: str, now: int = NOW, timeout: int = 2000, **options: Any) -> Answer:
            written = {"registries": f"{registry.url}/list.json", **options}
            model = Options.model_validate(written)
            return await ask(Question(check="", target=name, options=model, timeout=timeout, now=lambda: now))

        yield registry, asking


async def test_a_registration_has_an_end_a_registrar_and_a_warning() -> None:
    async with opened({"shop.test": document("shop.test"), "xn--bcher-kva.test": document("xn--bcher-kva.test")}) as (
        registry,
        ask,
    ):
        far, foreign = await ask("Shop.test."), await ask("bücher.test")
        near = await ask("shop.test", warn_before="40d")
    assert (far.outcome, near.outcome, foreign.outcome) == (UP, UP, UP), far.detail
    assert dict(far.facts) == {
        "registry": HOST, "asked_at": NOW, "registrar": "Example Registrar", "status": "client transfer prohibited",
        "expires_at": NOW + 40 * DAY, "expires_in_days": 40,
    }  # fmt: skip
    assert near.facts["warning"] == "domain_expiring"
    assert registry.asked[0] == "/list.json"


async def test_a_registry_is_asked_once_an_hour_and_days_are_counted_all_the_same() -> None:
    async with opened({"shop.test": document("shop.test"), "late.test": 429}) as (registry, ask):
        answers = [await ask("shop.test", now=NOW + day * DAY) for day in (0, 1, 41)]
        await ask("late.test")
        await ask("late.test")
    assert [one.facts["expires_in_days"] for one in answers] == [40, 39, -1]
    assert [one.reason for one in answers] == [None, None, Reason.DOMAIN_EXPIRED]
    assert registry.asked == ["/list.json", "/v1/domain/shop.test", "/v1/domain/late.test"]


async def test_what_a_registry_says_decides() -> None:
    told: dict[str, tuple[Any, Outcome, Reason | None]] = {
        "gone.test": (None, DOWN, Reason.DOMAIN_EXPIRED),
        "redeem.test": (document("redeem.test", status=["Redemption Period"]), DOWN, Reason.DOMAIN_EXPIRED),
        "held.test": (document("held.test", status=["server hold"]), DOWN, Reason.NOT_SERVING),
        "naive.test": (
            document("naive.test", events=[{"eventAction": "expiration", "eventDate": "2031-01-01"}]), UP, None,
        ),
        "endless.test": (document("endless.test", events=[]), INVALID, Reason.SOURCE_FAILED),
        "odd.test": (
            document("odd.test", events=[{"eventAction": "expiration", "eventDate": "soon"}]),
            INVALID,
            Reason.SOURCE_FAILED,
        ),
        "nameless.test": (document("", status=None), UP, None),
        "other.test": (document("another.test"), INVALID, Reason.SOURCE_FAILED),
        "host.test": ({"objectClassName": "nameserver"}, INVALID, Reason.SOURCE_FAILED),
        "list.test": ([1, 2], INVALID, Reason.SOURCE_FAILED),
        "text.test": (b"<html>", INVALID, Reason.SOURCE_FAILED),
        "busy.test": (429, INVALID, Reason.SOURCE_FAILED),
        "broken.test": (500, INVALID, Reason.SOURCE_FAILED),
        "shop.unlisted": (None, INVALID, Reason.SOURCE_FAILED),
        "shop.example": (None, INVALID, Reason.SOURCE_FAILED),  # its registry is not there
        "shop.co.example": (document("shop.co.example"), UP, None),
        "www.shop.co.example": (None, INVALID, Reason.BAD_TARGET),
    }  # fmt: skip
    documents = {name: one for name, (one, _, _) in told.items() if one is not None}
    async with opened(documents) as (_, ask):
        for name, (_, outcome, reason) in told.items():
            answer = await ask(name)
            assert (answer.outcome, answer.reason) == (outcome, reason), (name, answer.detail)


async def test_a_page_that_is_missing_is_no_domain_that_is_missing() -> None:
    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 X\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(page) as wrong, listening(silent) as late, opened({}) as (_, ask):
        for port in (wrong, late, free_port()):
            answer = await ask("shop.test", server=f"http://{HOST}:{port}/rdap", timeout=200)
            assert (answer.outcome, answer.reason) == (INVALID, Reason.SOURCE_FAILED)


def test_the_longest_suffix_and_an_encrypted_address_are_taken() -> None:
    listed = {
        "services": [[["test"], ["http://a/", "https://b/"]], [["co.test"], ["https://c/"]], ["odd"], [["x"], []]]
    }
    assert server_for("shop.test", listed) == "https://b/"
    assert server_for("shop.co.test", listed) == "https://c/"
    assert server_for("co.test", listed) == "https://b/"
    assert server_for("shop.x", listed) is None
    wrongs: list[object] = [[], {"services": {}}, None]
    for wrong in wrongs:
        with pytest.raises(Unanswered):
            server_for("shop.test", wrong)


@pytest.mark.parametrize("target", ["com", "192.0.2.1", "a_b.com", "-a.com", "https://example.com/", "a..com", ""])
def test_a_target_is_a_domain(target: str) -> None:
    assert "is not a domain like example.com" in str(KIND.fault(target, Options()))
    assert KIND.fault("example.com", Options()) is None
