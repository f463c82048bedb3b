"""One person has a case: he takes it, hands it over, and keeps it until the other takes it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from config.agreement import CaseKind
from config.conduct import Handling
from config.instant import HOUR, MINUTE, Instant
from db.engine import Database
from incidents.case import Case, CaseEvent, CaseNoted, CaseResolved, Confirmed, Fulfilled, HandedOver, Taken
from incidents.caseload import Caseload
from incidents.clock import ClockState
from incidents.decide import Refused
from incidents.paging import Paging
from tests.incidents.samples import LI, NOON, WANG, agreement, commitment, config, customer, level, named
from tests.incidents.told import notifications

LEVELS = (level(1, commitment("accept", HOUR, stops="accepted"), commitment("respond", 2 * HOUR), severities=(1,)),)
ONE = Handling(one_responsible=True)


def caseload(**changes: Any) -> Caseload:
    owed = agreement(levels=LEVELS, **changes)
    made = config(customers=named((customer("acme", owed),)), people=named((LI, WANG)))
    return Caseload(made, Paging(made, log_channel="log"))


def opened(tx: Connection, cases: Caseload, title: str = "cannot log in") -> str:
    return cases.open_by_person(
        tx, customer="acme", kind=CaseKind.FAULT, title=title, by="person:li", reported_at=NOON, now=NOON
    ).id


def said(tx: Connection, cases: Caseload, id: str, event: CaseEvent, by: str = "person:li", at: Instant = NOON) -> Case:
    return cases.record(tx, id, event, by, at, at)


async def test_taking_a_case_accepts_it_and_the_customer_is_told(database: Database) -> None:
    cases = caseload()

    def work(tx: Connection) -> tuple[Case, ClockState]:
        taken = said(tx, cases, opened(tx, cases), Taken(person="li"), at=NOON + MINUTE)
        accept = next(one for one in cases.clocks(taken, NOON + MINUTE) if one.name == "accept")
        return taken, accept.state

    taken, state = await database.write(work)
    assert (taken.responsible, taken.fulfilled, state) == ("li", {"accept": NOON + MINUTE}, ClockState.MET)
    told = await database.read(lambda tx: notifications(tx, "customer"))
    assert [one.message.facts["event"] for one in told] == ["case.opened", "case.taken"]


async def test_whoever_has_it_keeps_it_until_the_other_takes_it(database: Database) -> None:
    cases = caseload()

    def work(tx: Connection) -> list[tuple[str | None, str | None]]:
        id = opened(tx, cases)
        said(tx, cases, id, Taken(person="li"))
        offered = said(tx, cases, id, HandedOver(to="wang", next_action="call the maker at nine"))
        taken = said(tx, cases, id, Taken(person="wang"), by="person:wang")
        return [(one.responsible, one.offered) for one in (offered, taken)]

    assert await database.write(work) == [("li", "wang"), ("wang", None)]
    (message,) = await database.read(lambda tx: notifications(tx, "clock"))
    assert message.person == "wang"
    assert "call the maker at nine" in message.message.text


def _nothing(tx: Connection, cases: Caseload, id: str) -> None:
    """Nobody has it."""


def _li_has_it(tx: Connection, cases: Caseload, id: str) -> None:
    said(tx, cases, id, Taken(person="li"))


def _over(tx: Connection, cases: Caseload, id: str) -> None:
    said(tx, cases, id, CaseResolved(how="restarted"))
    said(tx, cases, id, Confirmed(text="good"))


@pytest.mark.parametrize(
    ("before", "event", "by", "because"),
    [
        (_nothing, Taken(person="moon"), "person:li", "nobody called 'moon'"),
        (_nothing, HandedOver(to="wang", next_action="x"), "person:li", "nobody has it yet"),
        (_nothing, Taken(person="li"), "customer:acme", "supplier's to say"),
        (_li_has_it, Taken(person="li"), "person:li", "has it already"),
        (_li_has_it, Taken(person="wang"), "person:wang", "li has it"),
        (_li_has_it, HandedOver(to="wang", next_action=" "), "person:li", "what is to be done next"),
        (_over, Taken(person="li"), "person:li", "it is over"),
    ],
)
async def test_what_does_not_fit_who_has_it_is_refused(
    database: Database,
    before: Callable[[Connection, Caseload, str], None],
    event: CaseEvent,
    by: str,
    because: str,
) -> None:
    cases = caseload()

    def work(tx: Connection) -> None:
        id = opened(tx, cases)
        before(tx, cases, id)
        with pytest.raises(Refused, match=because):
            said(tx, cases, id, event, by=by)

    await database.write(work)


async def test_where_one_responsible_is_agreed_a_case_without_one_is_not_accepted(database: Database) -> None:
    cases = caseload(handling=ONE)
    accepted = Fulfilled(commitment="accept", how="in scope")

    def work(tx: Connection) -> Case:
        id = opened(tx, cases)
        with pytest.raises(Refused, match="one responsible person"):
            said(tx, cases, id, accepted)
        return said(tx, cases, id, Taken(person="li"))

    assert (await database.write(work)).fulfilled == {"accept": NOON}


async def test_what_the_customer_writes_reaches_whoever_has_the_case(database: Database) -> None:
    cases = caseload()

    def work(tx: Connection) -> None:
        id = opened(tx, cases)
        said(tx, cases, id, Taken(person="li"))
        said(tx, cases, id, CaseNoted(text="It went on"), by="customer:acme")
        said(tx, cases, id, CaseNoted(text="We look"))

    await database.write(work)
    (told,) = await database.read(lambda tx: notifications(tx, "clock"))
    assert told.person == "li" and "It went on" in told.message.text
    assert told.message.subject == "The customer wrote about case CASE-2026-0001"
