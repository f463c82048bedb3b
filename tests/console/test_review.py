"""The review of a case on the pages of both sides."""

from console.user import Role
from incidents.case import CaseResolved
from tests.console.conftest import LogIn, page, send
from tests.console.world import World

WHY = {"act": "why", "why": "Why was it empty?", "because": "The cache was <full>", "evidence": "graph 7"}
ACTION = {"act": "action", "text": "An alarm", "aim": "detect", "owner": "li", "due_at": "2026-12-01T10:00"}


async def solved(world: World, customer: str = "harbour") -> str:
    case = await world.report("The page stays empty", customer=customer)
    event = CaseResolved(how="Cache emptied")
    await world.database.write(lambda tx: world.caseload.record(tx, case, event, "person:li", world.now, world.now))
    return case


async def test_the_desk_writes_and_the_customer_confirms(world: World, log_in: LogIn) -> None:
    case = await solved(world)
    desk, room = await log_in(name="li"), await log_in(Role.CUSTOMER, "harbour")
    path, theirs = f"/desk/cases/{case}/review", f"/room/harbour/cases/{case}/review"
    assert path in await page(desk, f"/desk/cases/{case}")
    assert "Does this hold for you?" not in await page(room, theirs)
    for said in (WHY, ACTION, {"act": "present", "summary": "The cache was full"}):
        assert await send(desk, path, **said) == (303, path)
    text = await page(desk, path)
    assert "The cache was &lt;full&gt;" in text and "graph 7" in text and "An alarm" in text
    assert "so that it is noticed earlier" in text and "Waits for the customer’s word" in text
    assert theirs in await page(room, "/room/harbour")
    text = await page(room, theirs)
    assert "Does this hold for you?" in text and "Write the review" not in text and "The cache was full" in text
    status, text = await send(room, theirs, home="/room/harbour", act="contest", text="")
    assert status == 422 and "Write what is missing" in text
    assert (await send(room, theirs, home="/room/harbour", act="contest", text="Who looks at it?"))[0] == 303
    assert "Who looks at it?" in await page(desk, path)
    assert (await send(desk, path, act="present", summary="Li looks at it"))[0] == 303
    assert (await send(room, theirs, home="/room/harbour", act="confirm", text=""))[0] == 303
    assert "Write the review" not in await page(desk, path)
    assert "客户已确认" in await page(room, theirs, headers={"Accept-Language": "zh-CN"})


async def test_what_is_missing_is_said_and_what_was_typed_stays(world: World, log_in: LogIn) -> None:
    case = await solved(world)
    desk = await log_in(name="li")
    path = f"/desk/cases/{case}/review"
    status, text = await send(desk, path, **{**WHY, "because": ""})
    assert status == 422 and "Write the answer" in text and "Why was it empty?" in text
    status, text = await send(desk, path, **{**ACTION, "owner": "nobody", "due_at": ""})
    assert status == 422 and "Choose who does it" in text and "Write until when" in text
    status, text = await send(desk, path, act="present", summary="x")
    assert status == 409 and "A review says why it happened" in text


async def test_a_customer_neither_sees_nor_answers_anothers_review(world: World, log_in: LogIn) -> None:
    case = await solved(world, "linden")
    room = await log_in(Role.CUSTOMER, "harbour")
    await page(room, f"/room/harbour/cases/{case}/review", status=404)
    status, _ = await send(room, f"/room/harbour/cases/{case}/review", home="/room/harbour", act="confirm")
    assert status == 404
