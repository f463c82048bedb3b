"""The demo's pages take orders from nobody but their own reader."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pytest_aiohttp.plugin import AiohttpClient

from tests.upheld.house import Reader, house
from upheld.demo.mailbox import Mailbox
from upheld.demo.pages import DemoPages, linked
from upheld.web import application


class Orders:
    """What the customer's systems were told."""

    def __init__(self) -> None:
        self.given: list[str] = []

    async def __call__(self, order: str) -> None:
        self.given.append(order)


@asynccontextmanager
async def demo(folder: Path, client: AiohttpClient, orders: Orders) -> AsyncIterator[Reader]:
    async with house(folder) as opened:
        pages = DemoPages(opened, Mailbox(), orders, {"demo": "secret", "harbour": "secret"})
        yield await client(application(opened, pages.routes()))


async def test_a_click_breaks_and_another_mends(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    orders = Orders()
    async with demo(tmp_path, aiohttp_client, orders) as reader:
        headers = {"Sec-Fetch-Site": "same-origin"}
        broken = await reader.post("/demo/break/shop", headers=headers, allow_redirects=False)
        assert (broken.status, broken.headers["Location"]) == (303, "/demo")
        busy = await reader.get("/demo", headers={"Accept-Language": "en"})
        assert "Mend it" in await busy.text()
        assert busy.headers["Refresh"] == "1"
        await reader.post("/demo/mend/shop", headers=headers)
        assert orders.given == ["break shop", "mend shop"]
        assert (await reader.post("/demo/break/nothing", headers=headers)).status == 404


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://elsewhere"}]
)
async def test_a_page_elsewhere_breaks_nothing_through_the_readers_browser(
    tmp_path: Path, aiohttp_client: AiohttpClient, headers: dict[str, str]
) -> None:
    orders = Orders()
    async with demo(tmp_path, aiohttp_client, orders) as reader:
        assert (await reader.post("/demo/break/shop", headers=headers)).status == 403
        assert orders.given == []


@pytest.mark.parametrize(("language", "word"), [("en", "Break something."), ("zh-CN", "停")])
async def test_it_speaks_both_languages(
    tmp_path: Path, aiohttp_client: AiohttpClient, language: str, word: str
) -> None:
    async with demo(tmp_path, aiohttp_client, Orders()) as reader:
        asked = await (await reader.get("/demo", headers={"Accept-Language": language})).text()
        chosen = await (await reader.get(f"/demo?lang={language}")).text()
        assert word in asked and word in chosen
        assert f'<html lang="{language}"' in asked
        assert (await reader.get("/demo/mail", headers={"Accept-Language": language})).status == 200
        assert (await reader.get("/demo/mail/99", allow_redirects=False)).status == 303


def test_addresses_in_a_mail_can_be_followed_and_nothing_else_is_markup() -> None:
    text = linked("免登录确认：http://127.0.0.1:8080/answer/aB-1\n<b>http://127.0.0.1/?a=1&b=2</b>")
    assert text.count("<a ") == 2 and '<a href="http://127.0.0.1:8080/answer/aB-1">' in text
    assert "&lt;b&gt;" in text and 'href="http://127.0.0.1/?a=1&amp;b=2"' in text
