"""The sample of closed cases: drawn so that nobody can choose, and read by a person."""

import pytest

from db.engine import Database
from incidents import sampling
from incidents.case import CaseEvent, CaseResolved, Contested
from incidents.decide import Refused
from incidents.sample import Drawn, Reread, drawn
from incidents.store import case as cases
from sla.store import remedy
from tests.console.world import WRITTEN, World, at, configuration

AGREED = """components: [payments, shop, mail],
         duties: {sample: {text: {zh-CN: 抽查, en: Sample}, every: month, share: "10"}}}"""
CASES = [f"CASE-2026-{number:04d}" for number in range(1, 101)]


def test_a_tenth_of_what_was_closed_is_drawn_at_least_one_and_the_same_for_everybody() -> None:
    assert [len(drawn("2026-10", CASES[:n], "10")) for n in (0, 1, 10, 11, 100)] == [0, 1, 1, 2, 10]
    chosen = drawn("2026-10", CASES, "10")
    assert chosen == drawn("2026-10", [*reversed(CASES), CASES[0]], "10")
    assert set(drawn("2026-10", [one for one in CASES if one not in chosen[:3]], "10")) > set(chosen[3:])
    assert set(chosen) != set(drawn("2026-11", CASES, "10"))
    assert chosen[0] == "CASE-2026-0099", "as documented: the least SHA-256 of 2026-10/CASE-…"


@pytest.fixture
def world(database: Database) -> World:
    return World(database, configuration(WRITTEN.replace("components: [payments, shop, mail]}", AGREED)))


async def say(world: World, case: str, event: CaseEvent, by: str = "person:li") -> None:
    await world.database.write(lambda tx: world.caseload.record(tx, case, event, by, world.now, world.now))


async def closed(world: World, when: str, customer: str = "harbour") -> str:
    world.now = at(when)
    case = await world.report("The page stays empty", customer=customer)
    await say(world, case, CaseResolved(how="done"))
    return case


async def test_what_was_closed_in_the_month_is_drawn_once_and_read_by_a_person(world: World) -> None:
    early, first = await closed(world, "2026-09-30 23:59:59"), await closed(world, "2026-10-01 00:00:00")
    await closed(world, "2026-10-20 12:00:00", "linden")
    await closed(world, "2026-11-01 00:00:00")
    await say(world, first, Contested(reason="no"), "customer:harbour")
    await say(world, first, CaseResolved(how="again"))
    versions = list(world.config.agreements())
    ((agreement, turn),) = await world.database.read(lambda tx: sampling.due(tx, versions, world.now))
    assert (agreement.customer, turn.name) == ("harbour", "2026-10")
    chosen = await world.database.write(lambda tx: sampling.draw(tx, world.caseload, agreement, turn, world.now))
    assert chosen == (first,), "neither what was closed before or after, nor another customer's"
    assert await world.database.read(lambda tx: sampling.due(tx, versions, world.now)) == []
    with pytest.raises(Refused, match="in no sample"):
        await say(world, early, Reread(turn="2026-10", sound=True, findings=""))
    with pytest.raises(Refused, match="nobody chooses"):
        await say(world, early, Drawn(turn="2026-10"))
    with pytest.raises(Refused, match="supplier's to write"):
        await say(world, first, Reread(turn="2026-10", sound=True, findings=""), "customer:harbour")
    with pytest.raises(Refused, match="what was found"):
        await say(world, first, Reread(turn="2026-10", sound=False, findings=" "))
    (owed,) = await world.database.read(lambda tx: remedy.obligations(tx, world.now, "harbour"))
    assert (owed.id, owed.due_at, owed.closed_at) == (
        "harbour/sla-standard/sample/2026-10",
        at("2026-12-01 00:00:00"),
        None,
    )
    read = "The cause is missing"
    await world.database.write(
        lambda tx: sampling.reread(tx, world.caseload, first, read, "person:wang", world.now, sound=False)
    )
    (one,) = await world.database.read(sampling.samples)
    assert one.reread is not None and one.reread.event == Reread(turn="2026-10", sound=False, findings=read)
    (owed,) = await world.database.read(lambda tx: remedy.obligations(tx, world.now + 1, "harbour"))
    assert owed.closed_at is not None
    known = await world.database.read(lambda tx: cases.find(tx, first))
    assert known is not None and known.sampled is None


async def test_of_a_month_without_a_closed_case_nothing_is_owed(world: World) -> None:
    ((agreement, turn),) = await world.database.read(
        lambda tx: sampling.due(tx, list(world.config.agreements()), world.now)
    )
    assert await world.database.write(lambda tx: sampling.draw(tx, world.caseload, agreement, turn, world.now)) == ()
    (owed,) = await world.database.read(lambda tx: remedy.obligations(tx, world.now + 1, "harbour"))
    assert owed.closed_at is not None
