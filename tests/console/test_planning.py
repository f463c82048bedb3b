"""Planned work at the desk: its window, and its four switches."""

import re

import pytest

from config.agreement import Category
from config.instant import HOUR, parse_rfc3339
from console.user import Role
from sla.proposal import Proposal
from sla.store import exclusion as exclusions
from tests.console.conftest import LogIn, page, send
from tests.console.world import World

DESK, NEW = "/desk/exclusions", "/desk/exclusions/new"
WORK = {"on-payments": "yes", "start": "2026-11-19T01:00", "end": "2026-11-19T03:00", "text": "Racks are <moved>"}
WINDOW = parse_rfc3339("2026-11-19T01:00:00+08:00"), parse_rfc3339("2026-11-19T03:00:00+08:00")


async def planned(world: World) -> list[Proposal]:
    return list(await world.database.read(exclusions.proposals))


async def test_work_is_planned_with_its_window_and_waits_for_a_second_person(world: World, log_in: LogIn) -> None:
    reader = await log_in(Role.ENGINEER)
    assert f'href="{NEW}"' in await page(reader, DESK)
    empty = await page(reader, NEW)
    assert 'name="publish" value="yes" checked' in empty and empty.count(" checked") == 1

    assert await send(reader, NEW, home=NEW, publish="yes", **WORK) == (303, DESK)

    (found,) = await planned(world)
    plan = found.newest.plan
    assert (plan.components, plan.category, plan.start, plan.end) == (("payments",), Category.MAINTENANCE, *WINDOW)
    assert (plan.open, plan.page, plan.count, plan.publish) == (False, False, False, True)
    assert (found.newest.by, found.newest.second) == ("person:engineer", None)
    text = await page(reader, DESK)
    assert "Racks are &lt;moved&gt;" in text and "Waits for a second person" in text


@pytest.mark.parametrize(
    "on", [("open",), ("open", "page"), ("count", "publish"), ("open", "page", "count", "publish")]
)
async def test_each_switch_is_of_its_own(world: World, log_in: LogIn, on: tuple[str, ...]) -> None:
    reader = await log_in(Role.ENGINEER)
    assert (await send(reader, NEW, home=NEW, **dict.fromkeys(on, "yes"), **WORK))[0] == 303
    (found,) = await planned(world)
    plan = found.newest.plan
    switches = {"open": plan.open, "page": plan.page, "count": plan.count, "publish": plan.publish}
    assert switches == {name: name in on for name in switches}
    text = await page(reader, DESK, headers={"Accept-Language": "en"})
    said = {
        "open": "Incidents open meanwhile" in text,
        "page": "People are called meanwhile" in text,
        "count": "Its time counts all the same" in text,
        "publish": "It is not on the public page" not in text,
    }
    assert said == switches


@pytest.mark.parametrize(
    ("typed", "status", "why"),
    [
        ({"on-payments": ""}, 422, "Choose what is worked on."),
        ({"text": " "}, 422, "Write what is done; the customer reads it."),
        ({"start": ""}, 422, "Write when the work begins."),
        ({"end": "soon"}, 422, "That is no time."),
        ({"start": "2026-11-01T01:00"}, 422, "Write a time to come."),
        ({"end": "2026-11-19T01:00"}, 409, "ends before it begins"),
        ({"page": "yes"}, 409, "let incidents open, too"),
    ],
)
async def test_what_does_not_fit_is_said_and_nothing_is_planned(
    world: World, log_in: LogIn, typed: dict[str, str], status: int, why: str
) -> None:
    answered, text = await send(await log_in(Role.ENGINEER), NEW, home=NEW, **{**WORK, **typed})
    assert (answered, why in text) == (status, True)
    assert "Racks are &lt;moved&gt;" in text or "text" in typed, "what was typed stays"
    assert await planned(world) == []


async def test_who_only_looks_and_a_customer_plan_nothing(world: World, log_in: LogIn) -> None:
    auditor, customer = await log_in(Role.AUDITOR), await log_in(Role.CUSTOMER, "harbour")
    assert NEW not in await page(auditor, DESK)
    assert (await send(auditor, NEW, **WORK))[0] == 403
    assert (await send(customer, NEW, home="/room/harbour", **WORK))[0] == 404
    assert await planned(world) == []


WEEKLY = {**WORK, "rhythm": "weekly"}


async def test_what_repeats_shows_its_next_windows_and_is_planned_by_the_second_press(
    world: World, log_in: LogIn
) -> None:
    reader = await log_in(Role.ENGINEER)
    status, shown = await send(reader, NEW, home=NEW, **WEEKLY)
    assert (status, await planned(world)) == (200, [])
    windows = re.findall(r'<li class="n">([^<]*)</li>', shown)
    assert len(windows) == 5 and [str(day) in one for one, day in zip(windows, (19, 26, 3, 10, 17), strict=True)]
    assert 'name="shown" value="Thu 01:00"' in shown and "Racks are &lt;moved&gt;" in shown

    assert await send(reader, NEW, home=NEW, shown="Thu 01:00", **WEEKLY) == (303, DESK)

    (found,) = await planned(world)
    plan = found.newest.plan
    assert (plan.every, plan.duration, plan.start, plan.end) == ("Thu 01:00", 2 * HOUR, None, None)
    assert (plan.timezone, "every Thu 01:00" in await page(reader, DESK)) == ("Asia/Shanghai", True)


@pytest.mark.parametrize(("rhythm", "every"), [("daily", "day 01:00"), ("monthly", "19 01:00")])
async def test_other_rhythms_and_what_was_not_shown_is_shown_first(
    world: World, log_in: LogIn, rhythm: str, every: str
) -> None:
    reader = await log_in(Role.ENGINEER)
    typed = {**WORK, "rhythm": rhythm, "shown": "Thu 01:00"}
    status, shown = await send(reader, NEW, home=NEW, **typed)
    assert status == 200 and f'name="shown" value="{every}"' in shown and await planned(world) == []
    assert await send(reader, NEW, home=NEW, **{**typed, "shown": every}) == (303, DESK)


@pytest.mark.parametrize(
    ("typed", "status", "why"),
    [
        ({"rhythm": "sometimes"}, 422, "Choose how it repeats"),
        ({"start": "2026-11-26T01:00", "end": "2026-11-26T03:00"}, 422, "By this rhythm one comes before that."),
        ({"end": "2026-11-19T01:00"}, 409, "ends before it begins"),
    ],
)
async def test_a_rhythm_that_does_not_fit_is_said(
    world: World, log_in: LogIn, typed: dict[str, str], status: int, why: str
) -> None:
    answered, text = await send(await log_in(Role.ENGINEER), NEW, home=NEW, **{**WEEKLY, **typed})
    assert (answered, why in text) == (status, True) and await planned(world) == []
