"""Standing duties: each turn is opened once, its sample drawn when it is over, and both called to mind."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from typing_extensions import override

from config.agreement import CaseKind
from config.instant import DAY, HOUR, Instant
from config.model import Config
from db.engine import Database
from db.tables.notify import notification
from incidents import sampling
from incidents.case import Case, CaseEvent, CaseResolved
from incidents.caseload import Caseload
from incidents.decide import Refused
from incidents.sample import Drawn
from sla.duty import turn_at
from sla.store import remedy as store
from tests.config.installed import read
from tests.sla.contract import AGREEMENT as WRITTEN
from tests.sla.contract import BASE, LATER
from upheld.duties import see_to, waiting
from upheld.installed import installed
from upheld.rules import Rules, rules_of

PEOPLE = "\npeople: {wang: {name: Wang Fang, role: service-manager, language: en}}\n"


def settings(folder: Path, duty: str) -> Config:
    return read(folder, f"{BASE}{WRITTEN}        duties: {{{duty}}}\n{PEOPLE}")


async def test_the_turn_of_a_standing_duty_opens_an_obligation_once(database: Database, tmp_path: Path) -> None:
    config = settings(tmp_path, 'drill: {text: "Drill of the plan", every: quarter}')
    rules = rules_of(config, installed())
    new_year = turn_at("quarter", "Asia/Shanghai", LATER).end
    assert await database.read(lambda tx: waiting(tx, config, LATER))
    for now in (LATER, LATER + HOUR, new_year - 3 * DAY, new_year):
        await database.write(partial(see_to, rules=rules, now=now))
    assert not await database.read(lambda tx: waiting(tx, config, new_year + HOUR))
    owed = await database.read(lambda tx: store.obligations(tx, new_year))
    assert [(one.id.rpartition("/")[2], one.gives, one.due_at) for one in owed] == [
        ("2026-Q4", "duty", new_year),
        ("2027-Q1", "duty", turn_at("quarter", "Asia/Shanghai", new_year).end),
    ]
    rows = await database.read(lambda tx: tx.execute(select(notification.c.message).order_by(notification.c.id)).all())
    assert [row.message["subject"] for row in rows] == ["Due soon: Drill of the plan", "Overdue: Drill of the plan"]
    assert "A standing duty of the agreement." in rows[0].message["text"]


async def test_a_sample_is_drawn_when_its_month_is_over_and_kept_by_the_last_word(
    database: Database, tmp_path: Path
) -> None:
    rules = rules_of(settings(tmp_path, 'sample: {text: "Sample", every: month, share: "10"}'), installed())
    load, over = rules.caseload, turn_at("month", "Asia/Shanghai", LATER).end

    def close(tx: Connection) -> None:
        for n in range(11):
            case = load.open_by_person(
                tx,
                customer="harbour-bank",
                kind=CaseKind.QUESTION,
                title="x",
                by="person:wang",
                reported_at=LATER,
                now=LATER,
            )
            load.record(tx, case.id, CaseResolved(how="done"), "person:wang", LATER + n, LATER + n)

    await database.write(partial(see_to, rules=rules, now=LATER))
    await database.write(close)
    for now in (LATER + HOUR, over, over + HOUR):
        await database.write(partial(see_to, rules=rules, now=now))
    chosen = [one.case.id for one in await database.read(sampling.samples)]
    assert len(chosen) == 2, "a tenth of eleven, rounded up, and of the empty month before none"
    states = []
    for case in chosen:
        await database.write(
            lambda tx, case=case: sampling.reread(tx, load, case, "", "person:wang", over + 2 * HOUR, sound=True)  # type: ignore[misc]
        )
        owed = await database.read(lambda tx: store.obligations(tx, over + 3 * HOUR))
        states.append([(one.month, one.closed_at is not None) for one in owed])
    assert states == [[("2026-10", True), ("2026-11", False)], [("2026-10", True), ("2026-11", True)]]


class Reluctant(Caseload):
    """Refuses what nobody but the house says."""

    @override
    def record(self, tx: Connection, case_id: str, event: CaseEvent, *given: Any, **named: Any) -> Case:
        if isinstance(event, Drawn):
            raise Refused("not today")
        return super().record(tx, case_id, event, *given, **named)


async def test_a_sample_that_is_refused_holds_no_other_duty_up(database: Database, tmp_path: Path) -> None:
    duties = 'sample: {text: "Sample", every: month, share: "10"}, drill: {text: "Drill of the plan", every: month}'
    config = settings(tmp_path, duties)
    rules, over = rules_of(config, installed()), turn_at("month", "Asia/Shanghai", LATER).end
    refusing = replace(rules, caseload=Reluctant(config, rules.paging))

    def close(tx: Connection) -> None:
        case = rules.caseload.open_by_person(
            tx,
            customer="harbour-bank",
            kind=CaseKind.QUESTION,
            title="x",
            by="person:wang",
            reported_at=LATER,
            now=LATER,
        )
        rules.caseload.record(tx, case.id, CaseResolved(how="done"), "person:wang", LATER, LATER)

    async def seen_to(rules: Rules, now: Instant) -> tuple[list[str], list[str]]:
        left = await database.write(partial(see_to, rules=rules, now=now))
        owed = await database.read(lambda tx: store.obligations(tx, now))
        return [str(one) for one in left], sorted(one.id.split("/", 2)[2] for one in owed)

    await database.write(close)
    assert await seen_to(refusing, over + HOUR) == (["not today"], ["drill/2026-12"])
    assert await seen_to(rules, over + 2 * HOUR) == ([], ["drill/2026-12", "sample/2026-11"])
