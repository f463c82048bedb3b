"""Drills at the desk: begun there, marked as what they are, ended with a result."""

from tests.console.conftest import LogIn, page, send
from tests.console.world import World


async def test_the_desk_begins_a_drill_and_ends_it_with_its_result(world: World, log_in: LogIn) -> None:
    reader = await log_in(name="li")
    assert "/desk/drills" in await page(reader, "/desk/incidents")
    assert "There has been no drill yet." in await page(reader, "/desk/drills")
    status, text = await send(reader, "/desk/drills", component="nothing")
    assert status == 422 and "Choose a component." in text
    status, place = await send(reader, "/desk/drills", component="payments")
    assert (status, place) == (303, "/desk/incidents/DRILL-2026-0001")
    status, text = await send(reader, "/desk/drills", component="payments")
    assert status == 409 and "end it first, with its result." in text
    text = await page(reader, place)
    assert "Drill: Payment API: A drill" in text and "How the drill went" in text and "customer concerned" not in text
    assert "Drill: Payment API" in await page(reader, "/desk")
    await send(reader, place, act="acknowledge")
    await send(reader, place, act="resolve", reason="Good <and> fast")
    text = await page(reader, "/desk/drills")
    assert "Good &lt;and&gt; fast" in text and "Li Wei, after 0" in text
    assert "演练：支付接口" in await page(reader, "/desk/incidents", headers={"Accept-Language": "zh-CN"})
