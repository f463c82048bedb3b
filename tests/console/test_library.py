"""The case library at the desk, and what happened before on the page of an incident and in its call."""

import re

from config.instant import DAY, HOUR, MINUTE
from config.state import State
from incidents.library import LISTED
from incidents.review import WhyAnswered
from incidents.store import case as cases
from notify.store.told import history
from tests.console.conftest import LogIn, page
from tests.console.world import World


async def test_what_was_written_of_a_fault_is_found_and_told_when_it_comes_again(world: World, log_in: LogIn) -> None:
    first = await world.down()
    told = await world.database.read(lambda tx: history(tx, incident=first.id))
    assert told and not [one for one in told if "before" in one.notification.message.text]
    (case, *_) = await world.database.read(lambda tx: cases.of_incident(tx, first.id))
    why = WhyAnswered(rank=1, why="为什么超时？", because="连接池<耗尽>")
    await world.database.write(lambda tx: world.caseload.record(tx, case.id, why, "person:li", world.now, world.now))
    await world.database.write(
        lambda tx: world.incidents.resolve(tx, first.id, "person:li", "Pool enlarged", world.now)
    )
    world.now += HOUR
    await world.news("payments/authorise", State.UP, world.now)
    world.now += 3 * DAY
    again = await world.down()
    assert again.id != first.id
    told = await world.database.read(lambda tx: history(tx, incident=again.id))
    texts = [one.notification.message.text for one in told]
    assert texts and all(first.id in text and "连接池<耗尽>" in text and "Pool enlarged" in text for text in texts)
    reader = await log_in()
    text = await page(reader, f"/desk/incidents/{again.id}")
    assert "This happened before" in text and "连接池&lt;耗尽&gt;" in text and "Pool enlarged" in text
    assert "/desk/library" in await page(reader, "/desk/cases")
    newest = await page(reader, "/desk/library")
    assert f'href="/desk/cases/{case.id}"' in newest and "连接池&lt;耗尽&gt;" in newest
    text = await page(reader, "/desk/library?q=耗尽 支付")
    assert case.id in text and f"/desk/cases/{case.id}/review" in text and "连接池&lt;耗尽&gt;" in text
    assert "No case says so." in await page(reader, "/desk/library?q=%3Cscript%3E")


async def test_the_newest_cases_are_leafed_through_before_anything_is_looked_for(world: World, log_in: LogIn) -> None:
    reader = await log_in()
    text = await page(reader, "/desk/library")
    assert "There is no case yet." in text and "Older cases" not in text
    made = []
    for number in range(LISTED + 2):
        world.now += number % 3 * MINUTE  # some at the same instant
        made.append(await world.report(f"It stays empty, {number}"))

    seen: list[str] = []
    path: str | None = "/desk/library"
    for _ in range(3):
        assert path is not None
        text = await page(reader, path)
        seen += re.findall(r'<th scope="row"><a href="/desk/cases/([\w-]+)"', text)
        assert ("The newest cases" in text) is ("before" in path)
        older = re.search(r'href="(/desk/library\?before=[\w-]+)"', text)
        path = older and older[1]
        if path is None:
            break
    assert (seen, path) == (made[::-1], None)
    assert "更早的工单" in await page(reader, "/desk/library", headers={"Accept-Language": "zh-CN"})
    assert made[-1] in await page(reader, "/desk/library?before=CASE-9"), "of no case: from the newest on"
