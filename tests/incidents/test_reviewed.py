"""The review of a case: who writes it, what it needs, whose word closes it, and what becomes of its actions."""

from functools import partial

import pytest
from sqlalchemy import Connection

from config.instant import DAY
from db.engine import Database
from incidents import reviewing
from incidents.case import CaseEvent, CaseResolved
from incidents.decide import Refused
from incidents.review import Aim, ReviewConfirmed, ReviewContested, ReviewPresented, ReviewState, WhyAnswered
from incidents.reviewing import Plan
from incidents.store import case as cases
from notify.store.told import history
from sla.store import remedy
from tests.console.world import World, configuration

CUSTOMER, LI = "customer:harbour", "person:li"
FIRST = WhyAnswered(rank=1, why="Why was it empty?", because="The cache was full", evidence="graph 7")
ALARM = Plan(text="An alarm at 80 %", aim=Aim.DETECT, owner="li", due_at=0)


@pytest.fixture
def world(database: Database) -> World:
    return World(database, configuration())


async def say(world: World, case: str, event: CaseEvent, by: str = LI) -> None:
    await world.database.write(lambda tx: world.caseload.record(tx, case, event, by, world.now, world.now))


async def agree(world: World, case: str, days: int = 7) -> str:
    plan = Plan(text=ALARM.text, aim=ALARM.aim, owner=ALARM.owner, due_at=world.now + days * DAY)

    def agreed(tx: Connection) -> str:
        return reviewing.agree(tx, world.config, world.caseload, case, plan, LI, world.now).id

    return await world.database.write(agreed)


async def present(world: World, case: str) -> None:
    text = "The cache was full"
    await world.database.write(lambda tx: reviewing.present(tx, world.caseload, case, text, LI, world.now))


async def state(world: World, case: str) -> ReviewState:
    found = await world.database.read(lambda tx: cases.find(tx, case))
    assert found is not None
    return found.review


@pytest.fixture
async def solved(world: World) -> str:
    case = await world.report("The page stays empty")
    await say(world, case, CaseResolved(how="Cache emptied"))
    return case


async def test_a_review_goes_from_the_first_why_to_the_customers_word(world: World, solved: str) -> None:
    await say(world, solved, FIRST)
    assert await state(world, solved) is ReviewState.DRAFT
    await agree(world, solved)
    await present(world, solved)
    assert await state(world, solved) is ReviewState.PRESENTED
    told = await world.database.read(lambda tx: history(tx, case=solved))
    (asked,) = [one.notification for one in told if "review" in str(one.notification.message.facts.get("event"))]
    assert asked.address == "chen@harbour.example" and "The cache was full" in asked.message.text
    await say(world, solved, ReviewConfirmed(text="Good"), CUSTOMER)
    assert await state(world, solved) is ReviewState.CONFIRMED
    found = await world.database.read(lambda tx: cases.find(tx, solved))
    assert found is not None and "review" in found.fulfilled, "presenting it is what the clock waits for"


async def test_a_contested_review_is_open_again_and_can_be_presented_again(world: World, solved: str) -> None:
    await say(world, solved, FIRST)
    await agree(world, solved)
    await present(world, solved)
    await say(world, solved, ReviewContested(reason="Who looks at the alarm?"), CUSTOMER)
    assert await state(world, solved) is ReviewState.CONTESTED
    known = await world.database.read(lambda tx: reviewing.find(tx, solved))
    assert known.answer == "Who looks at the alarm?"
    await say(world, solved, WhyAnswered(rank=2, why="Why did nobody see it?", because="There was no alarm"))
    await present(world, solved)
    known = await world.database.read(lambda tx: reviewing.find(tx, solved))
    assert await state(world, solved) is ReviewState.PRESENTED and known.answer == ""


