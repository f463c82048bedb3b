"""Another level than the one a case was opened with: the stricter stands until the customer says yes."""

from collections.abc import Mapping

import pytest
from sqlalchemy import Connection

from config.agreement import Agreement, CaseKind
from config.instant import HOUR, MINUTE, Instant
from db.engine import Database
from incidents.case import (
    Case,
    CaseEvent,
    CaseOpened,
    CaseRecorded,
    CaseResolved,
    LevelChanged,
    LevelConfirmed,
    LevelContested,
    replay_case,
)
from incidents.clock import ClockState, clocks
from incidents.decide import Refused
from incidents.level import lowers, standing
from incidents.store import case as store
from tests.incidents.samples import NOON, agreement, commitment, config, customer, level
from tests.incidents.test_caseload import FIRST, Desk
from tests.incidents.told import notifications

DOWN, UP = LevelChanged(level=3, reason="one branch"), LevelChanged(level=1, reason="everybody")
YES, NO = LevelConfirmed(text="so it is"), LevelContested(reason="all branches")
CUSTOMER = "customer:acme"

BACKWARDS = agreement(
    levels=(
        level(3, commitment("respond", 15 * MINUTE), commitment("resolve", 2 * HOUR)),
        level(2, commitment("respond", 30 * MINUTE), commitment("plan", 3 * HOUR)),
        level(1, commitment("resolve", 24 * HOUR)),
    )
)
"""Numbered the other way round, and with clocks that not every level has."""


def case(*events: CaseEvent) -> Case:
    opened = CaseOpened(
        customer="acme",
        agreement="acme/main",
        agreement_version=1,
        kind=CaseKind.FAULT,
        level=2,
        title="nothing works",
        reported_at=NOON,
    )
    log = [
        CaseRecorded(event=event, happened_at=NOON + n * MINUTE, recorded_at=NOON + n * MINUTE, by="test")
        for n, event in enumerate((opened, *events))
    ]
    return replay_case("CASE-2026-0001", log)


def due(found: Case, agreed: Agreement) -> Mapping[str, Instant]:
    return {one.name: (one.due_at or 0) - NOON for one in clocks(found, agreed, NOON)}


@pytest.mark.parametrize(
    ("events", "stands", "respond"),
    [
        ((DOWN,), 2, 30 * MINUTE),
        ((DOWN, NO), 2, 30 * MINUTE),
        ((DOWN, YES), 3, 2 * HOUR),
        ((DOWN, NO, YES), 3, 2 * HOUR),
        ((UP,), 1, 15 * MINUTE),
        ((UP, NO), 1, 15 * MINUTE),
        ((UP, DOWN), 1, 15 * MINUTE),
        ((UP, DOWN, YES), 3, 2 * HOUR),
    ],
)
def test_until_the_customer_confirms_the_strictest_that_was_said_stands(
    events: tuple[CaseEvent, ...], stands: int, respond: int
) -> None:
    found = case(*events)
    assert standing(found, agreement()) == stands
    assert due(found, agreement())["respond"] == respond, "from the original start"


def test_what_is_stricter_is_told_clock_by_clock_and_by_the_agreement_s_own_order() -> None:
    found = case(LevelChanged(level=1, reason="a branch"))
    assert standing(found, BACKWARDS) == 2 and lowers(2, 1, BACKWARDS) and not lowers(2, 3, BACKWARDS)
    assert due(found, BACKWARDS) == {"respond": 30 * MINUTE, "plan": 3 * HOUR, "resolve": 24 * HOUR}
    assert due(case(LevelChanged(level=1, reason="x"), YES), BACKWARDS) == {"resolve": 24 * HOUR}


def test_a_limit_that_passed_stays_missed_until_the_customer_confirms_the_milder_level() -> None:
    def state(*events: CaseEvent) -> ClockState:
        (resolve,) = [one for one in clocks(case(*events), agreement(), NOON + 9 * HOUR) if one.name == "resolve"]
        return resolve.state

    assert state(DOWN) is ClockState.MISSED
    assert state(DOWN, CaseResolved(how="x"), YES) is ClockState.MET


@pytest.mark.store
async def test_the_customer_is_told_at_once_and_his_word_is_nobody_else_s(database: Database) -> None:
    made = Desk(config(customers={"acme": customer()}))

    def work(tx: Connection) -> None:
        made.call(tx)

        def say(event: CaseEvent, by: str) -> Case:
            return made.cases.record(tx, FIRST, event, by, NOON + MINUTE, NOON + MINUTE)

        for event, by, why in (
            (LevelChanged(level=9, reason="x"), "person:li", "has no level 9"),
            (LevelChanged(level=3, reason=" "), "person:li", "needs a reason"),
            (LevelChanged(level=1, reason="x"), "person:li", "its level already"),
            (DOWN, CUSTOMER, "the supplier's to say"),
            (YES, CUSTOMER, "no other level waits"),
        ):
            with pytest.raises(Refused, match=why):
                say(event, by)
        say(DOWN, "person:li")
        (told,) = [one for one in notifications(tx, "customer") if one.message.facts["event"] == "case.level"]
        assert "one branch" in told.message.text and "Level before: 1, now: 3." in told.message.text
        with pytest.raises(Refused, match="the customer's to confirm"):
            say(YES, "person:li")
        say(NO, CUSTOMER)
        with pytest.raises(Refused, match="contested already"):
            say(NO, CUSTOMER)
        say(YES, CUSTOMER)
        row, log = store.find(tx, FIRST), store.events(tx, FIRST)
        assert row == replay_case(FIRST, log) and row.level == 3

    await database.write(work)
