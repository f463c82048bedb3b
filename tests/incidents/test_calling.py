"""Whom each profile brings in: at the opening, beyond ability or limit, and the customer at the same moment."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from config.agreement import CaseKind
from config.instant import HOUR, MINUTE, Instant
from config.model import Config
from config.state import State
from db.engine import Database
from incidents.calling import holding
from incidents.case import Case, Fulfilled
from incidents.caseload import Caseload
from incidents.clock import ClockState
from incidents.paging import Paging
from incidents.service import Incidents
from incidents.store import case as store
from incidents.store import timer
from notify.message import Notification
from tests.config.installed import read
from tests.incidents.samples import NOON, see
from tests.incidents.told import notifications

TEAM = """
site: {timezone: Asia/Shanghai, languages: [en]}
mail: {host: mail.example.com, sender: upheld@example.com}
people:
  li: {name: Li, email: li@example.com, role: engineer}
  chief: {name: Chief, email: chief@example.com, role: executive}
  wang: {name: Wang, email: wang@example.com, role: service-manager}
  zhao: {name: Zhao, email: zhao@example.com, role: legal}
  sun: {name: Sun, email: sun@example.com, role: team-lead}
  qian: {name: Qian, email: qian@example.com, role: expert}
escalations: {default: {steps: [{notify: [li]}], fallback: [wang]}}
components: {shop: {name: Shop, tier: core, checks: {home: "tcp://shop.example.com:443"}}}
customers:
  acme:
    name: Acme
    contact: {name: Chen, email: chen@acme.example}
    agreement: {profile: PROFILE@1, terms: strict-7x24@1, target: "99.5", covers: [shop], measured_from: 2026-01-01}