async def test_a_row_written_anew_holds_and_the_first_one_stays_on_record(world: World, solved: str) -> None:
    await say(world, solved, FIRST)
    await say(world, solved, WhyAnswered(rank=1, why=FIRST.why, because="The disk was full"))
    known = await world.database.read(lambda tx: reviewing.find(tx, solved))
    assert [one.because for one in known.whys] == ["The disk was full"]
    events = await world.database.read(lambda tx: cases.events(tx, solved))
    assert [one.event.because for one in events if isinstance(one.event, WhyAnswered)] == [
        "The cache was full",
        "The disk was full",
    ]


async def test_a_review_without_a_why_or_an_action_is_not_presented(world: World, solved: str) -> None:
    with pytest.raises(Refused, match="why it happened"):
        await present(world, solved)
    await say(world, solved, FIRST)
    with pytest.raises(Refused, match="corrective action"):
        await present(world, solved)
    assert await state(world, solved) is ReviewState.DRAFT


@pytest.mark.parametrize(
    ("event", "by", "why"),
    [
        (FIRST, CUSTOMER, "the supplier's to write"),
        (ReviewConfirmed(text=""), LI, "the customer's to confirm"),
        (ReviewConfirmed(text=""), CUSTOMER, "no review waits"),
        (ReviewContested(reason="x"), CUSTOMER, "no review waits"),
        (WhyAnswered(rank=10, why="a", because="b"), LI, "from 1 to 9"),
        (WhyAnswered(rank=1, why="a", because=" "), LI, "a question and its answer"),
        (ReviewPresented(text=" "), LI, "summed up"),
    ],
)
async def test_what_does_not_fit_is_refused_with_the_reason(
    world: World, solved: str, event: CaseEvent, by: str, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        await say(world, solved, event, by)


async def test_nothing_is_added_to_what_the_customer_has_confirmed(world: World, solved: str) -> None:
    await say(world, solved, FIRST)
    await agree(world, solved)
    await present(world, solved)
    await say(world, solved, ReviewConfirmed(text=""), CUSTOMER)
    with pytest.raises(Refused, match="stays as it is"):
        await agree(world, solved)
    owed = await world.database.read(lambda tx: remedy.obligations(tx, world.now, "harbour"))
    assert len(owed) == 1, "a refused action leaves no obligation behind"


async def test_an_open_case_is_not_reviewed_to_its_end(world: World) -> None:
    case = await world.report("The page stays empty")
    await say(world, case, FIRST)
    with pytest.raises(Refused, match="only a resolved case"):
        await present(world, case)


async def test_an_action_is_an_obligation_that_falls_due_and_is_fulfilled(world: World, solved: str) -> None:
    id = await agree(world, solved, days=1)

    async def only() -> reviewing.Action:
        def read(tx: Connection) -> list[reviewing.Action]:
            case = cases.find(tx, solved)
            assert case is not None
            return reviewing.actions(tx, case, reviewing.find(tx, solved), world.now)

        (found,) = await world.database.read(read)
        return found

    assert not (await only()).overdue(world.now) and (await only()).aim is Aim.DETECT
    world.now += DAY
    assert (await only()).overdue(world.now)
    await world.database.write(partial(remedy.fulfil, id=id, by=LI, note="alarm 12", now=world.now))
    world.now += 1
    assert (await only()).done and not (await only()).overdue(world.now)


async def test_an_action_needs_somebody_of_ours_and_a_day_to_come(world: World, solved: str) -> None:
    for plan, why in (
        (Plan(text="x", aim=Aim.PREVENT, owner="nobody", due_at=world.now + DAY), "there is nobody"),
        (Plan(text="x", aim=Aim.PREVENT, owner="li", due_at=world.now), "a day to come"),
        (Plan(text=" ", aim=Aim.PREVENT, owner="li", due_at=world.now + DAY), "says what is done"),
    ):
        with pytest.raises(Refused, match=why):
            await world.database.write(
                partial(_agree, world=world, case=solved, plan=plan),
            )


def _agree(tx: Connection, world: World, case: str, plan: Plan) -> None:
    reviewing.agree(tx, world.config, world.caseload, case, plan, LI, world.now)
