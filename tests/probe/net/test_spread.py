"""Several addresses of one name, and the one answer they make."""

import asyncio
import socket
from typing import Literal

import pytest

from probe.ask import Terms, ask_target, elsewhere
from probe.fault import down, ours
from probe.kind import Question
from probe.kinds.tcp import KIND
from probe.net.spread import judged
from probe.result import Answer, Outcome, Reason
from tests.probe.listener import HOST, asked, listening
from tests.probe.test_tcp import greet

U = Answer(outcome=Outcome.UP, latency_us=10)
S = Answer(outcome=Outcome.DEGRADED, reason=Reason.TOO_SLOW, latency_us=20)
D = down(Reason.CONNECTION_REFUSED, "refused").answer(5)
I = ours(Reason.NETWORK_UNREACHABLE, "no route").answer(5)  # noqa: E741


@pytest.mark.parametrize(
    "rule, answers, outcome",
    [
        ("all", [U, U], Outcome.UP),
        ("all", [U, S], Outcome.DEGRADED),
        ("all", [U, D], Outcome.DOWN),
        ("all", [I, D], Outcome.DOWN),
        ("all", [U, I], Outcome.INVALID),
        ("quorum", [U, U, D], Outcome.UP),
        ("quorum", [U, U, I], Outcome.UP),
        ("quorum", [U, D], Outcome.DOWN),
        ("quorum", [U, D, I], Outcome.INVALID),
        ("quorum", [U, D, D, I], Outcome.DOWN),
    ],
)
def test_the_rule_decides_and_what_was_not_asked_decides_nothing(
    rule: Literal["all", "quorum"], answers: list[Answer], outcome: Outcome
) -> None:
    answer = judged(rule, {(f"192.0.2.{number}",): one for number, one in enumerate(answers)})
    assert answer.outcome is outcome
    assert (answer.reason is None) == (outcome is Outcome.UP)


def test_each_address_and_what_it_said_is_told() -> None:
    answer = judged("all", {("192.0.2.1",): U, ("2001:db8::1",): D})
    assert answer.detail == "2001:db8::1: refused"
    assert answer.facts == {
        "addresses_asked": 2,
        "addresses_good": 1,
        "address.192.0.2.1": "up",
        "address.2001:db8::1": "connection_refused",
    }


async def test_every_address_of_a_name_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def named(host: str, port: int, family: int = 0, **more: object) -> object:
        if family == socket.AF_INET6:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in (HOST, "127.0.0.9")]

    async with listening(greet) as port:
        monkeypatch.setattr(socket, "getaddrinfo", named)
        target = f"two.example:{port}"
        some = await asked(KIND, target, addresses="any", family=4)
        every = await asked(KIND, target, addresses="all")
        half = await asked(KIND, target, addresses="quorum")
        both = await asked(KIND, target, family="both")
    assert (some.outcome, "addresses_asked" in some.facts) == (Outcome.UP, False)
    assert (every.reason, every.facts["address.127.0.0.9"]) == (Reason.CONNECTION_REFUSED, "connection_refused")
    assert (half.outcome, half.facts["addresses_good"]) == (Outcome.DOWN, 1)
    assert (both.outcome, both.reason) == (Outcome.DOWN, Reason.DNS_FAILURE)
    assert "resolve" in every.phases


async def test_what_confirms_an_outage_asks_another_address_of_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def named(host: str, port: int, family: int = 0, **more: object) -> object:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in (HOST, "127.0.0.9")]

    async def wrong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"no\r\n")

    async def right_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello\r\n")

    async with listening(wrong) as port, listening(right_one, host="127.0.0.9", port=port):
        monkeypatch.setattr(socket, "getaddrinfo", named)
        assert KIND.open is not None
        async with KIND.open() as ask:
            options = KIND.options.model_validate({"dialogue": [{"expect": "hello"}]})
            question = Question(check="x/y", target=f"two.example:{port}", options=options, timeout=5000)
            first = await ask_target(ask, question, Terms())
            second = await ask_target(ask, elsewhere(question, first), Terms())
            within = await ask_target(ask, question, Terms(attempts=2))
            third = await ask_target(ask, elsewhere(question, second), Terms())
    assert (first.outcome, first.facts["address"]) == (Outcome.DOWN, HOST)
    assert (second.outcome, within.outcome) == (Outcome.UP, Outcome.UP)
    assert second.facts["address"] == "127.0.0.9", "a good answer of several says whose it is too"
    assert (third.outcome, third.facts["address"]) == (Outcome.DOWN, HOST), "what confirms it is asked of the other"
