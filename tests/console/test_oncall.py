"""The desk's page of who is on call: what it shows, and what its form brings about."""

from config.instant import DAY, HOUR
from console.user import Role
from incidents.rota import Deed
from incidents.store import duty
from tests.console.conftest import LogIn, page, send
from tests.console.world import NOW, PASSWORD, World

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


async def test_whoever_can_be_asked_nowhere_is_not_asked_and_who_is_nobody_is_offered_nothing(
    world: World, log_in: LogIn
) -> None:
    stranger = await log_in(Role.ENGINEER)
    assert "Ask for a change of shifts" not in await page(stranger, PLAN)
    await world.user("lili", Role.ENGINEER, person="li")
    await stranger.post("/login", data={"name": "lili", "password": PASSWORD}, allow_redirects=False)
    shown = await page(stranger, PLAN)
    assert await send(stranger, PLAN, home=PLAN, act="renew") == (303, PLAN)
    assert await world.database.read(lambda tx: duty.renewed(tx, "li")) == 1 and "/oncall/" not in shown
    asked = {"act": "ask", "swap_rota": "primary", "other": "wang", "swap_reason": "a wedding"}
    assert "Ask for a change of shifts" in await page(stranger, PLAN)
    assert "Wang Fang is asked" in await page(stranger, f"{PLAN}?asked=wang")
    assert 'role="status"' not in await page(stranger, f"{PLAN}?asked=nobody")
    assert (await send(stranger, PLAN, home=PLAN, **{**asked, "other": "nobody"}))[0] == 422
    assert (await send(stranger, PLAN, home=PLAN, **{**asked, "swap_reason": "x" * 201}))[0] == 422
    status, text = await send(stranger, PLAN, home=PLAN, **asked)
    assert status == 409 and "as no shift that begins within a year" in text, "only li serves this rota"


async def test_a_change_is_taken_back(world: World, log_in: LogIn) -> None:
    reader = await log_in(Role.ENGINEER)
    await send(reader, PLAN, home=PLAN, **CHANGE, end="2026-11-19T09:00")

    assert (await send(reader, PLAN, home=PLAN, act="withdraw", id="²", withdrawal="well again"))[0] == 422
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
