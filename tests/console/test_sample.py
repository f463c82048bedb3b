"""The sample of closed cases at the desk."""

from incidents.case import CaseResolved
from incidents.sample import Drawn
from tests.console.conftest import LogIn, page, send
from tests.console.world import World


async def test_what_was_drawn_is_listed_and_read_at_the_desk(world: World, log_in: LogIn) -> None:
    reader, path = await log_in(name="li"), "/desk/sample"
    assert path in await page(reader, "/desk/cases")
    assert "Nothing was drawn yet." in await page(reader, path)
    first, second = await world.report("The page stays empty"), await world.report("It is slow")
    for case in (first, second):
        for event, by in ((CaseResolved(how="done"), "person:li"), (Drawn(turn="2026-10"), "upheld")):
            await world.database.write(
                lambda tx, case=case, event=event, by=by: world.caseload.record(  # type: ignore[misc]
                    tx, case, event, by, world.now, world.now
                )
            )
    assert (await page(reader, path)).count("Waits to be read") == 2
    status, text = await send(reader, path, act="findings", case=first, findings="")
    assert status == 422 and "Write what was found." in text
    status, text = await send(reader, path, act="sound", case="CASE-9")
    assert status == 422 and "Choose a case that waits." in text
    assert await send(reader, path, act="findings", case=first, findings="No <cause>") == (303, path)
    assert await send(reader, path, act="sound", case=second) == (303, path)
    text = await page(reader, path)
    assert "No &lt;cause&gt;" in text and "Sound" in text and "Read a case again" not in text
    text = await page(reader, f"/desk/cases/{first}", headers={"Accept-Language": "zh-CN"})
    assert "被抽入 2026-10 抽查" in text and "已复读：有问题" in text
