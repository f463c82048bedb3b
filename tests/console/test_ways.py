"""The ways to people on the desk: tried by a button, proven by a code that came, and called untried where they are."""

import re

import pytest
from sqlalchemy import Connection, select

from console import words
from console.user import Role
from db.tables.notify import notification
from notify.decision import State
from notify.message import Purpose
from notify.outbox import notification_of
from tests.console.conftest import LogIn, page, send
from tests.console.world import World

LI = {"channel": "mail", "person": "li"}


def sent(tx: Connection) -> list[str]:
    rows = tx.execute(select(notification).where(notification.c.purpose == Purpose.PROOF.value))
    return [notification_of(row).message.subject for row in rows]


async def test_a_way_is_tried_and_proven_at_the_desk(world: World, log_in: LogIn) -> None:
    reader = await log_in(name="li")
    shown = await page(reader, "/desk/ways")
    assert shown.count("<b>never</b>") == 2 and "li@example.com" in shown

    assert (await send(reader, "/desk/ways", home="/desk/ways", act="test", **LI))[0] == 303
    assert "being sent" in await page(reader, "/desk/ways")
    world.now += 1000
    assert (await send(reader, "/desk/ways", home="/desk/ways", act="ask", **LI))[0] == 303
    (code,) = re.findall(r"\d{6}", " ".join(await world.database.read(sent)))

    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    status, said = await send(reader, "/desk/ways", home="/desk/ways", act="prove", code=wrong, **LI)
    assert status == 409 and "that is not the code" in said
    assert (await send(reader, "/desk/ways", home="/desk/ways", act="prove", code=code, **LI))[0] == 303
    after = await page(reader, "/desk/ways")
    assert after.count("<b>never</b>") == 1 and "14:32" in after

    await world.deliver()
    assert "taken by the receiver" in await page(reader, "/desk/ways")
    status, said = await send(reader, "/desk/ways", home="/desk/ways", act="test", channel="mail", person="eve")
    assert status == 409 and "no person" in said
    assert {one.value for one in State} == words.BECAME.keys()


async def test_the_plan_says_whose_ways_nobody_tried(world: World, log_in: LogIn) -> None:
    shown = await page(await log_in(Role.AUDITOR), "/desk/oncall")
    assert shown.count("A channel that nobody has tried") == 2 and 'href="/desk/ways"' in shown


@pytest.mark.parametrize(
    ("path", "over"), [("silences", "oncall"), ("ways", "oncall"), ("drills", "incidents"), ("library", "cases")]
)
async def test_a_page_without_an_entry_shows_where_it_stands(world: World, log_in: LogIn, path: str, over: str) -> None:
    reader = await log_in(name="li")
    assert f'href="/desk/{over}" aria-current="page"' in await page(reader, f"/desk/{path}")
