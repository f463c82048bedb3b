"""On the desk: alerts are split out of an incident."""

from console.user import Role
from incidents.store import alert as alerts
from incidents.store import incident as incidents
from tests.console.conftest import LogIn, page, send
from tests.console.world import World
from tests.incidents.samples import BY_SERVICE, alert


async def failing(world: World) -> list[int]:
    """Two alerts on the shop, whose check fails too; their numbers."""
    await world.down("shop")
    for key in ("disk", "fan"):
        news = alert(key, at=world.now, labels={"service": "shop", "room": key}, summary=f"the {key} <b>is</b> bad")
        await world.database.write(
            lambda tx, news=news: world.incidents.alert_news(tx, "am", [news], BY_SERVICE, world.now, world.now)  # type: ignore[misc]
        )
    return [one.id for one in await world.database.read(lambda tx: alerts.failing_of(tx, "shop", None, 10))]


async def test_alerts_are_chosen_one_by_one_and_split_out(world: World, log_in: LogIn) -> None:
    disk, fan = await failing(world)
    whole = await world.incident_of("shop")
    assert whole is not None
    reader, path = await log_in(Role.ENGINEER), f"/desk/incidents/{whole.id}"
    text = await page(reader, path)
    assert f'name="alert-{disk}"' in text and "the disk &lt;b&gt;is&lt;/b&gt; bad" in text

    act = {"act": "split_out", "own": "its disk is full"}
    status, text = await send(reader, path, **act)
    assert status == 422 and "Choose at least one alert" in text and "its disk is full" in text
    assert (await send(reader, path, **{**act, "own": "", f"alert-{disk}": "yes"}))[0] == 422
    status, text = await send(reader, path, **act, **{"alert-999999": "yes"})
    assert status == 409 and "No alert of that number fires on it." in text
    assert await send(reader, path, **act, **{f"alert-{disk}": "yes"}) == (303, path)

    (own,) = await world.database.read(lambda tx: incidents.split_of(tx, "shop"))
    text = await page(reader, path)
    assert f"split {own.id} from it" in text and f'name="alert-{disk}"' not in text and f'name="alert-{fan}"' in text
    text = await page(reader, f"/desk/incidents/{own.id}")
    assert f"split from {whole.id}" in text and "its disk is full" in text and "am:disk" in text
    assert "CASE-" in text, "its cases are those of the incident it came from"
    assert f"由 {whole.id} 拆出" in await page(
        reader, f"/desk/incidents/{own.id}", headers={"Accept-Language": "zh-CN"}
    )


async def test_alerts_are_chosen_by_their_labels(world: World, log_in: LogIn) -> None:
    await failing(world)
    whole = await world.incident_of("shop")
    assert whole is not None
    reader, path = await log_in(Role.ENGINEER), f"/desk/incidents/{whole.id}"

    act = {"act": "split_out", "own": "another room"}
    assert (await send(reader, path, **act, fits="room"))[0] == 409
    assert await send(reader, path, **act, fits="room=~fan|disk\nroom!=disk\n") == (303, path)

    (own,) = await world.database.read(lambda tx: incidents.split_of(tx, "shop"))
    assert own.cause == "am:fan"
