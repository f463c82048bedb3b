"""`upheld probe`: ask once, options as in the configuration, dotted."""

import pytest

from config.discover import discover
from probe import kinds
from probe.kind import ProbeKind
from probe.once import Unaskable, ask_once, exit_code, told
from probe.result import Answer, Outcome
from tests.probe.listener import HOST, answering, free_port, listening

KINDS = discover(kinds, "KIND", ProbeKind)


async def test_a_good_answer_is_told_with_the_promised_keys() -> None:
    async with listening(answering("HTTP/1.1 200 OK", b"all ok 123")) as port:
        target = f"http://{HOST}:{port}/"
        written = ["expect.body=123", "expect.status=200", "timeout=2s", "headers.X-Key=5", "tls.verify=false"]
        answer = await ask_once(KINDS, "http", target, written)
    told_of = told("http", target, answer)
    assert list(told_of)[:6] == ["kind", "target", "result", "reason", "latency_ms", "phases"]
    assert (told_of["kind"], told_of["target"], told_of["result"], told_of["reason"]) == ("http", target, "up", None)
    assert exit_code(answer) == 0


async def test_slow_is_degraded_and_still_a_success() -> None:
    async with listening(answering("HTTP/1.1 200 OK", after=0.05)) as port:
        answer = await ask_once(KINDS, "http", f"http://{HOST}:{port}/", ["degraded_over=10ms"])
    assert (answer.outcome, exit_code(answer)) == (Outcome.DEGRADED, 0)


async def test_down_is_one_and_could_not_ask_is_two() -> None:
    down = await ask_once(KINDS, "tcp", f"{HOST}:{free_port()}", [])
    assert (told("tcp", "x", down)["reason"], exit_code(down)) == ("connection_refused", 1)
    assert exit_code(Answer(outcome=Outcome.INVALID)) == 2


@pytest.mark.parametrize(
    "kind, target, written, says",
    [
        ("gopher", "x", [], "'gopher' is not a kind; write dns, "),
        ("heartbeat", "", [], "reports by itself"),
        ("tcp", "db.example.com", [], "is not an address like"),
        ("http", "https://[", [], "is not an address like"),
        ("http", "http://a/", ["timeout=5"], "--option timeout: a length of time"),
        ("http", "http://a/", ["attempts=0"], "--option attempts"),
        ("http", "http://a/", ["expect.boby=x"], "--option expect.boby: unknown key"),
        ("http", "http://a/", ["expekt=x"], "--option expekt: unknown key; did you mean 'expect'?"),
        ("http", "http://a/", ["tiemout=2s"], "did you mean 'timeout'?"),
        ("http", "http://a/", ["wholly=x"], "known: family, addresses, method"),
        ("http", "http://u:p@a/", ["headers.Authorization=x"], "can never be asked"),
        ("http", "http://a/", ["expect"], "write it as key=value"),
        ("http", "http://a/", ["expect=x", "expect.body=y"], "'expect' already has a value"),
    ],
)
async def test_what_cannot_be_asked_says_what_to_write(kind: str, target: str, written: list[str], says: str) -> None:
    with pytest.raises(Unaskable) as raised:
        await ask_once(KINDS, kind, target, written)
    assert says in str(raised.value)
