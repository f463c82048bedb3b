"""Remedies and obligations at the roof: the commands, and reminders that are told once each."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from config.instant import DAY, HOUR
from config.model import Config
from db.engine import Database
from db.tables.notify import notification
from incidents.paging import Paging
from sla.booking import MonthOutcome, Obligation, Standing, measures_in
from sla.contract import Refused
from sla.reminder import due_reminder, reminder
from sla.settlement import Remedies
from sla.store import breach
from sla.store import remedy as store
from tests.config.installed import read
from tests.sla.contract import AGREEMENT as WRITTEN
from tests.sla.contract import BASE, LATER, at
from tests.sla.test_settlement import TERMS, down, month
from upheld.call import Call
from upheld.installed import installed
from upheld.obligations import add_measure, fulfil, record_breach, remind, shown, waiting
from upheld.rules import rules_of

AGREEMENT = "harbour-bank/sla-standard"
PEOPLE = """
people:
  wang: {name: Wang Fang, role: service-manager, language: en}
  li: {name: Li Wei}
"""
DUE = at("11-19 00:00:00")
"""Fifteen days after LATER, at the end of the day."""


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return read(tmp_path, BASE + WRITTEN + TERMS + PEOPLE)


def owe(tx: Connection, settings: Config) -> Obligation:
    found = month(settings, down()).remedies
    for place, one in enumerate(("2026-08", "2026-09")):
        own = MonthOutcome(agreement=AGREEMENT, month=one, standing=Standing.MISSED, year_so_far=Standing.MISSED)
        store.book(tx, "harbour-bank", Remedies(settled=((*found.settled[0][:2], own),)), one, 1, LATER - 3 + place)
    store.book(tx, "harbour-bank", found, "2026-10", 1, LATER)
    (made,) = store.obligations(tx, LATER)
    return made


async def test_the_service_manager_is_reminded_before_and_after_the_due_date_once_each(
    database: Database, settings: Config
) -> None:
    made = await database.write(lambda tx: owe(tx, settings))
    assert made.due_at == DUE
    assert not await database.read(lambda tx: waiting(tx, DUE - 3 * DAY - 1))
    moments = (DUE - 3 * DAY - 1, DUE - 3 * DAY, DUE - DAY, DUE, DUE + DAY)
    told = [
        await database.write(partial(remind, config=settings, paging=Paging(settings, "log"), now=now))
        for now in moments
    ]
    assert told == [0, 1, 0, 1, 0]
    rows = await database.read(
        lambda tx: tx.execute(select(notification.c.person, notification.c.message).order_by(notification.c.id)).all()
    )
    assert [(row.person, row.message["subject"]) for row in rows] == [
        ("wang", "Due soon: an improvement plan"),
        ("wang", "Overdue: an improvement plan"),
    ]
    assert "Customer: Harbour Bank" in rows[0].message["text"]
    assert f"upheld obligation fulfil {made.id}" in rows[0].message["text"]


async def test_what_is_fulfilled_is_called_to_mind_no_more(database: Database, settings: Config) -> None:
    made = await database.write(lambda tx: owe(tx, settings))
    call = Call(
        rules=rules_of(settings, installed()), by="wang", arguments={"id": made.id, "note": "plan 7"}, now=LATER + HOUR
    )
    done = await database.write(lambda tx: fulfil(tx, call))
    assert (done["state"], done["id"]) == ("closed", made.id)
    assert await database.write(lambda tx: remind(tx, settings, Paging(settings, "log"), DUE + DAY)) == 0
    with pytest.raises(Refused, match="closed already"):
        await database.write(lambda tx: fulfil(tx, call))


async def test_a_recorded_breach_of_confidentiality_enters_the_months_statement(
    database: Database, settings: Config
) -> None:
    rules = rules_of(settings, installed())

    def record(tx: Connection, **given: object) -> object:
        arguments = {"customer": "harbour-bank", "text": "a list of customers was mailed to a stranger", **given}
        return record_breach(tx, Call(rules=rules, by="wang", arguments=arguments, now=LATER))

    made = await database.write(lambda tx: record(tx, happened_at=at("10-09 12:00:00")))
    assert made == {"id": "BREACH-1", "agreement": AGREEMENT, "happened_at": "2026-10-09T04:00:00.000Z"}
    found = await database.read(lambda tx: breach.breaches(tx, "harbour-bank", LATER))
    assert [one.id for one in found] == ["BREACH-1"]
    assert await database.read(lambda tx: breach.breaches(tx, "harbour-bank", LATER - 1)) == ()
    for wrong, said in (
        ({"customer": "nobody"}, "there is no customer 'nobody'; known: harbour-bank"),
        ({"agreement": "x"}, "say which agreement was broken: --agreement harbour-bank/sla-standard"),
        ({"happened_at": LATER + 1}, "a breach is recorded when it has happened"),
    ):
        with pytest.raises(Refused, match=said):
            await database.write(partial(record, **wrong))


async def test_an_obligation_is_shown_with_its_state(database: Database, settings: Config) -> None:
    made = await database.write(lambda tx: owe(tx, settings))
    assert [shown(made, now)["state"] for now in (LATER, DUE)] == ["open", "overdue"]
    assert json.loads(json.dumps(shown(made, LATER)))["due_at"] == "2026-11-18T16:00:00.000Z"
    assert due_reminder(replace(made, gives="right"), DUE) is None


async def test_a_reminder_speaks_the_readers_language(database: Database, settings: Config) -> None:
    made = await database.write(lambda tx: owe(tx, settings))
    told = reminder(made, settings.customers["harbour-bank"].agreements[0], "海港银行", "overdue", "zh-CN")
    assert told.subject == "已逾期：提交改进方案"
    assert "期限2026年11月18日" in told.text


async def test_a_measure_of_improvement_is_called_to_mind_until_it_is_done(
    database: Database, settings: Config
) -> None:
    given = {"customer": "harbour-bank", "text": "A second line", "owner": "li", "due_at": DUE}

    def call(now: int, **changes: object) -> Call:
        return Call(rules=rules_of(settings, installed()), arguments={**given, **changes}, by="person:wang", now=now)

    def work(tx: Connection) -> None:
        for wrong, why in (
            ({"owner": "zhao"}, "nobody 'zhao'"),
            ({"due_at": LATER}, "a day to come"),
            ({"text": " "}, "what is done"),
            ({"customer": "x"}, "no customer 'x'"),
        ):
            with pytest.raises(Refused, match=why):
                add_measure(tx, call(LATER, **wrong))
        made = [add_measure(tx, call(LATER)) for _ in range(2)]
        assert [one["id"] for one in made] == [f"{AGREEMENT}/measure-{n}/2026-11" for n in (1, 2)]
        first, second = store.obligations(tx, LATER)
        assert (first.then, first.owner, first.gives) == ("A second line", "person:li", "measure")
        assert month(settings, replace(down(), obligations=(first, second))).remedies.groundless == ()
        store.fulfil(tx, second.id, "person:li", None, LATER + 1)
        first, second = store.obligations(tx, DUE)
        assert [due_reminder(one, DUE) for one in (first, second)] == ["overdue", None]
        assert measures_in((first, second), (LATER + 2, DUE)) == (first,)
        assert "A measure of improvement." in reminder(first, next(settings.agreements()), "x", "overdue", "en").text

    await database.write(work)
