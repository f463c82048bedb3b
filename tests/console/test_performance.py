"""How fast and how well, at the desk."""

from config.instant import MINUTE
from tests.console.conftest import LogIn, page
from tests.console.world import World


async def test_the_desk_shows_times_and_shares_of_the_days_and_the_customer_asked_for(
    world: World, log_in: LogIn
) -> None:
    await world.down("payments")
    world.now += 9 * MINUTE
    reader = await log_in()
    assert "/desk/performance" in await page(reader, "/desk/incidents")
    text = await page(reader, "/desk/performance")
    assert "to acknowledge" in text and ">9 min<" in text.replace("\u202f", " ").replace("\u00a0", " ")
    text = await page(reader, "/desk/performance?customer=linden&from=2026-11-18&to=2026-11-18")
    assert "One incident" in text and "One case" in text
    text = await page(reader, "/desk/performance?to=2026-11-17")
    assert "No incident was opened in this time." in text
    text = await page(reader, "/desk/performance?from=yesterday&customer=nobody", status=422)
    assert "That is no day." in text and "Choose a customer." in text
    assert "The first day comes before" in await page(reader, "/desk/performance?from=2026-11-19", status=422)
    text = await page(reader, "/desk/performance", headers={"Accept-Language": "zh-CN"})
    assert "受理用时" in text and "首次处理即有效" in text
