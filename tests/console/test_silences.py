"""The desk's page of silences: what it shows, and what its form brings about."""

from console.user import Role
from incidents.store import silence as silences
from tests.console.conftest import LogIn, page, send
from tests.console.world import World

PAGE = "/desk/silences"
ADD = {"act": "add", "matchers": 'component=payments\r\nsource="probe"', "reason": "moved", "end": "2026-11-19T09:00"}


async def test_what_is_silenced_is_shown_with_what_it_holds_until_somebody_ends_it(world: World, log_in: LogIn) -> None:
    incident = await world.down()
    reader = await log_in(Role.ENGINEER)

    assert await send(reader, PAGE, home=PAGE, **ADD, worst_too="yes") == (303, PAGE)

    text = await page(reader, PAGE)
    assert "component=&#34;payments&#34;" in text and f">{incident.id}</a>" in text and "severity 1, too" in text
    assert "Calls held by silence 1" in await page(reader, f"/desk/incidents/{incident.id}")
    assert "Calls held by silence 1" in await page(reader, "/desk")

    assert await send(reader, PAGE, home=PAGE, act="end", id="1", ending="done") == (303, PAGE)

    assert "ended" in await page(reader, PAGE)
    assert "it is told again" in await page(reader, f"/desk/incidents/{incident.id}")


async def test_what_cannot_be_is_said_and_nothing_is_silenced(world: World, log_in: LogIn) -> None:
    reader = await log_in(Role.ENGINEER)

    assert (await send(reader, PAGE, home=PAGE, **{**ADD, "end": ""}))[0] == 422
    assert (await send(reader, PAGE, home=PAGE, **{**ADD, "reason": ""}))[0] == 422
    status, text = await send(reader, PAGE, home=PAGE, **{**ADD, "matchers": "host!=x"})
    assert status == 409 and "What fits everything silences too much" not in text and "component=shop" in text
    assert (await send(reader, PAGE, home=PAGE, act="end", id="7", ending="why"))[0] == 409
    assert (await send(reader, PAGE, home=PAGE, act="end", id="²", ending="why"))[0] == 422
    assert await world.database.read(lambda tx: silences.newest(tx, 9)) == ()
