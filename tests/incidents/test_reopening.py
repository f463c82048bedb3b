"""What is back so soon after its end: the same incident and cases, and clocks that never stopped. On both databases."""

import re

import pytest
from sqlalchemy import Connection, select

from config.instant import HOUR, MINUTE, SECOND, Instant
from config.life import Life
from db.engine import Database
from db.tables.ledger import leaf
from incidents.case import CaseProgress, Confirmed
from incidents.clock import ClockState
from incidents.incident import Incident, Progress, Reopened, replay
from incidents.service import Incidents
from incidents.store import case as cases
from incidents.store import incident as store
from tests.incidents.samples import BY_SERVICE, NOON, agreement, alert, config, customer, incidents, named
from tests.incidents.told import deliver, notifications, pages

FIRST = "INC-2026-0001"
ACME = customer("acme", agreement("acme", covers=("crm",)))
BOLT = customer("bolt", agreement("bolt", covers=("crm",)))


def house(within: int | None = 15 * MINUTE) -> Incidents:
    return incidents(config(customers=named((ACME, BOLT)), incidents=Life(reopen_within=within)))


def said(made: Incidents, tx: Connection, at: Instant, *, firing: bool, key: str = "5ef1") -> None:
    news = alert(key, severity_word="high", at=at, firing=firing, stamp=f"s{at}")
    made.alert_news(tx, "am", [news], BY_SERVICE, at, at)


def the(tx: Connection) -> Incident:
    found = store.find(tx, FIRST)
    assert found is not None
    return found


async def test_the_same_fault_within_the_window_is_the_same_incident_with_clocks_that_never_stopped(
    database: Database,
) -> None:
    made = house()

    def work(tx: Connection) -> None:
        said(made, tx, NOON, firing=True)
        deliver(tx)
        said(made, tx, NOON + HOUR, firing=False)
        confirmed = next(one for one in cases.of_incident(tx, FIRST) if one.customer == "bolt")
        made._cases.record(tx, confirmed.id, Confirmed(text="yes"), "customer:bolt", NOON + HOUR, NOON + HOUR)
        said(made, tx, NOON + HOUR + 10 * MINUTE, firing=True)

    await database.write(work)

    again = await database.read(the)
    assert (again.progress, again.resolved_at, len(await database.read(store.newest))) == (Progress.TRIGGERED, None, 1)
    log = await database.read(lambda tx: store.events(tx, FIRST))
    assert [one.event.started_at for one in log if isinstance(one.event, Reopened)] == [NOON + HOUR + 10 * MINUTE]
    assert replay(FIRST, log) == again
    called = await database.read(lambda tx: notifications(tx, "page"))
    assert len(called) == 2 and "Nobody has answered yet" not in called[-1].message.text
    found = await database.read(lambda tx: cases.of_incident(tx, FIRST))
    acme, bolt, new = sorted(found, key=lambda one: one.id)
    assert (acme.progress, bolt.progress) == (CaseProgress.OPEN, CaseProgress.CONFIRMED) and new.open
    assert (new.customer, new.started_at, acme.started_at) == ("bolt", NOON + HOUR + 10 * MINUTE, NOON)
    resolve = next(one for one in made._cases.clocks(acme, NOON + 2 * HOUR) if one.name == "resolve")
    assert (resolve.state, resolve.due_at) == (ClockState.RUNNING, NOON + 8 * HOUR)
    events = [one.message.facts["event"] for one in await database.read(lambda tx: notifications(tx, "customer"))]
    assert "case.reopened" in events

    await database.write(lambda tx: said(made, tx, NOON + 2 * HOUR, firing=False))

    over = await database.read(lambda tx: pages(tx, purpose="resolved"))
    assert over == ["li/mail", "li/mail"]
    leaves = select(leaf.c.bytes).where(leaf.c.kind == "incident").order_by(leaf.c.index)
    written = await database.read(lambda tx: [*tx.scalars(leaves)])
    ends = [re.findall(rb'"resolved_at":(null|\d+)', one) for one in written]
    assert ends == [[b"null"], [b"%d" % (NOON + HOUR)], [b"null"], [b"%d" % (NOON + 2 * HOUR)]]


@pytest.mark.parametrize(
    ("within", "after", "key"),
    [(None, SECOND, "5ef1"), (15 * MINUTE, 15 * MINUTE + 1, "5ef1"), (15 * MINUTE, MINUTE, "another")],
)
async def test_later_for_another_cause_or_without_a_window_it_is_a_new_one(
    database: Database, within: int | None, after: int, key: str
) -> None:
    made = house(within)

    def work(tx: Connection) -> list[str]:
        said(made, tx, NOON, firing=True)
        said(made, tx, NOON + HOUR, firing=False)
        said(made, tx, NOON + HOUR + after, firing=True, key=key)
        return [one.id for one in store.newest(tx)]

    assert await database.write(work) == ["INC-2026-0002", FIRST]
