"""The page in a real browser: it turns by itself, needs no script, fits every width, breaks no policy."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from config.instant import MINUTE
from db.engine import Database, open_database
from statuspage.plan import plan_of
from statuspage.service import Pages
from tests.conftest import Templates
from tests.servers.chromium import too_narrow, visit
from tests.statuspage.harbour import NOW
from tests.statuspage.house import CONFIG, Clock, begins, breaks, served

WIDTHS = (320, 390, 768, 1280)


class Shown:
    """Pages under an address, and the store behind them."""

    def __init__(self, database: Database, pages: Pages, address: str, clock: Clock) -> None:
        self.database = database
        self.pages = pages
        self.address = address
        self.clock = clock


@pytest.fixture
async def shown(templates: Templates) -> AsyncIterator[Shown]:
    database = await open_database(templates.sqlite())
    clock = Clock()
    try:
        await database.write(begins)
        pages = Pages(database, plan_of(CONFIG, demo=True), clock, clock)
        await pages.refresh()
        async with served(pages) as address:
            yield Shown(database, pages, address, clock)
    finally:
        await database.close()


def complaints(page: Page) -> list[str]:
    """Everything the browser objects to from now on."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


async def turn(shown: Shown) -> None:
    """The payment API goes down."""
    await shown.database.write(lambda tx: breaks(tx, NOW))
    shown.clock.now += MINUTE
    await shown.pages.refresh()


async def test_the_page_turns_by_itself_and_says_so_to_those_who_listen(browser: Browser, shown: Shown) -> None:
    async with visit(browser, f"{shown.address}/en/") as page:
        found = complaints(page)
        await page.reload()
        assert await page.inner_text("h1") == "All systems are up"
        await expect(page.locator("#age")).to_have_text(re.compile("ago$"))
        await turn(shown)
        await expect(page.locator("h1")).to_have_text("Down: Payment API")
        assert await page.inner_text("#live") == "Down: Payment API"
        assert await page.title() == "Down – Harbour Bank system status"
        assert "%23780b29" in (await page.get_attribute("link[rel=icon]", "href") or "")
        assert await page.get_attribute("#d-payments", "open") is not None
        assert found == []


async def test_what_a_reader_opened_stays_open_when_the_page_turns(browser: Browser, shown: Shown) -> None:
    await turn(shown)
    async with visit(browser, f"{shown.address}/en/") as page:
        await page.click("#d-payments summary")
        assert await page.get_attribute("#d-payments", "open") is None
        before = shown.pages.revision("/")
        shown.clock.now += MINUTE
        await shown.pages.refresh()
        assert shown.pages.revision("/") != before
        await expect(page.locator(".meta").first).to_contain_text("3\u00a0min")
        assert await page.get_attribute("#d-payments", "open") is None


async def test_without_script_everything_is_there(browser: Browser, shown: Shown) -> None:
    await turn(shown)
    async with visit(browser, f"{shown.address}/", language="zh-CN", script=False) as page:
        assert await page.inner_text("h1") == "严重故障：支付接口"
        assert "演示数据" in await page.inner_text("header")
        assert "返回错误，仍在进行" in await page.inner_text("#d-payments")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_nothing_runs_out_of_the_side(browser: Browser, shown: Shown, language: str) -> None:
    await turn(shown)
    for path in ("", "incidents/INC-2026-0001", "history/2026-11", "maintenance", "nothing"):
        async with visit(browser, f"{shown.address}/{language}/{path}") as page:
            assert await too_narrow(page, WIDTHS) == [], path
