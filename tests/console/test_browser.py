"""The pages in a real browser: what somebody typed without a space does not push them apart."""

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser

from console.user import Role
from tests.console.world import PASSWORD, World
from tests.servers.chromium import too_narrow, visit

WORD = "https://shop.example.com/?" + "q" * 170


@pytest.mark.parametrize(
    ("role", "paths"), [(Role.ENGINEER, ["/desk", "/desk/cases"]), (Role.CUSTOMER, ["/room/harbour"])]
)
async def test_a_word_without_an_end_stays_inside_the_page(
    browser: Browser, world: World, role: Role, paths: list[str]
) -> None:
    await world.report(WORD)
    await world.user("reader", role, "harbour" if role is Role.CUSTOMER else None)
    async with TestServer(world.app()) as server, visit(browser, str(server.make_url("/login"))) as page:
        await page.fill("input[name=name]", "reader")
        await page.fill("input[name=password]", PASSWORD)
        await page.click("main button")
        for path in paths:
            await page.goto(str(server.make_url(path)))
            assert WORD in await page.inner_text("main")
            assert await too_narrow(page, (390, 1280)) == [], path
