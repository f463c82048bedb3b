"""Every open incident of severity 1 or 2 has something to come; what has not is found and mended."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, delete

from config.instant import HOUR, MINUTE, SECOND, Instant
from config.state import State
from db.engine import Database
from db.tables.incidents import timer as timers_table
from incidents import household
from incidents.audit import ON_CALL, Outlook, audit
from incidents.incident import Incident, Progress
from incidents.paging import Paging
from incidents.service import Incidents
from incidents.store import incident as store
from incidents.store import timer
from tests.incidents.samples import NOON, component, config, incidents, see
from tests.incidents.told import deliver, pages, timers

FIRST = "INC-2026-0001"
SHOP = Incident(
    id=FIRST,
    component="shop",
    progress=Progress.TRIGGERED,
    state=State.DOWN,
    severity=1,
    title="",
    cause="",
    opened_at=NOON,
    started_at=NOON,
)


def why(progress: Progress = Progress.TRIGGERED, severity: int = 1, **outlook: Any) -> str | None:
    incident = replace(SHOP, progress=progress, severity=severity)
    found = audit([Outlook(incident=incident, **outlook)], NOON)
    return found[0].why if found else None


@pytest.mark.parametrize("outlook", [{"step_at": NOON + HOUR}, {"page_at": NOON}, {"step_at": NOON - MINUTE}])
def test_a_step_or_a_page_to_come_is_enough(outlook: dict[str, Any]) -> None:
    assert why(**outlook) is None


def test_what_nothing_comes_of_or_comes_too_late_is_found() -> None:
    assert why() == "nobody is to be told next"
    assert why(answer_at=NOON + HOUR) == "nobody is to be told next"
    assert why(step_at=NOON - 90 * SECOND, page_at=NOON - 61 * SECOND) == "overdue since 61 s"


def test_who_has_it_must_be_asked_again() -> None:
    assert why(Progress.ACKNOWLEDGED) == "whoever has it is never asked again"
    assert why(Progress.ACKNOWLEDGED, step_at=NOON + HOUR) == "whoever has it is never asked again"
    assert why(Progress.ACKNOWLEDGED, answer_at=NOON + HOUR) is None


def test_mild_and_resolved_incidents_may_rest() -> None:
    assert why(severity=3) is None is why(Progress.RESOLVED)
    assert why(severity=2) is not None


def neglected(tx: Connection, at: Instant) -> list[tuple[str, str]]:
    return [(one.incident.id, one.why) for one in household.neglected(tx, Paging(config(), "log"), at)]


def mend(tx: Connection, made: Incidents, at: Instant) -> None:
    for one in household.neglected(tx, Paging(config(), "log"), at):
        made.repair(tx, one, at)


def down(tx: Connection, made: Incidents) -> None:
    see(tx, made, {"shop/home": State.UP, "shop/api": State.UP}, NOON - HOUR, NOON - HOUR)
    see(tx, made, {"shop/home": State.DOWN}, NOON, NOON)
    deliver(tx)


async def test_a_lost_step_is_told_again_where_it_stood_and_goes_on(database: Database) -> None:
    """O1: the missing row."""
    made = incidents(config())

    def work(tx: Connection) -> None:
        down(tx, made)
        assert neglected(tx, NOON + MINUTE) == []
        tx.execute(delete(timers_table).where(timers_table.c.kind == timer.Kind.ESCALATION.value))
        assert neglected(tx, NOON + HOUR) == [(FIRST, "nobody is to be told next")]
        mend(tx, made, NOON + HOUR)
        assert neglected(tx, NOON + HOUR) == []

    await database.write(work)

    assert list(await database.read(timers)) == [f"{FIRST} 1.2"]


async def test_a_step_that_is_late_is_found_but_not_told_twice(database: Database) -> None:
    """O1: late. The row is there; whoever works rows off does not, and that keeps the heartbeat in."""
    made = incidents(config())

    def work(tx: Connection) -> None:
        down(tx, made)
        assert neglected(tx, NOON + 17 * MINUTE) == [(FIRST, "overdue since 120 s")]
        mend(tx, made, NOON + 17 * MINUTE)

    await database.write(work)

    assert await database.read(pages) == ["li/mail"]


async def test_who_has_it_is_asked_again_although_the_row_was_lost(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        down(tx, made)
        made.acknowledge(tx, FIRST, "person:li", NOON + MINUTE, "desk")
        tx.execute(delete(timers_table))
        mend(tx, made, NOON + HOUR)

    await database.write(work)

    assert list(await database.read(timers)) == [f"{FIRST} remind", f"{FIRST} lapse"]


async def test_what_no_policy_tells_anybody_of_is_reported_once_until_somebody_takes_it(database: Database) -> None:
    quiet = config(component("shop", "home", "api", escalation=None))
    made, paging = incidents(quiet), Paging(quiet, "log")

    def work(tx: Connection) -> list[tuple[str, bool]]:
        down(tx, made)
        found = household.neglected(tx, paging, NOON + HOUR)
        made.own_news(tx, ON_CALL, "nobody_told", "major", NOON + HOUR, on=True)
        made.acknowledge(tx, FIRST, "person:li", NOON + HOUR, "desk")
        assert [one for one in household.neglected(tx, paging, NOON + HOUR) if one.untold] == []
        return [(one.why, one.untold) for one in found]

    assert await database.write(work) == [("no policy tells anybody of it", True)]
    assert await database.read(pages) == ["li/mail"], "by the policy `default`"


async def test_what_upheld_says_of_itself_opens_an_incident_and_ends_it(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> list[tuple[str, int, str]]:
        for on, at in ((False, NOON), (True, NOON), (True, NOON + MINUTE)):
            made.own_news(tx, "peer-other", "peer_dead", "major", at, on=on)
        found = [(one.component, one.severity, one.title) for one in store.unresolved(tx)]
        made.own_news(tx, "peer-other", "peer_dead", "major", NOON + HOUR, on=False)
        assert store.unresolved(tx) == []
        return found

    assert await database.write(work) == [("peer-other", 2, "peer_dead")]
