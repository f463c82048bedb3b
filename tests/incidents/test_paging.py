"""How people are reached, on both databases."""

from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import Connection

from config.instant import HOUR, MINUTE
from config.model import Channel as Written
from config.oncall import Person, Reach
from config.state import State
from db.engine import Database
from incidents.caseload import Caseload
from incidents.paging import Paging
from incidents.service import Incidents
from incidents.store import incident as store
from notify.channel import Channel, Letter, Receipt
from tests.incidents.samples import NOON, WANG, component, config, named, see
from tests.incidents.told import deliver, notifications


async def unsent(options: BaseModel, letter: Letter) -> Receipt:
    raise AssertionError("nothing is sent here")


def kind(address: str | None, **more: Any) -> Channel[Any]:
    return Channel(options=BaseModel, send=unsent, idempotent=True, address=address, **more)


async def test_each_channel_gets_the_address_it_needs_and_a_pager_hears_of_the_answer(database: Database) -> None:
    kinds = {"mail": kind("email"), "sms": kind("phone"), "chat": kind(None), "pager": kind(None, follows=True)}
    ways = (Reach(channel="mail"), Reach(channel="sms"), Reach(channel="chat", address="-100"), Reach(channel="pager"))
    li = Person(id="li", name="Li", email="li@example.com", phone="13800138000", reach=ways)
    written = config(people=named((li, WANG)))
    paging = Paging(written, "log", kinds)
    made = Incidents(written, paging, Caseload(written, paging))

    def work(tx: Connection) -> None:
        see(tx, made, {"shop/home": State.UP, "shop/api": State.UP}, NOON - HOUR, NOON - HOUR)
        see(tx, made, {"shop/home": State.DOWN}, NOON - MINUTE, NOON)
        deliver(tx, "li")
        opened = store.newest_of(tx, "shop")
        assert opened is not None
        made.acknowledge(tx, opened.id, "person:li", NOON + MINUTE, "command")

    await database.write(work)

    told = await database.read(lambda tx: notifications(tx, "page"))
    assert [(one.channel, one.address) for one in told] == [
        ("mail", "li@example.com"),
        ("sms", "13800138000"),
        ("chat", "-100"),
        ("pager", ""),
    ]
    [followed] = await database.read(lambda tx: notifications(tx, "resolved"))
    assert (followed.channel, followed.message.facts["event"]) == ("pager", "incident.acknowledged")


@pytest.mark.parametrize(
    ("written", "abroad", "says"),
    [
        ({}, False, True),
        ({}, True, False),
        ({"names": "allowed"}, True, True),
        ({"names": "ids"}, False, False),
        ({"abroad": True}, False, False),
        ({"abroad": False}, True, True),
    ],
)
async def test_what_leaves_the_country_says_ids_instead_of_names(
    database: Database, written: dict[str, Any], abroad: bool, says: bool
) -> None:
    li = Person(id="li", name="Li", email="li@example.com", language="en", reach=(Reach(channel="chat"),))
    shop = component("shop", "home", "api").model_copy(update={"name": "Harbour Bank's shop", "owner": "wang"})
    made_of = config(
        shop,
        people=named((li, WANG)),
        channels=named((Written.model_validate({"id": "chat", "kind": "x", **written}),)),
    )
    paging = Paging(made_of, "log", {"chat": kind(None, abroad=abroad)})
    made = Incidents(made_of, paging, Caseload(made_of, paging))

    def work(tx: Connection) -> None:
        see(tx, made, {"shop/home": State.UP, "shop/api": State.UP}, NOON - HOUR, NOON - HOUR)
        see(tx, made, {"shop/home": State.DOWN}, NOON - MINUTE, NOON)
        deliver(tx, "li")
        see(tx, made, {"shop/home": State.UP, "shop/api": State.UP}, NOON, NOON + MINUTE)

    await database.write(work)

    told = await database.read(lambda tx: notifications(tx, "page") + notifications(tx, "resolved"))
    assert len(told) == 2
    for one in told:
        text = f"{one.message.subject} {one.message.text} {one.message.facts}"
        assert ("Harbour Bank" in text, "Wang" in text) == (says, says)
        assert one.message.facts["component"] == "shop"
        assert "shop" in one.message.subject
