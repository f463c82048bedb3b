"""What waited for a channel that a reload renamed or took away goes over one of today, or the next one is called."""

from typing import Any

import pytest
from sqlalchemy import Connection, update

from config.instant import MINUTE, SECOND
from config.model import Channel, Config
from config.oncall import Reach
from db.engine import Database
from db.tables.notify import notification
from incidents.caseload import Caseload
from incidents.paging import Paging
from incidents.service import Incidents
from notify.channel import Channel as AnyChannel
from notify.channels.dingtalk import CHANNEL as ROBOT
from notify.channels.email import CHANNEL as EMAIL
from notify.message import Notification
from tests.incidents.samples import LI, NOON, agreement, config, customer, incidents, named
from tests.incidents.test_service import FIRST, down
from tests.incidents.told import notifications, timers

pytestmark = pytest.mark.store

KINDS: dict[str, AnyChannel[Any]] = {"email": EMAIL, "dingtalk": ROBOT}


def renamed(kind: str = "email", **changes: Any) -> Incidents:
    """`mail` is gone, `post` is there."""
    li = LI.model_copy(update={"reach": (Reach(channel="post"),)})
    people = named((li, config().people["wang"]))
    made: Config = config(channels=named((Channel(id="post", kind=kind, **changes),)), people=people, **owed())
    paging = Paging(made, log_channel="log", kinds={"post": KINDS[kind]})
    return Incidents(made, paging, Caseload(made, paging))


def owed() -> dict[str, Any]:
    return {"customers": named((customer("acme", agreement()),))}


def failed(tx: Connection, purpose: str) -> Notification:
    tx.execute(update(notification).where(notification.c.channel == "mail").values(state="failed"))
    return next(one for one in notifications(tx, purpose) if one.channel == "mail")


async def test_a_page_goes_to_the_same_person_over_the_new_name_and_nobody_else_is_called(database: Database) -> None:
    def work(tx: Connection) -> None:
        down(tx, incidents(config(**owed())))
        page = failed(tx, "page")
        renamed().not_told(tx, page, NOON + SECOND)
        old, new = notifications(tx, "page")
        assert (new.person, new.channel, new.address, new.due_at) == ("li", "post", "li@example.com", NOON + SECOND)
        assert new.message == old.message
        assert timers(tx)[f"{FIRST} 1.2"] == NOON + 15 * MINUTE
        renamed().not_told(tx, page, NOON + SECOND)
        assert len(notifications(tx, "page")) == 2, "once"

    await database.write(work)


@pytest.mark.parametrize(("kind", "changes"), [("dingtalk", {}), ("email", {"names": "ids"})])
async def test_what_was_written_for_one_person_goes_to_no_robot_and_not_where_names_may_not(
    database: Database, kind: str, changes: dict[str, Any]
) -> None:
    def work(tx: Connection) -> None:
        down(tx, incidents(config(**owed())))
        renamed(kind, **changes).not_told(tx, failed(tx, "page"), NOON + SECOND)
        assert len(notifications(tx, "page")) == 1
        assert timers(tx)[f"{FIRST} 1.2"] == NOON + SECOND, "the next one is called at once"

    await database.write(work)


async def test_a_customers_mail_goes_to_his_address_over_the_new_name(database: Database) -> None:
    def work(tx: Connection) -> None:
        down(tx, incidents(config(**owed())))
        renamed().not_told(tx, failed(tx, "customer"), NOON + SECOND)
        old, new = notifications(tx, "customer")
        assert (new.person, new.channel, new.address) == (old.person, "post", "chen@acme.example")

    await database.write(work)
