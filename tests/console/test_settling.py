"""Exclusions and corrections on pages: who may say what, and what it brings about."""

import re
from typing import Any

import pytest
from sqlalchemy import Connection

from config.agreement import Category
from config.instant import DAY, HOUR, MINUTE
from config.state import State
from console.user import Role
from sla.correction import Requested
from sla.corrections import Corrections
from sla.exclusions import Exclusions
from sla.proposal import Proposal, Proposed
from sla.store import correction as corrections
from sla.store import exclusion as exclusions
from tests.console.conftest import LogIn, page, send
from tests.console.world import NOW, World

DESK, ROOM = "/desk/exclusions", "/room/harbour/exclusions"


@pytest.fixture
async def asked(world: World) -> None:
    """Li wants three hours of last night excluded and an outage judged otherwise."""
    plan = Proposed(
        components=("payments",),
        category=Category.MAINTENANCE,
        start=NOW - 5 * HOUR,
        end=NOW - 2 * HOUR,
        text={"en": "Move of <b>racks</b>", "zh-CN": "机柜搬迁"},
    )
    wrong = Requested(
        component="payments",
        start=NOW - DAY,
        end=NOW - DAY + 10 * MINUTE,
        state=State.PARTIAL,
        reason="one of two networks",
        evidence="log E-4471",
    )
    await world.database.write(lambda tx: Exclusions(world.config).propose(tx, plan, "person:li", NOW - DAY))
    await world.database.write(lambda tx: Corrections(world.config).request(tx, wrong, "person:li", NOW))


async def proposal(world: World) -> Proposal:
    found = await world.database.read(lambda tx: exclusions.find(tx, "X-1"))
    assert found is not None
    return found


async def test_a_second_person_approves_records_work_and_withdraws(world: World, log_in: LogIn, asked: None) -> None:
    reader = await log_in(Role.ACCOUNT_MANAGER)
    text = await page(reader, DESK)
    assert "Waits for a second person" in text and "Move of &lt;b&gt;racks" in text
    assert await send(reader, DESK, home=DESK, act="approve", id="X-1") == (303, DESK)
    work = {"start": "2026-11-18T10:00", "end": "2026-11-18T11:00"}
    assert await send(reader, DESK, home=DESK, act="worked", id="X-1", **work) == (303, DESK)
    assert await send(reader, DESK, home=DESK, act="approve-correction", id="C-1") == (303, DESK)
    assert await send(reader, DESK, home=DESK, act="withdraw", id="X-1", reason="not needed") == (303, DESK)
    found = await proposal(world)
    assert (found.withdrawn, len(found.works)) == (True, 1)
    assert [one.by for one in found.newest.approvals] == ["person:account-manager"]
    correction = await world.database.read(lambda tx: corrections.find(tx, "C-1"))
    assert correction is not None and correction.approved_by == "person:account-manager"


async def test_two_logins_of_one_person_are_not_two_persons(world: World, log_in: LogIn, asked: None) -> None:
    reader = await log_in()
    await world.user("another", Role.ADMIN, person="li")
    await reader.post("/logout", data={})
    await reader.post("/login", data={"name": "another", "password": "four words make one"})
    assert "Approve</button>" not in await page(reader, DESK)
    status, text = await send(reader, DESK, home=DESK, act="approve", id="X-1")
    assert (status, "a second person has to" in text) == (409, True)
    assert (await proposal(world)).newest.approvals == ()


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"act": "worked", "id": "X-1"}, 422, "Write when the work began"),
    ({"act": "worked", "id": "X-1", "start": "2026-11-18T01:00", "end": "2026-11-18T02:00"}, 409, "it has no window"),
    ({"act": "withdraw", "id": "X-1"}, 422, "Write why it is withdrawn"),
    ({"act": "approve", "id": "X-9"}, 409, "There is no exclusion"),
    ({"act": "explode", "id": "X-1"}, 422, "Choose one of the buttons"),
]


@pytest.mark.parametrize(("typed", "status", "why"), WRONG)
async def test_what_does_not_fit_is_said_and_nothing_is_written(
    world: World, log_in: LogIn, asked: None, typed: dict[str, Any], status: int, why: str
) -> None:
    answered, text = await send(await log_in(), DESK, home=DESK, **typed)
    assert (answered, why in text) == (status, True)
    assert (await proposal(world)).version == 1


