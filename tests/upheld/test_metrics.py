"""/metrics shows what is in the store at that moment, in names and shapes that a Prometheus wants."""

from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from pytest_aiohttp.plugin import AiohttpClient

from tests.servers.sender import alert, alert_post
from tests.upheld.house import TOKEN, Reader, house, served

BEARER = {"Authorization": f"Bearer {TOKEN}"}


async def samples(reader: Reader) -> dict[tuple[str, ...], float]:
    """Name and label values -> value."""
    text = await (await reader.get("/metrics")).text()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def post(**changes: Any) -> dict[str, Any]:
    one = alert("f", starts_at="2026-09-04T11:59:00Z", component="shop")
    return alert_post([{**one, **changes}])


async def until_processed(reader: Reader, count: int) -> dict[tuple[str, ...], float]:
    while (await samples(reader))[("upheld_inbox_processed_total",)] < count:
        pass
    return await samples(reader)


async def test_an_alert_is_counted_on_its_whole_way(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        before = await samples(reader)
        assert before[("upheld_component_state", "shop", "unknown")] == 1
        assert before[("upheld_incidents_open", "1")] == before[("upheld_cases_open",)] == 0

        assert (await reader.post("/hooks/am", json=post(), headers=BEARER)).status == 202
        during = await until_processed(reader, 1)
        assert during[("upheld_alert_webhooks_received_total", "am")] == 1
        assert during[("upheld_component_state", "shop", "down")] == 1
        assert during[("upheld_component_state", "shop", "unknown")] == 0
        assert during[("upheld_incidents_open", "1")] == during[("upheld_cases_open",)] == 1
        assert during[("upheld_inbox_waiting",)] == 0

        ended = post(status="resolved", endsAt="2026-09-04T12:00:00Z")
        assert (await reader.post("/hooks/am", json=ended, headers=BEARER)).status == 202
        after = await until_processed(reader, 2)
        assert after[("upheld_component_state", "shop", "up")] == 1
        assert after[("upheld_incidents_open", "1")] == 0


async def test_what_was_refused_is_counted_with_its_reason(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        await reader.post("/hooks/am", json=post())
        await reader.post("/hooks/am", data=b"{", headers=BEARER)
        await reader.post("/hooks/other", json=post(), headers=BEARER)
        shown = {key[1:]: value for key, value in (await samples(reader)).items() if key[0].endswith("rejected_total")}
        assert set(shown.values()) == {1}
        assert {frozenset(labels) for labels in shown} == {
            frozenset({"am", "unauthorized"}),
            frozenset({"am", "unreadable"}),
            frozenset({"unknown", "unknown_source"}),
        }


async def test_every_name_is_ours_or_a_known_one(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        names = {name for name, *_ in await samples(reader)}
        assert {name for name in names if not name.startswith(("upheld_", "probe_", "process_", "python_"))} == set()
