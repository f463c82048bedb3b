"""Corrections in the store: what a person may say of one, and what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from config.instant import HOUR
from config.state import State
from db.engine import Database
from sla.correction import Requested
from sla.corrections import Corrections
from sla.store import correction as store
from sla.word import Refused
from tests.sla.contract import at, config

START, END = at("10-21 22:04:00"), at("10-21 22:20:30")
NOW = at("10-23 09:00:00")
CUSTOMER = "harbour-bank"


@pytest.fixture
def corrections(tmp_path: Path) -> Corrections:
    return Corrections(config(tmp_path))


def request(**more: Any) -> Requested:
    base: dict[str, Any] = {"component": "pay", "start": START, "end": END, "state": State.PARTIAL}
    return Requested(**base | {"reason": "one of two networks", "evidence": "transaction log E-4471"} | more)


async def asked(database: Database, corrections: Corrections) -> str:
    return (await database.write(lambda tx: corrections.request(tx, request(), "person:li", NOW))).id


async def test_it_gets_a_number_and_keeps_what_is_said_of_it(database: Database, corrections: Corrections) -> None:
    id = await asked(database, corrections)

    def speak(tx: Connection) -> None:
        corrections.approve(tx, id, "person:wang", NOW + 1)
        corrections.contest(tx, id, CUSTOMER, "both failed", NOW + 2)
        corrections.confirm(tx, id, CUSTOMER, NOW + 3, proof="mail of 23 Oct", entered_by="person:li")

    await database.write(speak)
    found = await database.read(lambda tx: store.find(tx, id))
    assert found is not None
    assert (id, found.approved_by, found.approved_at, found.word(CUSTOMER)) == ("C-1", "person:wang", NOW + 1, True)
    events = await database.read(lambda tx: store.events_of(tx, id))
    assert [(one.by, one.entered_by) for one in events[2:]] == [
        (f"customer:{CUSTOMER}", None),
        (f"customer:{CUSTOMER}", "person:li"),
    ]
    as_then = await database.read(lambda tx: store.corrections(tx, ["pay"], NOW))
    assert [(one.id, one.approved_by) for one in as_then] == [("C-1", None)]
    assert await database.read(lambda tx: store.corrections(tx, ["shop"])) == ()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"component": "nothing"}, "no component 'nothing'; known: pay, shop"),
        ({"start": END, "end": START}, "ends before it begins"),
        ({"end": NOW + HOUR}, "what has passed"),
        ({"reason": " "}, "a reason and evidence"),
        ({"evidence": ""}, "a reason and evidence"),
    ],
)
async def test_a_wrong_request_is_refused_and_takes_no_number(
    database: Database, corrections: Corrections, more: dict[str, Any], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        await database.write(lambda tx: corrections.request(tx, request(**more), "person:li", NOW))
    assert await asked(database, corrections) == "C-1"


async def test_who_wrote_it_down_in_the_customers_name_is_no_second_person(
    database: Database, corrections: Corrections
) -> None:
    """One of our people alone could else take an outage out of the count, as if its customer had asked for it."""
    by = f"customer:{CUSTOMER}"
    await database.write(lambda tx: corrections.request(tx, request(), by, NOW, entered_by="person:li"))
    with pytest.raises(Refused, match="li wrote it down in the customer's name"):
        await database.write(lambda tx: corrections.approve(tx, "C-1", "person:li", NOW))
    approved = await database.write(lambda tx: corrections.approve(tx, "C-1", "person:wang", NOW))
    assert approved.second(CUSTOMER) == "person:wang"


REFUSED: list[tuple[Callable[[Corrections, Connection], object], str]] = [
    (lambda all, tx: all.approve(tx, "C-1", "person:li", NOW), "li asked for it and cannot approve it"),
    (lambda all, tx: all.approve(tx, "C-1", f"customer:{CUSTOMER}", NOW), "confirm"),
    (lambda all, tx: all.approve(tx, "C-7", "person:wang", NOW), "no correction 'C-7'"),
    (lambda all, tx: all.confirm(tx, "C-1", "nobody", NOW), "no correction 'C-1'"),
    (
        lambda all, tx: all.confirm(tx, "C-1", "nobody", NOW, proof="sheet 1", entered_by="person:li"),
        "does not concern 'nobody'",
    ),
    (lambda all, tx: all.confirm(tx, "C-1", CUSTOMER, NOW, entered_by="person:li"), "--proof"),
    (lambda all, tx: all.contest(tx, "C-1", CUSTOMER, " ", NOW), "what is wrong"),
]


@pytest.mark.parametrize(("act", "why"), REFUSED)
async def test_what_cannot_be_said_is_refused_and_nothing_is_written(
    database: Database, corrections: Corrections, act: Callable[[Corrections, Connection], object], why: str
) -> None:
    await asked(database, corrections)
    with pytest.raises(Refused, match=why):
        await database.write(lambda tx: act(corrections, tx))
    assert await database.read(lambda tx: len(store.events_of(tx, "C-1"))) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda all, tx: all.approve(tx, "C-1", "person:wang", NOW),
        lambda all, tx: all.confirm(tx, "C-1", CUSTOMER, NOW),
        lambda all, tx: all.contest(tx, "C-1", CUSTOMER, "both failed", NOW),
    ],
)
async def test_saying_it_twice_is_refused(
    database: Database, corrections: Corrections, act: Callable[[Corrections, Connection], object]
) -> None:
    await asked(database, corrections)
    await database.write(lambda tx: act(corrections, tx))
    with pytest.raises(Refused, match="already"):
        await database.write(lambda tx: act(corrections, tx))
