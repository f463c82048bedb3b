"""On the desk: two incidents become one, and two again."""

from console.user import Role
from tests.console.conftest import LogIn, page, send
from tests.console.world import World


async def test_two_incidents_are_merged_and_split_at_the_desk(world: World, log_in: LogIn) -> None:
    whole, part = await world.down("payments"), await world.down("shop")
    reader = await log_in(Role.ENGINEER)
    path, other = (f"/desk/incidents/{one.id}" for one in (part, whole))
    same = {"act": "merge", "same": "the same switch"}

    assert (await send(reader, path, **same, into=""))[0] == 422
    status, text = await send(reader, path, **same, into=part.id)
    assert status == 409 and "An incident is no part of itself." in text
    status, text = await send(reader, path, **same, into="INC-2026-9999")
    assert status == 409 and "There is no such incident." in text and "the same switch" in text
    assert await send(reader, path, **same, into=whole.id) == (303, path)

    assert await send(reader, other, act="acknowledge") == (303, other)
    text = await page(reader, path)
    assert f"part of {whole.id}" in text and "Part of another one" in text and "merged it into" in text
    assert f"with {part.id}" in await page(reader, other)
    assert "Part of another one" in await page(reader, "/desk")
    assert (await send(reader, path, act="resolve", reason="over"))[0] == 409

    assert await send(reader, path, act="split", apart="its disk is full") == (303, path)
    assert "split it off again" in await page(reader, path)
    assert "已并入" not in await page(reader, other, headers={"Accept-Language": "en"})
