"""Targets as they are written, and which addresses may stand for them."""

import asyncio

import pytest

from probe.http import client
from probe.kind import ProbeKind, Question
from probe.kinds import http, tcp
from probe.net.address import split_target
from probe.net.policy import Origin, Zone
from probe.result import Answer, Outcome, Reason
from tests.probe.listener import HOST, answering, listening

DENIED = (Outcome.INVALID, Reason.TARGET_DENIED)


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


def test_a_kind_with_a_usual_port_needs_none() -> None:
    assert split_target("db.example.com", 5432) == ("db.example.com", 5432)
    assert split_target("2001:db8::1", 53) == ("2001:db8::1", 53)
    assert split_target("[2001:db8::1]", 53) == ("2001:db8::1", 53)
    assert split_target("redis://db:1/", 6379, "redis") == ("db", 1)


async def ask_as(kind: ProbeKind, target: str, origin: Origin) -> Answer:
    assert kind.open is not None
    async with kind.open() as ask:
        return await ask(Question(check="", target=target, options=kind.options(), timeout=3000, origin=origin))


@pytest.mark.parametrize("spelled", ["169.254.169.254", "2852039166", "[::ffff:169.254.169.254]", "[fd00:ec2::254]"])
@pytest.mark.parametrize("origin", list(Origin))
async def test_metadata_is_asked_for_nobody(spelled: str, origin: Origin) -> None:
    over_http = await ask_as(http.KIND, f"http://{spelled}/latest/meta-data/", origin)
    over_tcp = await ask_as(tcp.KIND, f"{spelled}:80", origin)
    assert (over_http.outcome, over_http.reason) == (over_tcp.outcome, over_tcp.reason) == DENIED


async def test_what_a_customer_types_must_be_of_the_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for = list[object]()

    async def heard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked_for.append(writer.get_extra_info("peername"))

    async with listening(heard) as port:
        for spelled in (HOST, "localhost", "0x7f.1", "2130706433", "017700000001"):
            answer = await ask_as(tcp.KIND, f"{spelled}:{port}", Origin.CUSTOMER)
            assert (answer.outcome, answer.reason) == DENIED
        assert asked_for == []
        assert (await ask_as(tcp.KIND, f"0x7f.1:{port}", Origin.OPERATOR)).outcome is Outcome.UP


async def test_a_redirect_to_a_denied_address_is_the_targets_answer() -> None:
    head = "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/"
    async with listening(answering(head)) as port:
        answer = await ask_as(http.KIND, f"http://{HOST}:{port}/", Origin.OPERATOR)
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, Reason.REDIRECT_DENIED)


async def test_a_redirect_leads_no_nearer_than_the_server_that_sends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(answering("HTTP/1.1 200 OK")) as end:
        head = f"HTTP/1.1 302 Found\r\nLocation: http://{HOST}:{end}/"
        async with listening(answering(head)) as port:
            near = await ask_as(http.KIND, f"http://{HOST}:{port}/", Origin.OPERATOR)
            monkeypatch.setattr(client, "zone_of", lambda peer: Zone.PRIVATE)
            far = await ask_as(http.KIND, f"http://{HOST}:{port}/", Origin.OPERATOR)
    assert (near.outcome, far.reason) == (Outcome.UP, Reason.REDIRECT_DENIED)
