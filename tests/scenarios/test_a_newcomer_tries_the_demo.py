"""`upheld demo` as somebody meets it who has read one line: the address, the button, and what follows by itself."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.async_api import Browser, Page, expect

from config.instant import parse_rfc3339
from tests.scenarios import town
from tests.servers.chromium import picture, visit
from tests.servers.process import Demo
from tests.servers.program import until
from tests.servers.warm import command

PICTURES = "UPHELD_PICTURES"
"""Names a folder in which the pictures are kept."""
PATIENCE = town.PATIENCE * 1000
READERS = (("en", 1280), ("zh-CN", 390))
NAMES = {"en": "Web shop", "zh-CN": "网上商城"}
HEADLINES = {"en": "Down: Web shop", "zh-CN": "严重故障：网上商城"}
PUBLIC = (
    "/{language}/",
    "/{language}/incidents/{incident}",
    "/{language}/maintenance",
    "/demo",
    "/demo/mail",
    "/login",
)


@pytest.fixture
def demo(folder: Path) -> Iterator[Demo]:
    with Demo(folder) as started:
        started.wait_until(lambda: "stop it with" in started.output, "it has said what there is")
        yield started


def said(demo: Demo, pattern: str) -> tuple[str, ...]:
    found = re.search(pattern, demo.output)
    assert found is not None, demo.output
    return found.groups()


def asked(demo: Demo, *words: str) -> Any:
    """Another command that looks at the demo's configuration, as the output says one can."""
    done = command([*words, "-c", "upheld-demo/upheld.yaml"], demo.folder, demo.environment)
    assert done.code == 0, done.err
    return done.json()


def last_month() -> str:
    return (datetime.now(UTC).replace(day=1) - timedelta(days=2)).strftime("%Y-%m")


@asynccontextmanager
async def opened(browser: Browser, address: str, **how: Any) -> AsyncIterator[Page]:
    """A page about which the browser has nothing to complain."""
    async with visit(browser, "about:blank", **how) as page:
        complaints: list[str] = []
        page.on("console", lambda one: complaints.append(one.text) if one.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(address, wait_until="load")
        yield page
        assert complaints == []


async def log_in(page: Page, name: str, password: str) -> None:
    await page.locator("input[name=name]").fill(name)
    await page.locator("input[name=password]").fill(password)
    await page.locator("main form button").first.click()


async def test_a_newcomer_breaks_the_shop_and_sees_all_that_follows_and_finds_it_all_the_next_day(
    browser: Browser, demo: Demo
) -> None:
    (address,) = said(demo, r"upheld demo: (http://\S+)")
    desk = said(demo, r"desk: +(\S+) / (\S+)")
    room = said(demo, r"room: +(\S+) / (\S+)")
    async with opened(browser, f"{demo.url}/en/") as public, opened(browser, address) as page:
        await expect(public.locator("h1")).to_have_text("All systems are up")
        await page.get_by_role("button", name="Break it").first.click()
        broken_at = town.now()
        await page.locator("li.done", has_text="The mail to the engineer").wait_for(timeout=PATIENCE)
        await expect(public.locator("h1")).to_have_text(HEADLINES["en"], timeout=PATIENCE)

        (incident,) = asked(demo, "incident", "list", "--json")
        assert incident["component"] == "shop"
        assert 0 < parse_rfc3339(incident["opened_at"]) - broken_at <= 20_000
        await page.locator("li.done a", has_text="The mail to the engineer").click()
        await expect(page.locator("pre.mail")).to_contain_text(f"upheld incident ack {incident['id']}")
        await page.goto(f"{demo.url}/desk")
        await log_in(page, *desk)
        await expect(page.locator("main")).to_contain_text(incident["id"])
        await page.get_by_role("button", name="Acknowledge").first.click()
        await expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0, timeout=PATIENCE)

        await take_pictures(browser, demo, incident["id"], desk, room)
        await page.goto(address)
        await page.get_by_role("button", name="Mend it").click()
        await expect(public.locator("h1")).to_have_text("All systems are up", timeout=PATIENCE)
    assert asked(demo, "incident", "list", "--json") == []
    statement = asked(demo, "statement", "harbour-bank", last_month(), "--format", "json")
    assert (statement["demo"], statement["provisional"]) == (True, False)
    assert {one["component"] for one in statement["components"]} >= {"shop", "payments", "database"}
    assert sum(one["outages"] for one in statement["components"]) > 0
    ends_with_all_its_processes_and_starts_again_where_it_was(demo)


async def take_pictures(
    browser: Browser, demo: Demo, incident: str, desk: tuple[str, ...], room: tuple[str, ...]
) -> None:
    """Every page, wide in one language and narrow in the other: none runs out of the side or speaks the other's."""
    folder = demo.folder / "pictures"
    for language, width in READERS:
        kept = folder / f"{language}-{width}"
        async with opened(browser, f"{demo.url}/{language}/", width=width, language=language) as page:
            await expect(page.locator("h1")).to_have_text(HEADLINES[language])
            for path in PUBLIC:
                await look(page, demo, path.format(language=language, incident=incident), kept, language)
            await log_in(page, *desk)
            await page.wait_for_url("**/desk")
            for path in ("/desk", f"/desk/incidents/{incident}", "/desk/cases"):
                await look(page, demo, path, kept, language)
        async with opened(browser, f"{demo.url}/room/harbour-bank", width=width, language=language) as page:
            await log_in(page, *room)
            await page.wait_for_url("**/room/harbour-bank")
            await look(page, demo, "/room/harbour-bank", kept, language)
            await expect(page.locator("main")).to_contain_text(NAMES[language])
    if PICTURES in os.environ:
        shutil.copytree(folder, os.environ[PICTURES], dirs_exist_ok=True)


async def look(page: Page, demo: Demo, path: str, folder: Path, language: str) -> None:
    answer = await page.goto(demo.url + path, wait_until="load")
    assert answer is not None and answer.status == 200, path
    assert await page.locator("html").get_attribute("lang") == language, path
    viewport = page.viewport_size
    assert viewport is not None
    assert await page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path
    if PICTURES in os.environ:  # nobody looks at them otherwise, and a picture takes the browser half a second
        name = re.sub(r"INC-[0-9-]+", "incident", path).removeprefix(f"/{language}").strip("/").replace("/", "-")
        await picture(page, folder / f"{name or 'page'}.png")


def ends_with_all_its_processes_and_starts_again_where_it_was(demo: Demo) -> None:
    family = demo.family()
    assert len(family) > 1, "the customer's systems are processes of their own"
    assert demo.term() == 0
    assert [one for one in family if one.is_running()] == []

    demo.start()
    demo.wait_ready()
    assert demo.output.count("making the demo's history") == 1
    children = demo.family()[1:]
    assert children
    demo.process.kill()
    demo.process.wait()
    until(lambda: not any(alive(one) for one in children), "the customer's systems have ended")


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
