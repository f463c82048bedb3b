"""Booking a sealed statement: entries, months and obligations once each, as rows and as leaves of the ledger."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from config.instant import HOUR
from db.engine import Database
from db.ledger.store import Kept, leaves_of, size
from sla.booking import MonthOutcome, Obligation, Standing
from sla.record import Facts
from sla.settlement import Remedies
from sla.store import remedy as store
from tests.sla.contract import LATER
from tests.sla.test_settlement import down, missed, month, settings

BANK = "harbour-bank"
NUMBER = "HARBOUR-BANK-2026-10"
CASE = missed("resolve", "10-05 00:01:00", "10-05 02:01:00")


def remedies(folder: Path, facts: Facts) -> Remedies:
    return month(settings(folder), facts).remedies


def leaves(tx: Connection, stream: str) -> list[Kept]:
    return leaves_of(tx, [stream], size(tx))


async def test_a_sealed_statement_is_booked_once(database: Database, tmp_path: Path) -> None:
    found = remedies(tmp_path, replace(down(), cases=(CASE,)))

    def twice(tx: Connection) -> tuple[int, int]:
        first = store.book(tx, BANK, found, NUMBER, 1, LATER)
        return len(first), len(store.book(tx, BANK, found, NUMBER, 1, LATER + HOUR))

    assert await database.write(twice) == (2, 0)
    booked = await database.read(lambda tx: store.bookings(tx, BANK, LATER))
    assert [(one.rule, one.amount, one.statement, one.revision) for one in booked] == [
        ("missed", 600_000, NUMBER, 1),
        ("clocks", 600_000, NUMBER, 1),
    ]
    assert await database.read(lambda tx: store.bookings(tx, BANK, LATER - 1)) == ()
    assert await database.read(lambda tx: store.bookings(tx, "another", LATER)) == ()


async def test_a_revision_books_the_difference_to_what_stands_when_it_is_sealed(
    database: Database, tmp_path: Path
) -> None:
    first, second = remedies(tmp_path, replace(down(), cases=(CASE,))), remedies(tmp_path, down(end="10-05 00:00:01"))
    await database.write(lambda tx: store.book(tx, BANK, first, "2026-10", 1, LATER))
    # Composed without knowing the first one's bookings.
    booked = await database.write(lambda tx: store.book(tx, BANK, second, "2026-10", 2, LATER + HOUR))
    assert [one.amount for one in booked] == [-600_000, -600_000]
    every = await database.read(lambda tx: store.bookings(tx, BANK, LATER + HOUR))
    assert sum(one.amount for one in every) == 0
    outcomes = await database.read(lambda tx: store.outcomes(tx, BANK, LATER + HOUR))
    assert [one.standing for one in outcomes] == [Standing.MISSED, Standing.MET]


async def test_every_booking_and_month_is_a_leaf_without_a_float(database: Database, tmp_path: Path) -> None:
    found = remedies(tmp_path, down())
    await database.write(lambda tx: store.book(tx, BANK, found, "2026-10", 1, LATER))
    kept = await database.read(lambda tx: leaves(tx, "booking/harbour-bank/sla-standard"))
    assert [one.entry.kind for one in kept] == ["booking", "month"]
    assert (kept[0].entry.body["amount"], kept[0].entry.body["percent"]) == (1_200_000, "10")
    assert kept[1].entry.body["standing"] == "missed"


@pytest.fixture
async def owing(database: Database, tmp_path: Path) -> Obligation:
    """The third missed month in a row is sealed; the two before were."""

    def work(tx: Connection) -> Obligation:
        agreement = "harbour-bank/sla-standard"
        for place, one in enumerate(("2026-08", "2026-09")):
            own = MonthOutcome(agreement=agreement, month=one, standing=Standing.MISSED, year_so_far=Standing.MISSED)
            (settled,) = remedies(tmp_path, down()).settled
            store.book(tx, BANK, Remedies(settled=((*settled[:2], own),)), one, 1, LATER - HOUR * (3 - place))
        store.book(tx, BANK, remedies(tmp_path, down()), "2026-10", 1, LATER)
        (found,) = store.obligations(tx, LATER, BANK)
        return found

    return await database.write(work)


async def test_the_row_of_sealed_months_opens_an_obligation(database: Database, owing: Obligation) -> None:
    assert (owing.rule, owing.month, owing.opened_at, owing.closed_at) == ("plan", "2026-10", LATER, None)
    kept = await database.read(lambda tx: leaves(tx, f"obligation/{owing.id}"))
    assert [one.entry.body["event"] for one in kept] == ["opened"]


async def test_an_obligation_is_fulfilled_once_by_a_named_person(database: Database, owing: Obligation) -> None:
    done = await database.write(lambda tx: store.fulfil(tx, owing.id, "Zhang Wei", "plan of 10 Nov", LATER + HOUR))
    assert done.closed_at == LATER + HOUR
    with pytest.raises(store.NoObligation, match="closed already"):
        await database.write(lambda tx: store.fulfil(tx, owing.id, "li", None, LATER + 2 * HOUR))
    with pytest.raises(store.NoObligation, match="there is no obligation 'x'"):
        await database.write(lambda tx: store.fulfil(tx, "x", "li", None, LATER))
    kept = await database.read(lambda tx: leaves(tx, f"obligation/{owing.id}"))
    assert [one.entry.body["event"] for one in kept] == ["opened", "fulfilled"]
    assert "Zhang" not in kept[-1].data.decode()


async def test_a_revision_that_breaks_the_row_withdraws_the_obligation(
    database: Database, tmp_path: Path, owing: Obligation
) -> None:
    met = remedies(tmp_path, down(end="10-05 00:00:01"))
    await database.write(lambda tx: store.book(tx, BANK, met, "2026-10", 2, LATER + HOUR))
    (found,) = await database.read(lambda tx: store.obligations(tx, LATER + HOUR, BANK))
    assert found.closed_at == LATER + HOUR
    assert (await database.read(lambda tx: store.obligations(tx, LATER, BANK)))[0].closed_at is None
