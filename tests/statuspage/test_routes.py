"""The pages as they are served: from the store on both databases to the bytes a reader gets."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from xml.etree.ElementTree import fromstring

import aiohttp
import pytest

from config.agreement import Category
from config.instant import DAY, MINUTE
from config.state import State
from db.engine import Database
from sla.exclusions import Exclusions
from sla.proposal import Proposed
from statuspage import store
from statuspage.plan import plan_of
from statuspage.service import Pages
from tests.statuspage.harbour import NOW
from tests.statuspage.house import CONFIG, Clock, begins, breaks, comes_into, is_mended, opens, served

INCIDENT = "INC-2026-0001"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def pages(database: Database, clock: Clock) -> AsyncIterator[Pages]:
    await database.write(begins)
    made = Pages(database, plan_of(CONFIG), clock, clock)
    await made.refresh()
    yield made
    made.stop()


@pytest.fixture
async def client(pages: Pages) -> AsyncIterator[aiohttp.ClientSession]:
    async with served(pages) as address, aiohttp.ClientSession(base_url=address, auto_decompress=False) as session:
        yield session


async def text(client: aiohttp.ClientSession, path: str, status: int = 200, language: str = "en") -> str:
    async with client.get(path, headers={"Accept-Language": language, "Accept-Encoding": "identity"}) as answer:
        assert answer.status == status
        return await answer.text()


async def test_the_page_turns_with_the_store(
    database: Database, pages: Pages, clock: Clock, client: aiohttp.ClientSession
) -> None:
    assert "All systems are up" in await text(client, "/")
    await database.write(lambda tx: breaks(tx, NOW))
    clock.now += MINUTE
    await pages.refresh()
    page = await text(client, "/en/")
    assert "Down: Payment API" in page
    assert f'href="/en/incidents/{INCIDENT}"' in page
    assert "The engineer on duty has been called." in page
    assert "10.0.0.7" not in page
    await database.write(lambda tx: is_mended(tx, NOW + 10 * MINUTE))
    clock.now = NOW + 11 * MINUTE
    await pages.refresh()
    assert "All systems are up" in await text(client, "/en/")
    incident = await text(client, f"/en/incidents/{INCIDENT}")
    assert "Payment API works again since 14:42, after 11\u00a0min." in incident
    assert "hunter2" not in incident


async def test_the_reader_s_language_decides_where_the_address_does_not(client: aiohttp.ClientSession) -> None:
    assert "所有系统运行正常" in await text(client, "/", language="zh-TW,zh;q=0.9")
    assert "All systems are up" in await text(client, "/", language="en-GB")
    assert "所有系统运行正常" in await text(client, "/zh-CN/", language="en")


async def test_history_and_planned_work(database: Database, pages: Pages, client: aiohttp.ClientSession) -> None:
    await database.write(lambda tx: breaks(tx, NOW - MINUTE))
    await pages.refresh()
    assert "1 incident." in await text(client, "/en/history/2026-11")
    assert "No incident in October 2026." in await text(client, "/en/history/2026-10")
    assert "Web shop: new shelves" in await text(client, "/en/maintenance")
    await text(client, "/en/history/2031-01", status=404)


async def test_work_that_people_plan_is_shown_until_it_is_withdrawn(
    database: Database, pages: Pages, client: aiohttp.ClientSession
) -> None:
    move = Proposed(
        components=("payments",),
        category=Category.MAINTENANCE,
        start=NOW + DAY,
        end=NOW + 2 * DAY,
        text="move racks",
    )
    plans = Exclusions(CONFIG)
    made = await database.write(lambda tx: plans.propose(tx, move, "person:li", NOW))
    await pages.refresh()
    assert "Payment API: move racks" in await text(client, "/en/maintenance")
    assert "move racks" in await text(client, "/api/v2/scheduled-maintenances/upcoming.json")
    await database.write(lambda tx: plans.withdraw(tx, made.id, "not needed", "person:li", NOW))
    await pages.refresh()
    assert "move racks" not in await text(client, "/en/maintenance")
    assert "move racks" not in await text(client, "/api/v2/summary.json")


async def test_an_incident_older_than_the_page_is_still_found(
    database: Database, pages: Pages, client: aiohttp.ClientSession
) -> None:
    await database.write(lambda tx: opens(tx, "INC-2025-0007", "shop", NOW - 200 * DAY))
    assert "INC-2025-0007" in await text(client, "/en/incidents/INC-2025-0007")


async def test_each_page_keeps_its_own_components_to_itself(
    database: Database, pages: Pages, client: aiohttp.ClientSession
) -> None:
    await database.write(lambda tx: opens(tx, "INC-2026-0009", "secret", NOW))
    await pages.refresh()
    for path in ("/en/", "/api/v2/summary.json", "/en/feed.atom", "/en/maintenance", "/en/history/2026-11"):
        assert "Inner works" not in await text(client, path)
    await text(client, "/en/incidents/INC-2026-0009", status=404)
    assert "Inner works" in await text(client, "/en/inner/incidents/INC-2026-0009")
    assert "Down: Inner works" in await text(client, "/en/inner/")


async def test_documents_badges_and_the_feed(client: aiohttp.ClientSession) -> None:
    for path in ("summary", "status", "components", "incidents", "incidents/unresolved", "scheduled-maintenances"):
        async with client.get(f"/api/v2/{path}.json", headers={"Accept-Encoding": "identity"}) as answer:
            assert answer.status == 200
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert (await answer.json())["page"]["name"] == "Harbour Bank"
    badge = await text(client, "/badge/shop.svg")
    assert fromstring(badge).attrib["aria-label"] == "Web shop: Up"
    assert "正常" in await text(client, "/badge/shop.svg?lang=zh-CN")
    assert '"schemaVersion":1' in await text(client, "/badge/shop.json")
    await text(client, "/badge/nobody.svg", status=404)
    assert fromstring(await text(client, "/en/feed.atom")).tag == "{http://www.w3.org/2005/Atom}feed"
    await text(client, "/api/v2/nothing.json", status=404)


async def test_what_the_reader_has_is_not_sent_again(client: aiohttp.ClientSession) -> None:
    async with client.get("/en/", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "All systems are up" in gzip.decompress(await answer.read()).decode()
        tag = answer.headers["ETag"]
    async with client.get("/en/", headers={"If-None-Match": f'"old", W/{tag}'}) as answer:
        assert answer.status == 304
        assert await answer.read() == b""


async def test_every_answer_carries_the_policy_and_no_page_allows_inline(client: aiohttp.ClientSession) -> None:
    for path in ("/", "/en/maintenance", "/nothing", "/api/v2/status.json"):
        async with client.get(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_files_are_kept_for_ever_and_only_under_their_own_name(client: aiohttp.ClientSession) -> None:
    page = await text(client, "/en/")
    name = page.split('src="/static/')[1].split('"')[0]
    async with client.get(f"/static/{name}") as answer:
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]
    await text(client, "/static/page.js", status=404)
    await text(client, "/static/..%2fstore.py", status=404)


async def test_whatever_a_reader_asks_for_after_a_quiet_time_is_made_first(
    database: Database, pages: Pages, clock: Clock, client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "fresh", pages.refresh)
    await database.write(lambda tx: breaks(tx, NOW))
    assert '"Down"' in await text(client, "/badge/payments.json")
    clock.now += MINUTE
    await database.write(lambda tx: is_mended(tx, NOW + MINUTE))
    assert "All systems are up" in await text(client, "/en/")
    before = pages.revision("/")
    await database.write(lambda tx: comes_into(tx, "shop", State.DOWN, NOW))
    async with client.get(f"/events?page=/&since={before}") as stream:
        await stream.content.readuntil(b"\n\n")
        assert b"event: changed" in await stream.content.readuntil(b"\n\n")


@pytest.mark.parametrize(
    "path", ["/nothing", "/incidents/%3Cscript%3E", "/en/incidents/INC-0000", "/%00", "/%ff%fe", "/" + "a" * 4000]
)
async def test_what_is_not_there_is_said_in_both_languages(client: aiohttp.ClientSession, path: str) -> None:
    page = await text(client, path, status=404)
    assert "There is no such page" in page
    assert "没有这个页面" in page


async def test_a_reader_is_told_that_the_page_has_changed(
    database: Database, pages: Pages, client: aiohttp.ClientSession
) -> None:
    async with client.get(f"/events?page=/&since={pages.revision('/')}") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        lines = stream.content
        assert await lines.readuntil(b"\n\n") == f"retry: 3000\nevent: hello\ndata: {NOW}\n\n".encode()
        await database.write(lambda tx: breaks(tx, NOW))
        await pages.refresh()
        revision = pages.revision("/")
        assert await lines.readuntil(b"\n\n") == f"id: {revision}\nevent: changed\ndata: {revision}\n\n".encode()
        pages.stop()
        assert await lines.read() == b""
    assert len(pages.streams) == 0


async def test_one_who_comes_back_late_is_told_at_once(pages: Pages, client: aiohttp.ClientSession) -> None:
    async with client.get("/events?page=/", headers={"Last-Event-ID": "long-ago"}) as stream:
        await stream.content.readuntil(b"\n\n")
        assert b"event: changed" in await stream.content.readuntil(b"\n\n")


async def test_a_reader_of_a_page_that_is_not_there_is_told_not_to_come_again(client: aiohttp.ClientSession) -> None:
    async with client.get("/events?page=/nothing") as answer:
        assert answer.status == 204


async def test_the_age_alone_is_no_change(pages: Pages, clock: Clock) -> None:
    before = pages.revision("/")
    clock.now += MINUTE
    await pages.refresh()
    assert pages.revision("/") == before


async def test_changes_wake_the_pages_and_stop_ends_them(database: Database, pages: Pages) -> None:
    running = asyncio.create_task(pages.run())
    before = pages.revision("/")
    await database.write(lambda tx: breaks(tx, NOW))
    pages.changed()
    async with asyncio.timeout(60):
        while pages.revision("/") == before:
            await asyncio.sleep(0.02)
        pages.stop()
        await running


async def test_a_back_dated_change_finds_its_place(database: Database, pages: Pages, clock: Clock) -> None:
    await database.write(lambda tx: comes_into(tx, "shop", State.DOWN, NOW - 10 * MINUTE))
    await pages.refresh()
    await database.write(lambda tx: comes_into(tx, "shop", State.UP, NOW - 8 * MINUTE))
    await database.write(lambda tx: comes_into(tx, "shop", State.UNKNOWN, NOW - 20 * MINUTE))
    clock.now += 2 * DAY
    await pages.refresh()
    facts = pages.facts("/")
    assert facts is not None
    found = [change.state for change in facts.components["shop"].changes]
    assert found == ["up", "unknown", "down", "up"]


async def test_the_store_gives_only_what_is_new(database: Database) -> None:
    await database.write(begins)
    newest = await database.read(store.newest_change)
    await database.write(lambda tx: comes_into(tx, "shop", State.DOWN, NOW))
    found = await database.read(lambda tx: store.changes_after(tx, newest, NOW - DAY))
    assert [(one.component, one.change.state) for one in found] == [("shop", "down")]
    carried = await database.read(lambda tx: store.standing_before(tx, NOW))
    assert {one.component: one.change.state for one in carried} == dict.fromkeys(CONFIG.components, "up")
