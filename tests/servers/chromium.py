"""The distribution's Chromium, driven by Playwright, which sees nothing but this machine."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.servers.program import find_program

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
# What a page is to show is waited for, however slow the machine is: on one that is, five seconds were too few.
expect.set_options(timeout=60_000)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """One browser process, ended afterwards."""
    path = find_program("chromium", "chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def visit(
    browser: Browser, url: str, *, width: int = 1280, language: str = "en", dark: bool = False, script: bool = True
) -> AsyncIterator[Page]:
    """A newcomer with no cookies who opens the page; `width` 390 is a telephone."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900},
        locale=language,
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        device_scale_factor=1,
    )
    try:
        page = await context.new_page()
        await page.goto(url, wait_until="load")
        yield page
    finally:
        await context.close()


async def too_narrow(page: Page, widths: Sequence[int]) -> list[int]:
    """Those of these widths at which something runs out of the page's side."""
    found = []
    for width in widths:
        await page.set_viewport_size({"width": width, "height": 900})
        if await page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(width)
    return found


async def picture(page: Page, file: Path) -> None:
    """The whole page as PNG."""
    file.parent.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=str(file), full_page=True)
