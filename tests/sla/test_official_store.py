"""Official days in the store: appended with a leaf when they differ, and found again as of an instant."""

from collections.abc import Callable

from sqlalchemy import Connection

from config.official import OfficialDays, Year
from db.engine import Database
from db.ledger import store as ledger
from sla.store.official import days_known, keep

FIRST = OfficialDays(country="CN", years={"2026": Year(source="a", published_at="2025-11-04", off=("2026-10-01",))})
SECOND = FIRST.model_copy(
    update={"years": {**FIRST.years, "2027": Year(source="b", published_at="2026-11-06", off=("2027-01-01",))}}
)


def stored(days: OfficialDays, at: int) -> Callable[[Connection], None]:
    return lambda tx: keep(tx, [days], at)


def as_of(at: int) -> Callable[[Connection], dict[str, OfficialDays]]:
    return lambda tx: days_known(tx, at)


async def test_days_are_stored_once_until_they_change(database: Database) -> None:
    for at, days in ((1000, FIRST), (2000, FIRST), (3000, SECOND), (4000, SECOND)):
        await database.write(stored(days, at))
    found = await database.read(lambda tx: ledger.leaves_of(tx, ["calendar/CN"], ledger.size(tx)))
    assert len(found) == 2


async def test_the_days_of_an_instant_are_those_stored_by_then(database: Database) -> None:
    await database.write(stored(FIRST, 1000))
    await database.write(stored(SECOND, 3000))
    found = [await database.read(as_of(at)) for at in (999, 1000, 2999, 3000)]
    assert found == [{}, {"CN": FIRST}, {"CN": FIRST}, {"CN": SECOND}]
