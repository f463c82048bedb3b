"""Findings of audits at the desk: recorded there, closed on the review page of the case."""

from console.user import Role
from tests.console.conftest import LogIn, page, send
from tests.console.world import World

FOUND = {"customer": "harbour", "grade": "major", "title": "Leavers <can> log in", "source": "Audit 7", "clause": "A.9"}


async def test_the_desk_records_a_finding_and_closes_it_on_its_review(world: World, log_in: LogIn) -> None:
    reader, path = await log_in(name="li"), "/desk/findings"
    assert path in await page(reader, "/desk/cases")
    assert "No audit has found anything yet." in await page(reader, path)
    status, text = await send(reader, path, **{**FOUND, "clause": "", "grade": "grave"})
    assert status == 422 and "Write which clause." in text and "Choose how grave it is." in text
    status, review = await send(reader, path, **FOUND)
    assert status == 303 and review.endswith("/review")
    text = await page(reader, review)
    assert "Audit 7; A.9; Major nonconformity" in text and "Close the finding" in text
    status, text = await send(reader, review, act="close", evidence="")
    assert status == 422 and "Write where it can be seen." in text
    status, text = await send(reader, review, act="close", evidence="List")
    assert status == 409 and "A finding is closed by what was done; agree a corrective action." in text
    text = await page(reader, path)
    assert "Leavers &lt;can&gt; log in" in text and "0 of 0 done" in text
    text = await page(reader, review.removesuffix("/review"), headers={"Accept-Language": "zh-CN"})
    assert "审计发现：严重不符合" in text
    room = await log_in(Role.CUSTOMER, "harbour")
    text = await page(room, review.replace("/desk", "/room/harbour"))
    assert "Audit 7" in text and "Close the finding" not in text
