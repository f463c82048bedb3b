"""Queries of a real Prometheus against thresholds, and of what only claims to be one."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from probe.kinds.prometheus import KIND, Options, read
from probe.net.course import Unanswered
from probe.result import Answer, Outcome, Reason
from tests.probe.listener import HOST, answering, asked, free_port, listening
from tests.servers.program import scratch
from tests.servers.prometheus import Prometheus


@pytest.fixture(scope="module")
def server() -> Iterator[Prometheus]:
    """Scrapes nothing: what it computes needs no past."""
    with scratch("promql") as folder, Prometheus(folder, scrape_configs=[]) as running:
        yield running


def several(*values: object) -> str:
    """An instant vector of these values, each with a label of its own."""
    each = (f'label_replace(vector({value}), "shard", "{place}", "", "")' for place, value in enumerate(values))
    return " or ".join(each)


UP, DOWN, INVALID = Outcome.UP, Outcome.DOWN, Outcome.INVALID
QUERIES: list[tuple[str, dict[str, Any], Outcome, Reason | None]] = [
    ("vector(3)", {"at_least": 3}, UP, None),
    ("vector(3)", {"above": 3}, DOWN, Reason.OUT_OF_RANGE),
    ("vector(0.05)", {"at_most": "0.05", "above": 0}, UP, None),
    ("vector(0.05)", {"below": "0.05"}, DOWN, Reason.OUT_OF_RANGE),
    ("scalar(vector(7))", {"at_most": 6}, DOWN, Reason.OUT_OF_RANGE),
    ("vector(1) / 0", {"at_most": 1_000_000}, DOWN, Reason.OUT_OF_RANGE),
    (several(1, 5), {"at_most": 4}, DOWN, Reason.OUT_OF_RANGE),
    (several(1, 5), {"at_most": 4, "series": "any"}, UP, None),
    (several(6, 5), {"at_most": 4, "series": "any"}, DOWN, Reason.OUT_OF_RANGE),
    # no value: of nothing, or of nothing divided by nothing
    ("absent_series", {"at_least": 1}, INVALID, Reason.SOURCE_FAILED),
    ("vector(0) / 0", {"at_least": 1}, INVALID, Reason.SOURCE_FAILED),
    ("absent_series", {"at_least": 1, "empty": "up"}, UP, None),
    ("vector(0) / 0", {"at_least": 1, "empty": "down"}, DOWN, Reason.OUT_OF_RANGE),
    # expressions that compare by themselves
    ("vector(3) > 5", {"empty": "up"}, UP, None),
    ("vector(7) > 5", {"empty": "up"}, DOWN, Reason.OUT_OF_RANGE),
    ("vector(7) > 5", {"empty": "down"}, UP, None),
    ("vector(3) > 5", {"empty": "down"}, DOWN, Reason.OUT_OF_RANGE),
    # what is no question
    ("up{", {"at_least": 1}, INVALID, Reason.SOURCE_FAILED),
    ("up[5m]", {"at_least": 1}, INVALID, Reason.SOURCE_FAILED),
    ('"text"', {"at_least": 1}, INVALID, Reason.SOURCE_FAILED),
]


@pytest.mark.server
async def test_values_are_held_against_bounds(server: Prometheus) -> None:
    for query, options, outcome, reason in QUERIES:
        answer = await asked(KIND, server.url, query=query, **options)
        assert (answer.outcome, answer.reason) == (outcome, reason), (query, options, answer.detail)


@pytest.mark.server
async def test_facts_and_detail_say_which_series_decided(server: Prometheus) -> None:
    bad = await asked(KIND, f"{server.url}/", query=several(1, 5), at_most=4)
    wrong = await asked(KIND, server.url, query="up{", at_least=1)
    assert dict(bad.facts) == {"series": 2, "series_good": 1, "value": "5", "labels": '{shard="1"}'}
    assert bad.detail == '{shard="1"} is 5, at most 4 is expected'
    assert wrong.detail.startswith("Prometheus says: invalid parameter")
    assert {"resolve", "connect", "processing"} <= set(bad.phases)


async def of(head: str, body: bytes = b"", **options: Any) -> Answer:
    async with listening(answering(head, body)) as port:
        return await asked(KIND, f"http://{HOST}:{port}", query="up", at_least=1, **options)


async def test_whoever_is_no_prometheus_says_nothing_of_the_target() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(silent) as port:
        late = await asked(KIND, f"http://{HOST}:{port}", query="up", at_least=1, timeout=200)
    answers = [
        late,
        await asked(KIND, f"http://{HOST}:{free_port()}", query="up", at_least=1),
        await of("HTTP/1.1 503 Service Unavailable", b"no healthy upstream"),
        await of("HTTP/1.1 302 Found\r\nLocation: /login"),
        await of("HTTP/1.1 200 OK", b'{"status": "success"}'),
        await of("HTTP/1.1 200 OK", b'{"status": "success", "data": {"resultType": "vector", "result": [7]}}'),
        await of("HTTP/1.1 200 OK", b"[" * 2_000_000),
        await of("garbage"),
    ]
    assert [(one.outcome, one.reason) for one in answers] == [(INVALID, Reason.SOURCE_FAILED)] * len(answers)
    assert answers[0].detail == "Prometheus: no complete answer within 200 ms"


async def test_logins_are_sent_and_never_told() -> None:
    heads = list[bytes]()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b'HTTP/1.1 401 No\r\nContent-Length: 41\r\n\r\n{"status":"error","error":"not t0p-s3cret"}')
        await writer.drain()

    async with listening(refuse) as port:
        target = f"http://{HOST}:{port}/tenant"
        answer = await asked(KIND, target, query='up{a="ü&"}', at_least=1, bearer="t0p-s3cret")
        await asked(KIND, target, query="up", at_least=1, basic={"username": "upheld", "password": "pw"})
    assert heads[0].startswith(b"GET /tenant/api/v1/query?query=up%7Ba%3D%22%C3%BC%26%22%7D&timeout=5000ms HTTP/1.1")
    assert b"Authorization: Bearer t0p-s3cret\r\n" in heads[0]
    assert b"Authorization: Basic " in heads[1]
    assert "t0p-s3cret" not in f"{answer}"


@pytest.mark.parametrize(
    "options",
    [{}, {"query": "up"}, {"query": "up", "at_least": "many"}, {"query": "up", "at_least": 1, "empty": "maybe"}],
)
def test_a_query_that_can_never_be_bad_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate(options)


@pytest.mark.parametrize("told", [None, [], {"status": "success", "data": {"resultType": "vector", "result": 3}}])
def test_other_documents_are_not_read(told: object) -> None:
    with pytest.raises(Unanswered):
        read(told, 200)


def test_a_target_is_an_address() -> None:
    options = Options(query="up", empty="down")
    assert KIND.fault("https://prometheus.example.com/tenant", options) is None
    assert "is not the address" in str(KIND.fault("prometheus:9090", options))