"""


def house(folder: Path, profile: str) -> tuple[Config, Caseload, Incidents]:
    config = read(folder, TEAM.replace("PROFILE", profile))
    paging = Paging(config, "log")
    caseload = Caseload(config, paging)
    return config, caseload, Incidents(config, paging, caseload)


def down(tx: Connection, made: Incidents) -> Case:
    see(tx, made, {"shop/home": State.UP}, NOON - HOUR, NOON - HOUR)
    see(tx, made, {"shop/home": State.DOWN}, NOON, NOON)
    (case,) = store.open_cases(tx)
    return case


def ring(tx: Connection, made: Incidents, at: Instant) -> None:
    while due := timer.due(tx, at, 1):
        made.fire(tx, due[0], due[0].due_at)


def called(tx: Connection, event: str) -> list[tuple[str, Instant]]:
    """(who, when) of these messages."""
    sent = [*notifications(tx, "clock"), *notifications(tx, "customer")]
    return [(one.person, one.created_at) for one in sent if one.message.facts["event"] == event]


def accept(tx: Connection, caseload: Caseload, event: str, at: Instant) -> None:
    """The first of these messages is accepted by its mail server."""
    sent: list[Notification] = notifications(tx, "clock")
    caseload.told(tx, next(one for one in sent if one.message.facts["event"] == event), at)


def clock(caseload: Caseload, case: Case, name: str, at: Instant) -> Any:
    return next(one for one in caseload.clocks(case, at) if one.name == name)


async def test_support_agreement_level_1_calls_manager_and_executive_and_tells_the_customer_at_the_same_moment(
    database: Database, tmp_path: Path
) -> None:
    """Beyond the limit: escalated within the hour, which the accepted call meets."""
    _, caseload, made = house(tmp_path, "support-agreement")

    def work(tx: Connection) -> tuple[Case, Instant]:
        case = down(tx, made)
        assert case.level == 1
        limit = clock(caseload, case, "resolve", NOON).due_at + 1
        ring(tx, made, limit - 1)
        assert called(tx, "case.called_beyond_limit") == []
        ring(tx, made, limit)
        assert called(tx, "case.called_beyond_limit") == [("wang", limit), ("chief", limit)]
        assert called(tx, "case.brought_in") == [("Chen", limit)]
        accept(tx, caseload, "case.called_beyond_limit", limit + MINUTE)
        found = store.find(tx, case.id)
        assert found is not None
        return found, limit

    case, limit = await database.write(work)

    assert clock(caseload, case, "escalate", limit + HOUR).state is ClockState.MET


async def test_support_agreement_level_2_calls_the_service_manager_alone(database: Database, tmp_path: Path) -> None:
    _, caseload, made = house(tmp_path, "support-agreement")

    def work(tx: Connection) -> None:
        case = caseload.open_by_person(
            tx, customer="acme", kind=CaseKind.FAULT, title="slow", by="person:li", reported_at=NOON, now=NOON, level=2
        )
        said = Fulfilled(commitment="escalate", how="beyond what I may decide")
        caseload.record(tx, case.id, said, "person:li", NOON + HOUR, NOON + HOUR)
        ring(tx, made, NOON + 9 * HOUR)

    await database.write(work)

    assert await database.read(lambda tx: called(tx, "case.called_beyond_limit")) == [("wang", NOON + HOUR)]
    assert await database.read(lambda tx: called(tx, "case.brought_in")) == []


async def test_service_process_brings_in_the_emergency_team_of_several_roles_at_once(
    database: Database, tmp_path: Path
) -> None:
    _, _, made = house(tmp_path, "service-process")
    await database.write(lambda tx: down(tx, made))

    team = [("li", NOON), ("sun", NOON), ("qian", NOON), ("zhao", NOON), ("chief", NOON)]
    assert await database.read(lambda tx: called(tx, "case.called_opened")) == team
    assert await database.read(lambda tx: called(tx, "case.brought_in")) == [("Chen", NOON)]


async def test_assurance_pledge_brings_in_an_expert_and_that_triggers_its_emergency_process(
    database: Database, tmp_path: Path
) -> None:
    _, caseload, made = house(tmp_path, "assurance-pledge")

    def work(tx: Connection) -> Case:
        case = down(tx, made)
        assert called(tx, "case.called_opened") == [("qian", NOON)]
        accept(tx, caseload, "case.called_opened", NOON + MINUTE)
        found = store.find(tx, case.id)
        assert found is not None
        return found

    case = await database.write(work)

    assert clock(caseload, case, "trigger", NOON + HOUR).state is ClockState.MET


async def test_after_sales_calls_the_service_manager_beyond_the_limit_and_tells_the_customer(
    database: Database, tmp_path: Path
) -> None:
    _, caseload, made = house(tmp_path, "after-sales")

    def work(tx: Connection) -> Instant:
        case = down(tx, made)
        due_at = clock(caseload, case, "resolve", NOON).due_at
        ring(tx, made, due_at + 1)
        return int(due_at) + 1

    limit = await database.write(work)

    assert await database.read(lambda tx: called(tx, "case.called_beyond_limit")) == [("wang", limit)]
    assert await database.read(lambda tx: called(tx, "case.brought_in")) == [("Chen", limit)]


async def test_sla_standard_brings_in_nobody_but_who_is_on_call(database: Database, tmp_path: Path) -> None:
    _, _, made = house(tmp_path, "sla-standard")

    def work(tx: Connection) -> None:
        down(tx, made)
        ring(tx, made, NOON + 3 * HOUR)

    await database.write(work)

    assert await database.read(lambda tx: called(tx, "case.called_opened")) == []
    assert await database.read(lambda tx: called(tx, "case.called_beyond_limit")) == []


def test_a_function_nobody_has_falls_to_the_service_managers(tmp_path: Path) -> None:
    config, _, _ = house(tmp_path, "sla-standard")
    people = {id: one for id, one in config.people.items() if id in ("li", "wang")}

    assert holding(people, ("legal", "engineering")) == ("wang", "li")
    assert holding({"li": people["li"]}, ("legal",)) == ("li",)
