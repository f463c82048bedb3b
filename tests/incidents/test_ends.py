"""An end that a sender dates back: both times are kept, and the outage counts until we heard of it."""

from sqlalchemy import Connection, select

from config.instant import MINUTE
from config.state import State
from db.engine import Database
from db.tables.incidents import transition as table
from incidents.store import alert as alerts
from tests.incidents.samples import BY_SERVICE, NOON, alert, config, incidents

HEARD = NOON + 10 * MINUTE


def ends_of(tx: Connection) -> list[tuple[State, int, int | None]]:
    """Of crm, in the order of its line: state, from when, and since when by its sender's word."""
    rows = tx.execute(select(table).where(table.c.component == "crm").order_by(table.c.id))
    return [(State(one.state), one.happened_at, one.bound_at) for one in rows]


async def test_an_end_dated_back_takes_nothing_off_the_outage_and_is_kept_as_it_was_said(database: Database) -> None:
    made, said = incidents(config()), HEARD - 4 * MINUTE

    def work(tx: Connection) -> None:
        made.alert_news(tx, "am", [alert()], BY_SERVICE, NOON, NOON)
        made.alert_news(tx, "am", [alert(firing=False, at=NOON, ends_at=said)], BY_SERVICE, HEARD, HEARD)

    await database.write(work)

    assert await database.read(ends_of) == [(State.DOWN, NOON, None), (State.UP, HEARD, said)]
    (over,) = await database.read(lambda tx: alerts.ended(tx, "am", "5ef1"))
    assert (over.ends_at, over.received_at) == (said, HEARD)


async def test_an_end_that_is_told_as_it_happens_has_one_time(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.alert_news(tx, "am", [alert()], BY_SERVICE, NOON, NOON)
        made.alert_news(tx, "am", [alert(firing=False, at=NOON, ends_at=HEARD)], BY_SERVICE, HEARD, HEARD)

    await database.write(work)

    assert await database.read(ends_of) == [(State.DOWN, NOON, None), (State.UP, HEARD, None)]
