"""The desk's page of who is on call: what it shows, and what its form brings about."""

from config.instant import DAY, HOUR
from console.user import Role
from incidents.rota import Deed
from incidents.store import duty
from tests.console.conftest import LogIn, page, send
from tests.console.world import NOW, World

PLAN = "/desk/oncall"
CHANGE = {"act": "override", "rota": "primary", "deed": "replace", "person": "wang", "reason": "ill"}


async def test_it_shows_who_is_on_call_now_and_changes_it(world: World, log_in: LogIn) -> None:
    reader = await log_in(Role.ENGINEER)
    assert "Li Wei" in await page(reader, PLAN)

    assert await send(reader, PLAN, home=PLAN, **CHANGE, end="2026-11-19T09:00") == (303, PLAN)

    (made,) = await world.database.read(lambda tx: duty.changes(tx, NOW, NOW + DAY))
    assert (made.deed, made.person, made.instead_of, made.start, made.reason) == (
        Deed.REPLACE,
        "wang",
        None,
        NOW,
        "ill",
    )
    text = await page(reader, PLAN)
    assert "Wang Fang for everybody" in text and "ill" in text
    assert "On call: <b>Wang Fang</b>" in await page(reader, "/desk")


async def test_a_change_is_taken_back(world: World, log_in: LogIn) -> None:
    reader = await log_in(Role.ENGINEER)
    await send(reader, PLAN, home=PLAN, **CHANGE, end="2026-11-19T09:00")

    assert await send(reader, PLAN, home=PLAN, act="withdraw", id="1", withdrawal="well again") == (303, PLAN)

    assert "withdrawn" in await page(reader, PLAN)
    assert "On call: <b>Li Wei</b>" in await page(reader, "/desk")


async def test_what_cannot_be_is_said_and_nothing_changes(world: World, log_in: LogIn) -> None:
    reader = await log_in(Role.ENGINEER)

    assert (await send(reader, PLAN, home=PLAN, **CHANGE, end="2020-01-01T09:00"))[0] == 422
    assert (await send(reader, PLAN, home=PLAN, **{**CHANGE, "person": "nobody"}, end="2026-11-19T09:00"))[0] == 422
    assert (await send(reader, PLAN, home=PLAN, **{**CHANGE, "reason": ""}, end="2026-11-19T09:00"))[0] == 422
    status, text = await send(reader, PLAN, home=PLAN, act="withdraw", id="7", withdrawal="why")
    assert status == 409 and "There is no change 7" in text
    assert await world.database.read(lambda tx: duty.changes(tx, NOW - HOUR, NOW + DAY)) == ()


async def test_it_speaks_chinese_and_offers_no_form_to_who_only_looks(log_in: LogIn) -> None:
    reader = await log_in(Role.AUDITOR)

    text = await page(reader, PLAN, headers={"Accept-Language": "zh-CN"})

    assert "现在及未来 14 天" in text and "变更值班" not in text
