"""What the configuration allows as a name, the store holds: one of the databases counts the letters."""

from sqlalchemy import Connection

from config.instant import MINUTE
from config.model import Channel, Contact
from config.oncall import Escalation, Person, Reach, Step
from config.state import State
from db.engine import Database
from incidents.caseload import Caseload
from incidents.paging import Paging
from incidents.service import Incidents
from incidents.store import case, inbox, timer
from tests.incidents.samples import (
    BY_SERVICE,
    NOON,
    agreement,
    alert,
    commitment,
    component,
    config,
    customer,
    level,
    named,
    see,
    sent,
)
from tests.incidents.told import pages, timers

LONG = "x" * 63
"""The longest id there can be."""


async def test_names_as_long_as_they_may_be_lose_no_page_and_no_case(database: Database) -> None:
    person = Person(id=LONG, name=LONG, email="li@example.com", reach=(Reach(channel=LONG),))
    owed = agreement(
        LONG, covers=[LONG], id=f"{LONG}/{LONG}", levels=(level(1, commitment(LONG, MINUTE), severities=(1,)),)
    )
    made = config(
        component(LONG, LONG),
        people=named((person,)),
        channels=named((Channel(id=LONG, kind="email"),)),
        escalations=named((Escalation(id="default", steps=(Step(notify=(LONG,)),)),)),
        customers=named((customer(LONG, owed, contacts=(Contact(name="陈" * 500, email="c@example.com"),)),)),
    )
    paging = Paging(made, log_channel="log")
    incidents = Incidents(made, paging, Caseload(made, paging))

    def work(tx: Connection) -> None:
        see(tx, incidents, {f"{LONG}/{LONG}": State.DOWN}, NOON, NOON)
        incidents.alert_news(tx, LONG, [alert(labels={"service": LONG})], BY_SERVICE, NOON, NOON)
        row = inbox.row_of(LONG, sent(b"x"), {})
        inbox.accept(tx, [row])
        inbox.put_into_quarantine(tx, row, "x")
        timer.start(tx, timer.Kind.HOLD, LONG, str(NOON), NOON, NOON)

    await database.write(work)

    assert await database.read(pages) == [f"{LONG}/{LONG}"]
    assert [one.agreement for one in await database.read(case.every)] == [f"{LONG}/{LONG}"]
    assert len(await database.read(timers)) == 7
