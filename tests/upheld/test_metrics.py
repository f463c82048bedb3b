"""/metrics shows what is in the store at that moment, in names and shapes that a Prometheus wants."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pytest_aiohttp.plugin import AiohttpClient
from sqlalchemy import Connection

from config.instant import DAY, HOUR, MINUTE
from config.state import State
from db.engine import Database
from incidents.store import transition
from tests.servers.sender import alert, alert_post
from tests.upheld.house import NOON, TOKEN, Reader, configuration, document, house, served
from upheld import scrape
from upheld.budgets import budgets
from upheld.installed import installed
from upheld.rules import rules_of
from upheld.scrape import patience
from upheld.statements import statement_of

pytestmark = pytest.mark.store

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


async def test_it_is_squeezed_for_whoever_asks_and_says_the_same(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async def told(reader: Reader, asked: str) -> tuple[str | None, set[str]]:
        answer = await reader.get("/metrics", headers={"Accept-Encoding": asked})
        found = text_string_to_metric_families(await answer.text())
        return answer.headers.get("Content-Encoding"), {family.name for family in found}

    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        (squeezed, names), (plain, others) = await told(reader, "deflate, gzip"), await told(reader, "identity")
        assert (squeezed, plain) == ("gzip", None)
        assert {"upheld_build_info", "upheld_component_state", "upheld_probes_running"} < names == others


async def test_every_name_is_ours_or_a_known_one(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        names = {name for name, *_ in await samples(reader)}
        assert {name for name in names if not name.startswith(("upheld_", "probe_", "process_", "python_"))} == set()


async def test_the_budget_left_and_where_it_is_heading_are_shown_for_each_component_agreed(
    tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    """On the fourth of September at noon, half an hour down in three and a half days, of 43.2 minutes of budget."""

    def fail(tx: Connection) -> None:
        for state, ago in ((State.UP, 4 * DAY), (State.DOWN, 2 * HOUR), (State.UP, 90 * MINUTE)):
            one = transition.Transition(component="shop", state=state, happened_at=NOON - ago, by="probe:local")
            transition.append(tx, one, NOON - ago)

    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        remaining, forecast = "upheld_budget_remaining_seconds", "upheld_budget_forecast_seconds"
        before = {name: value for (name, *_), value in (await samples(reader)).items()}
        assert before[remaining] == pytest.approx(2592 - 302.4)
        assert forecast not in before, "nothing was measured yet"
        await opened.database.write(fail)
        after = await samples(reader)
        (labels,) = [labels for name, *labels in after if name == remaining]
        assert {"acme", "shop"} < set(labels)
        assert after[(remaining, *labels)] == 2592 - 1800
        assert after[(forecast, *labels)] == pytest.approx(2592 - 1800 * 30 / 3.5)


async def test_every_component_is_shown_as_it_was_recorded_last(database: Database) -> None:
    def record(tx: Connection) -> dict[str, State]:
        assert transition.latest_states(tx) == {}
        story = [("b", State.DOWN, 3), ("a", State.UP, 1), ("b", State.UP, 5), ("a", State.DOWN, 1), ("c", State.UP, 2)]
        for name, state, at in story:
            transition.append(tx, transition.Transition(component=name, state=state, happened_at=at, by="x"), NOON)
        return transition.latest_states(tx)

    assert await database.write(record) == {"a": State.DOWN, "b": State.UP, "c": State.UP}
    first, second, none = await database.read(
        lambda tx: [transition.latest_states(tx, after=after, most=2) for after in ("", "b", "c")]
    )
    assert (list(first.items()), second, none) == ([("a", State.DOWN), ("b", State.UP)], {"c": State.UP}, {})


async def test_more_components_and_customers_than_are_read_at_a_time_are_all_shown(
    tmp_path: Path, aiohttp_client: AiohttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrape, "SLICE", 2)
    monkeypatch.setattr(scrape, "CUSTOMERS", 2)
    names = [f"c{number}" for number in range(7)]

    def record(tx: Connection) -> None:
        for name in names[:6]:
            one = transition.Transition(component=name, state=State.DOWN, happened_at=NOON, by="probe:local")
            transition.append(tx, one, NOON)

    written = {name: {"name": name} for name in ("shop", *names)}
    acme = document()["customers"]["acme"]
    customers = {f"customer-{number}": acme for number in range(5)}
    changes = {"components": written, "customers": customers}
    async with house(tmp_path, **changes) as opened, served(opened, aiohttp_client) as reader:
        await opened.database.write(record)
        shown = await samples(reader)
        pieces = list(opened.metrics.texts())
    down = {name for name in names if shown[("upheld_component_state", name, "down")]}
    assert down == set(names[:6]) and shown[("upheld_component_state", "c6", "unknown")] == 1
    assert pieces[0] == "" and pieces[1].count("upheld_component_state{") == 5 * len(written)
    owed = [labels for name, *labels in shown if name == "upheld_budget_remaining_seconds"]
    assert len(owed) == len(customers) and {*customers} < {value for labels in owed for value in labels}


async def test_the_room_has_the_same_figures_as_the_statement(database: Database, tmp_path: Path) -> None:
    config = configuration(tmp_path)
    rules = rules_of(config, installed())

    def fail(tx: Connection) -> None:
        for state, ago in ((State.UP, 40 * DAY), (State.DOWN, 5 * HOUR), (State.UP, 4 * HOUR), (State.UNKNOWN, HOUR)):
            one = transition.Transition(component="shop", state=state, happened_at=NOON - ago, by="probe:local")
            transition.append(tx, one, NOON - ago)

    await database.write(fail)
    (budget,) = await database.read(lambda tx: budgets(tx, config, "acme", NOON))
    statement = await database.read(lambda tx: statement_of(tx, config, rules.caseload, "acme", "2026-09", NOON))
    (part,) = statement.components
    assert part.forecast is not None
    assert (budget.availability, budget.used, budget.unknown) == (
        part.account.availability,
        part.account.counted,
        part.account.unobserved,
    )
    assert (budget.allowed, budget.used_up_at) == (part.forecast.allowed, part.forecast.used_up_at)
    assert budget.coverage == part.account.coverage


async def test_a_silent_store_is_told_within_the_time_a_scrape_has(
    tmp_path: Path, aiohttp_client: AiohttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(work: object) -> None:
        await asyncio.Event().wait()

    async with house(tmp_path) as opened, served(opened, aiohttp_client) as reader:
        assert (await samples(reader))[("upheld_store_answering",)] == 1
        with monkeypatch.context() as patch:
            patch.setattr(opened.database, "read", never)
            async with asyncio.timeout(9):
                answer = await reader.get("/metrics", headers={"X-Prometheus-Scrape-Timeout-Seconds": "0.2"})
        text = await answer.text()
        assert answer.status == 200
        assert "upheld_store_answering 0.0" in text
        assert "upheld_probes_running" in text
        assert "upheld_component_state" not in text
        assert ("upheld_component_state", "shop", "unknown") in await samples(reader)


@pytest.mark.parametrize(
    "told, seconds",
    [("15", 14.5), ("0.5", 0.25), ("10.000", 9.5), (None, 9.5), ("soon", 9.5), ("nan", 9.5), ("-1", 9.5)],
)
def test_a_scrape_is_answered_before_prometheus_gives_up(told: str | None, seconds: float) -> None:
    assert patience(told) == seconds
