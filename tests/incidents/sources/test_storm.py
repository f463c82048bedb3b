"""The same alert ten thousand times, and the same alert from two who watch the same."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, select

from config.instant import MINUTE, SECOND, Instant, rfc3339
from db.engine import Database, open_database
from db.tables.incidents import alert
from incidents.incident import Escalated
from incidents.reading import process
from incidents.source import Sent
from incidents.store import inbox
from incidents.store import incident as store
from tests.incidents.samples import NOON, config, incidents, sent
from tests.incidents.sources.calls import cases
from tests.incidents.sources.doors import entrance
from tests.incidents.told import pages

pytestmark = pytest.mark.slow

MANY = 10_000
PROMETHEUS = entrance("prometheus", "prom", token="t", component_from=["service"])


async def test_ten_thousand_copies_of_one_alert_are_one_incident_and_one_page(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/a.db")
    case = cases("alertmanager")[0]
    entrances = {"am": case.entrance}
    one = orjson.loads(case.sent.body)
    one["alerts"] = [{**one["alerts"][0], "labels": {**one["alerts"][0]["labels"], "service": "crm"}}]
    rows = [inbox.row_of("am", sent(one), {})] * MANY
    await database.write(lambda tx: inbox.accept(tx, rows))
    made = incidents(config())

    while await database.write(lambda tx: process(tx, made, entrances, NOON + SECOND)):
        pass

    (incident,) = await database.read(store.newest)
    events = await database.read(lambda tx: store.events(tx, incident.id))
    assert len([one for one in events if isinstance(one.event, Escalated)]) == 1
    assert await database.read(pages) == ["li/mail"]
    assert await database.read(lambda tx: [row._mapping["count"] for row in tx.execute(select(alert))]) == [MANY]
    await database.close()


def told(at: Instant, replica: str, *, since: Instant, over: bool = False) -> Sent:
    """As a member of a pair tells it, each with a start of its own."""
    labels = {"alertname": "Down", "service": "crm", "severity": "critical", "replica": replica}
    ends_at = since + MINUTE if over else at + 4 * MINUTE
    one: dict[str, Any] = {"labels": labels, "startsAt": rfc3339(since), "endsAt": rfc3339(ends_at)}
    return sent([one], received_at=at, path="/api/v2/alerts")


async def test_a_pair_that_tells_the_same_makes_one_incident_and_a_straggler_does_not_reopen_it(
    database: Database,
) -> None:
    made = incidents(config())

    def hear(tx: Connection, *calls: Sent) -> None:
        inbox.accept(tx, [inbox.row_of("prom", call, {}) for call in calls])
        process(tx, made, {"prom": PROMETHEUS}, calls[-1].received_at)

    def work(tx: Connection) -> None:
        a, b = NOON - 2 * SECOND, NOON - SECOND
        hear(tx, told(NOON, "a", since=a), told(NOON + 1, "b", since=b))
        for minute in range(1, 5):
            at = NOON + minute * 10 * SECOND
            hear(tx, told(at, "b", since=b), told(at + 1, "a", since=a))
        end = NOON + MINUTE
        hear(
            tx, told(end, "a", since=a, over=True), told(end + 1, "b", since=b), told(end + 2, "b", since=b, over=True)
        )
        hear(tx, told(end + SECOND, "a", since=a, over=True))

    await database.write(work)

    assert [one.unresolved for one in await database.read(store.newest)] == [False]
    assert await database.read(pages) == ["li/mail"]


async def test_an_alert_that_fires_anew_after_its_end_is_a_new_incident(database: Database) -> None:
    made = incidents(config())

    def hear(tx: Connection, call: Sent) -> None:
        inbox.accept(tx, [inbox.row_of("prom", call, {})])
        process(tx, made, {"prom": PROMETHEUS}, call.received_at)

    def work(tx: Connection) -> None:
        hear(tx, told(NOON, "a", since=NOON))
        hear(tx, told(NOON + 2 * MINUTE, "a", since=NOON, over=True))
        hear(tx, told(NOON + 3 * MINUTE, "a", since=NOON + 3 * MINUTE))

    await database.write(work)

    assert [one.unresolved for one in await database.read(store.newest)] == [True, False]
