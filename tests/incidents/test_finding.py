"""Findings of audits: a case with the clocks of a complaint, closed by what was done and where it can be seen."""

from functools import partial

import pytest
from sqlalchemy import Connection

from config.instant import DAY, HOUR
from db.engine import Database
from incidents import auditing, reviewing
from incidents.case import CaseEvent, CaseResolved
from incidents.decide import Refused
from incidents.finding import FindingClosed, FindingRaised, FindingState, Grade
from incidents.review import Aim
from incidents.reviewing import Plan
from incidents.store import case as cases
from sla.store import remedy
from tests.console.world import WRITTEN, World, configuration

FOUND = FindingRaised(source="Audit 2026-11", clause="A.9.2.6", grade=Grade.MAJOR)


@pytest.fixture
def world(database: Database) -> World:
    return World(database, configuration(WRITTEN.replace("sla-standard@1", "assurance-pledge@1")))


@pytest.fixture
async def finding(world: World) -> str:
    def raised(tx: Connection) -> str:
        title = "Leavers can log in"
        return auditing.raise_finding(tx, world.caseload, "harbour", title, FOUND, "person:li", world.now).id

    return await world.database.write(raised)


async def say(world: World, case: str, event: CaseEvent, by: str = "person:li") -> None:
    await world.database.write(lambda tx: world.caseload.record(tx, case, event, by, world.now, world.now))


async def close(world: World, case: str, evidence: str = "list of 16 December") -> None:
    await world.database.write(lambda tx: auditing.close(tx, world.caseload, case, evidence, "person:li", world.now))


async def test_a_finding_has_the_48_hours_of_the_review_and_is_closed_by_what_was_done(
    world: World, finding: str
) -> None:
    with pytest.raises(Refused, match="agree a corrective action"):
        await close(world, finding)
    plan = Plan(text="Accounts end", aim=Aim.PREVENT, owner="li", due_at=world.now + DAY)
    agree = partial(reviewing.agree, config=world.config, caseload=world.caseload, case_id=finding, plan=plan)
    action = await world.database.write(lambda tx: agree(tx, by="person:li", now=world.now))
    await say(world, finding, CaseResolved(how="Accounts closed"))
    known = await world.database.read(lambda tx: cases.find(tx, finding))
    assert known is not None and known.finding is FindingState.OPEN
    (review,) = [one for one in world.caseload.clocks(known, world.now) if one.name == "review"]
    assert review.due_at == world.now + 48 * HOUR
    world.now += DAY
    with pytest.raises(Refused, match="all its corrective actions are done"):
        await close(world, finding)
    ((late,),) = [one.actions for one in await world.database.read(lambda tx: auditing.findings(tx, world.now))]
    assert late.overdue(world.now)
    await world.database.write(partial(remedy.fulfil, id=action.id, by="person:li", note=None, now=world.now))
    world.now += 1
    await close(world, finding)
    (one,) = await world.database.read(lambda tx: auditing.findings(tx, world.now))
    assert (one.case.finding, one.raised, one.evidence) == (FindingState.CLOSED, FOUND, "list of 16 December")


@pytest.mark.parametrize(
    ("event", "by", "why"),
    [
        (FindingClosed(evidence="x"), "customer:harbour", "supplier's to write"),
        (FindingClosed(evidence=" "), "person:li", "with evidence"),
        (FOUND, "person:li", "a finding already"),
    ],
)
async def test_what_does_not_fit_a_finding_is_refused(
    world: World, finding: str, event: CaseEvent, by: str, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        await say(world, finding, event, by)


async def test_an_ordinary_case_is_no_finding_and_becomes_one_only_with_audit_and_clause(world: World) -> None:
    case = await world.report("It is slow")
    with pytest.raises(Refused, match="no finding is open"):
        await say(world, case, FindingClosed(evidence="x"))
    with pytest.raises(Refused, match="names the audit"):
        await say(world, case, FindingRaised(source=" ", clause="x", grade=Grade.MINOR))
    assert await world.database.read(lambda tx: auditing.findings(tx, world.now)) == []