async def test_the_customer_countersigns_confirms_and_contests(world: World, log_in: LogIn, asked: None) -> None:
    reader = await log_in(Role.CUSTOMER, "harbour")
    text = await page(reader, ROOM)
    assert "Countersign</button>" in text and "Approve</button>" not in text
    assert await send(reader, ROOM, home=ROOM, act="countersign", id="X-1") == (303, ROOM)
    assert await send(reader, ROOM, home=ROOM, act="confirm", id="C-1") == (303, ROOM)
    status, text = await send(reader, ROOM, home=ROOM, act="contest", id="C-1")
    assert (status, "Write what is wrong with it" in text) == (422, True)
    assert await send(reader, ROOM, home=ROOM, act="contest", id="C-1", reason="both failed") == (303, ROOM)
    signed = (await proposal(world)).newest.countersignatures
    assert [(one.by, one.entered_by) for one in signed] == [("customer:harbour", None)]
    correction = await world.database.read(lambda tx: corrections.find(tx, "C-1"))
    assert correction is not None and correction.word("harbour") is False
    text = await page(reader, ROOM, headers={"Accept-Language": "zh-CN"})
    assert "已会签" in text and "机柜搬迁" in text
    assert not re.search(r"Countersign|Withdraw|recorded", re.sub(r"<[^>]+>", "", text))


async def test_what_does_not_concern_a_customer_is_neither_shown_nor_his_to_sign(
    world: World, log_in: LogIn, asked: None
) -> None:
    """The clinic is no party to the shop's window."""
    plan = Proposed(components=("shop",), category=Category.MAINTENANCE, start=NOW - 2 * HOUR, end=NOW)
    await world.database.write(lambda tx: Exclusions(world.config).propose(tx, plan, "person:li", NOW))
    reader, room = await log_in(Role.CUSTOMER, "linden"), "/room/linden/exclusions"
    text = await page(reader, room)
    assert "X-1" in text and "X-2" not in text
    status, refused = await send(reader, room, home=room, act="countersign", id="X-2")
    _, unknown = await send(reader, room, home=room, act="countersign", id="X-9")
    assert (status, refused.replace("X-2", "X-9")) == (409, unknown), "who else is a customer is none of his"
    wrong = Requested(
        component="shop", start=NOW - DAY, end=NOW - HOUR, state=State.UP, reason="it was up", evidence="log 3"
    )
    await world.database.write(lambda tx: Corrections(world.config).request(tx, wrong, "person:li", NOW))
    for word in ("confirm", "contest"):
        status, refused = await send(reader, room, home=room, act=word, id="C-2", reason="no")
        assert (status, "harbour" in refused, "There is no correction" in refused) == (409, False, True)


async def test_what_another_customer_had_and_said_is_not_shown_in_a_room(
    world: World, log_in: LogIn, asked: None
) -> None:
    """Both stand on the same system; who else is a customer, and what he signed, is between him and us."""
    exclusions, corrections = Exclusions(world.config), Corrections(world.config)

    def say(tx: Connection) -> None:
        exclusions.notice(tx, "X-1", "person:li", NOW, delivered_at=NOW - DAY, proof="mail", customer="linden")
        exclusions.countersign(tx, "X-1", "linden", NOW, proof="sheet 7", entered_by="person:li")
        corrections.confirm(tx, "C-1", "linden", NOW)
        both = ("payments", "ledger")
        plan = Proposed(components=both, category=Category.CUSTOMER, start=NOW - DAY, end=NOW - HOUR)
        exclusions.propose(tx, plan, "customer:linden", NOW, entered_by="person:li")

    await world.database.write(say)
    text = await page(await log_in(Role.CUSTOMER, "harbour"), ROOM)
    assert "X-1" in text and "C-1" in text and "another customer" in text
    assert "Linden" not in text and "linden" not in text and "Core ledger" not in text
    own = await page(await log_in(Role.CUSTOMER, "linden", "clinic"), "/room/linden/exclusions")
    assert "Linden Clinic countersigned" in own and "wrote that down, to be seen in: sheet 7" in own


async def test_an_auditor_looks_and_has_no_button(log_in: LogIn, asked: None) -> None:
    text = await page(await log_in(Role.AUDITOR), DESK)
    assert "X-1" in text and "<details" not in text and "Approve</button>" not in text
