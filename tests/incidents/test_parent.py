"""A child's incident waits while its parent may be failing, for as long as both need to be sure, and no longer."""

import pytest
from sqlalchemy import Connection, delete, insert

from config.instant import SECOND, Instant
from config.state import State
from db.engine import Database
from db.tables.probe import check_state
from incidents.service import Incidents
from incidents.store import incident as store
from incidents.store import timer
from tests.incidents.samples import NOON, component, config, incidents, see


def parent_says(tx: Connection, on: bool, against: int) -> None:
    verdict = {"down": [on, against, NOON if against else None, None]}
    tx.execute(delete(check_state))
    tx.execute(
        insert(check_state).values(
            check="db/port",
            location="local",
            definition="x",
            snapshot={"verdict": verdict, "pulse": None},
            recorded_at=NOON,
        )
    )


def fire(tx: Connection, made: Incidents, now: Instant) -> None:
    for due in timer.due(tx, now, 10):
        made.fire(tx, due, now)


@pytest.mark.parametrize("on, against", [(False, 0), (False, 1), (True, 0), (True, 1)])
async def test_an_unconfirmed_failure_of_the_parent_holds_and_its_recovery_releases(
    database: Database, on: bool, against: int
) -> None:
    made = incidents(config(component("db", "port"), component("shop", "home", after=("db",))))
    suspected = (on, against) in ((False, 1), (True, 0))

    def work(tx: Connection) -> None:
        parent_says(tx, on, against)
        see(tx, made, {"shop/home": State.DOWN}, NOON, NOON + 40 * SECOND)
        assert (store.newest_of(tx, "shop") is None) is suspected
        fire(tx, made, NOON + 179 * SECOND)
        assert (store.newest_of(tx, "shop") is None) is suspected
        if not on:
            parent_says(tx, False, 0)
        # Well again, or still not sure of it: the wait is over.
        fire(tx, made, NOON + 180 * SECOND)
        own = store.newest_of(tx, "shop")
        assert own is not None and own.started_at == NOON

    await database.write(work)
