"""What is on its way when something happens to it: several ways at one minute, and a new version of the program."""

from dataclasses import MISSING, fields
from typing import Any, get_args

import pytest
from alembic import command
from alembic.config import Config as Steps
from sqlalchemy import Connection, select, update

from config.instant import MINUTE, SECOND
from config.oncall import Reach
from db.engine import Database, open_database
from db.tables.incidents import incident as incident_table
from db.tables.incidents import incident_event
from incidents.fact import kind_of, word_of
from incidents.incident import Event, Incident, Opened, Progress
from incidents.store import incident as store
from incidents.store import timer
from incidents.wanted import still_wanted
from notify.decision import State
from tests.incidents.samples import BY_SERVICE, LI, MAIL, NOON, WANG, alert, component, config, incidents, named
from tests.incidents.told import pages
from tests.notify.samples import Spy
from tests.notify.test_deliver import Desk

CRM, SHOP = "INC-2026-0001", "INC-2026-0002"


async def test_several_ways_to_one_person_that_are_due_at_the_same_minute_are_each_gone_once(
    database: Database,
) -> None:
    ways = ("mail", "chat", "phone")
    reach = tuple(Reach(channel=one, after=5 * MINUTE) for one in (*ways, "chat"))
    li = LI.model_copy(update={"reach": reach})
    channels = {one: MAIL.model_copy(update={"id": one}) for one in ways}
    made = incidents(config(component("crm"), people=named((li, WANG)), channels=channels))
    spies = {one: Spy() for one in ways}
    desk = Desk(database, {one: spy.channel() for one, spy in spies.items()}, still_wanted)
    desk.now = NOON
    await database.write(lambda tx: made.alert_news(tx, "am", [alert()], BY_SERVICE, NOON, NOON))

    await desk.work()
    assert [len(spies[one].letters) for one in ways] == [0, 0, 0]
    for second in (0, 1, 30, 59):
        desk.now = NOON + 5 * MINUTE + second * SECOND
        await desk.work()
        await desk.work()

    assert [len(spies[one].letters) for one in ways] == [1, 1, 1]
    assert len(desk.sent) == len(set(desk.sent)) == 3


@pytest.mark.parametrize("revision", ["0024", "0037", "0043"])
async def test_what_is_on_its_way_goes_on_under_a_new_version(fresh_url: str, revision: str) -> None:
    """One page waits, of another nobody knows whether it went out, two escalations are due: then a version that knew
    less of an incident is replaced by this one."""
    made, spy = incidents(config()), Spy()
    old = await open_database(fresh_url)
    desk = Desk(old, {"mail": spy.channel()}, still_wanted)
    desk.now = NOON
    await old.write(lambda tx: made.alert_news(tx, "am", [alert()], BY_SERVICE, NOON, NOON))
    await desk.take("mail")
    shop = alert("9a", labels={"service": "shop"})
    await old.write(lambda tx: made.alert_news(tx, "am", [shop], BY_SERVICE, NOON, NOON))
    before = await old.read(store.unresolved)
    await old.write(lambda tx: as_of(tx, revision))
    await old.close()

    new = await open_database(fresh_url)
    try:
        assert await new.read(store.unresolved) == before
        desk = Desk(new, {"mail": spy.channel()}, still_wanted)
        desk.now = NOON + MINUTE
        assert await desk.deliverer.recover(everything=True) == 1
        await desk.work()
        desk.now = NOON + 2 * MINUTE
        await desk.work()
        assert [(await desk.told(one)).state for one in (CRM, SHOP)] == [State.SENT] * 2
        assert len(spy.letters) == len(set(spy.keys)) == 2, "the one nobody knew of went out again, the other once"

        made = incidents(config())
        desk.now = NOON + 15 * MINUTE
        due = await new.read(lambda tx: timer.due(tx, desk.now, 100))
        await new.write(lambda tx: made.fire_all(tx, due, desk.now) and None)
        assert await new.read(pages) == ["li/mail", "li/mail", "wang/mail", "wang/mail"]
        await new.write(lambda tx: made.acknowledge(tx, CRM, "person:wang", desk.now, "desk") and None)
        over = alert(firing=False, at=desk.now)
        await new.write(lambda tx: made.alert_news(tx, "am", [over], BY_SERVICE, desk.now, desk.now))
        found = await new.read(lambda tx: {one.id: one.progress for one in store.newest(tx)})
        assert found == {CRM: Progress.RESOLVED, SHOP: Progress.TRIGGERED}
        logs = await new.read(lambda tx: [kind_of(one.event) for one in store.events(tx, CRM)])
        assert (logs[0], logs[-1]) == (word_of(Opened), "resolved")
    finally:
        await new.close()


def as_of(tx: Connection, revision: str) -> None:
    """The store as that version left it, and no row says anything that has a default."""
    for row in tx.execute(select(incident_table.c.id, incident_table.c.snapshot)).all():
        known = {"snapshot": without_defaults(Incident, row.snapshot)}
        tx.execute(update(incident_table).where(incident_table.c.id == row.id).values(**known))
    kinds = {word_of(one): one for one in get_args(Event)}
    for one in tx.execute(select(incident_event.c.id, incident_event.c.kind, incident_event.c.facts)).all():
        facts = without_defaults(kinds[one.kind], one.facts)
        tx.execute(update(incident_event).where(incident_event.c.id == one.id).values(facts=facts))
    steps = Steps()
    steps.set_main_option("script_location", "db:migrations")
    steps.attributes["connection"] = tx
    command.downgrade(steps, revision)


def without_defaults(kind: type[Any], said: dict[str, Any]) -> dict[str, Any]:
    usual = {one.name: one.default for one in fields(kind) if one.default is not MISSING}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in usual.items()}
    return {name: value for name, value in said.items() if name not in plain or value != plain[name]}
