"""Retention over a real store: what nothing rests on goes, everything else stays."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from config.agreement import Category
from config.instant import DAY, HOUR, Instant, instant_of
from config.model import Config
from config.state import State
from db.engine import Database
from db.ledger import store as ledger
from db.ledger.leaf import Leaf
from db.tables.incidents import alert, case, case_event, incident, incident_event, transition
from db.tables.notify import notification
from db.tables.probe import failing_result
from db.tables.statement import statement
from sla.correction import Requested
from sla.proposal import Proposed, Withdrawn
from sla.store import breach
from sla.store import correction as corrections
from sla.store import exclusion as exclusions
from sla.word import Said
from tests.upheld.house import NOON, configuration
from upheld import holds, keeping, store
from upheld.call import Call
from upheld.installed import installed
from upheld.rules import rules_of

OLD: Instant = NOON - 3 * DAY
LONG_AFTER = NOON + 4000 * DAY


def of_day(text: str) -> Instant:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configuration(tmp_path)


def ending(config: Config, end: Instant) -> Config:
    acme = config.customers["acme"]
    ended = tuple(one.model_copy(update={"until": end}) for one in acme.agreements)
    return config.model_copy(update={"customers": {"acme": acme.model_copy(update={"agreements": ended})}})


def fill(tx: Connection) -> None:
    """One of everything, none of it younger than `OLD` and a few hours."""
    day = OLD - OLD % DAY
    tx.execute(
        insert(failing_result).values(
            check="shop/home", location="local", started_at=OLD, recorded_at=OLD, result="down", reason="timeout",
            latency_us=1, evidence={"detail": "", "phases": {}, "facts": {"status": 502, "body": "Dear Ms Chen"}},
        )
    )  # fmt: skip
    tx.execute(
        insert(alert).values(
            source="am", key="k", status="resolved", component="shop", state="down", summary="s", starts_at=OLD,
            stamp="1", ends_at=OLD, first_received_at=OLD, last_received_at=OLD, count=1,
        )
    )  # fmt: skip
    body = {
        "check": "shop/home",
        "location": "local",
        "day": day,
        "runs": [],
        "failing": {"count": 1, "sha256": "0" * 64},
    }
    ledger.append(tx, Leaf(kind="observed", stream="observed/shop/home@local", body=body), OLD)
    for at, state in ((OLD, State.DOWN), (OLD + HOUR, State.UP), (OLD + 2 * HOUR, State.DOWN)):
        tx.execute(
            insert(transition).values(
                component="shop", state=state.value, happened_at=at, recorded_at=at, by="probe:local"
            )
        )
    tx.execute(
        insert(incident).values(
            id="INC-1", component="shop", state="resolved", severity=1, version=1, title="t", opened_at=OLD,
            started_at=OLD, resolved_at=OLD + HOUR, snapshot={},
        )
    )  # fmt: skip
    event = {"seq": 1, "kind": "x", "happened_at": OLD, "recorded_at": OLD, "by": "person:li", "facts": {}}
    tx.execute(insert(incident_event).values(incident="INC-1", **event))
    tx.execute(
        insert(case).values(
            id="CASE-1", customer="acme", agreement="acme/sla-standard", agreement_version=1, kind="fault", level="1",
            component="shop", incident="INC-1", title="t", state="confirmed", version=1, reported_at=OLD,
            opened_at=OLD, closed_at=OLD + HOUR, snapshot={},
        )
    )  # fmt: skip
    tx.execute(insert(case_event).values(case="CASE-1", **event))
    ledger.append(
        tx, Leaf(kind="case", stream="case/CASE-1", body={"case": "CASE-1"}, private={"by": "person:li"}), OLD
    )
    tx.execute(
        insert(notification).values(
            idempotency_key="k", purpose="case", case="CASE-1", person="li", channel="mail", address="li@a.example",
            message={}, priority=1, created_at=OLD, due_at=OLD, expires_at=OLD, state="sent", attempts=1, done_at=OLD,
        )
    )  # fmt: skip


def seal(tx: Connection, period: str, ends_at: Instant) -> None:
    tx.execute(
        insert(statement).values(
            customer="acme", period=period, revision=1, number=period, verdict="met", ends_at=ends_at, cutoff=ends_at,
            sealed_at=ends_at, record=b"", record_sha256="0" * 64, evidence=b"", seal={},
        )
    )  # fmt: skip


def counts(tx: Connection) -> dict[str, int]:
    tables = (failing_result, alert, transition, incident, incident_event, case, case_event, notification, statement)
    return {table.name: tx.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def facts_seen(tx: Connection) -> Any:
    evidence = tx.scalar(select(failing_result.c.evidence))
    return None if evidence is None else evidence["facts"]


async def tidied(database: Database, config: Config, now: Instant) -> dict[str, int]:
    for step in await database.read(lambda tx: keeping.steps(tx, config, now)):
        while await database.write(step):
            pass
    return await database.read(counts)


async def test_of_the_calendars_work_only_the_last_days_are_remembered(database: Database, config: Config) -> None:
    """An hourly task leaves a row each hour, and nobody asks for last year's."""

    def claim(tx: Connection) -> list[bool]:
        return [store.claim(tx, "statements", NOON - days * DAY, NOON) for days in (400, 31, 30, 0)]

    assert await database.write(claim) == [True] * 4
    await tidied(database, config, NOON)
    assert await database.write(claim) == [True, True, False, False]


async def test_while_a_period_waits_for_its_seal_everything_it_rests_on_stays(
    database: Database, config: Config
) -> None:
    """But for what the target wrote: nothing rests on it, and it goes after thirty days."""
    await database.write(fill)
    before = await database.read(counts)
    await tidied(database, config, OLD + 29 * DAY)
    assert await database.read(facts_seen) == {"status": 502, "body": "Dear Ms Chen"}
    assert await tidied(database, config, of_day("2027-02-20")) == before
    assert await database.read(facts_seen) == {"status": 502}


async def test_once_sealed_its_results_go_by_age_and_its_records_stay(database: Database, config: Config) -> None:
    await database.write(fill)
    for period, end in (("2026-09", "2026-10-01"), ("2026-10", "2026-11-01"), ("2026-11", "2026-12-01")):
        await database.write(partial(seal, period=period, ends_at=of_day(end)))
    now = of_day("2027-02-20")
    before = await database.read(counts)
    assert await tidied(database, config, OLD + 119 * DAY) == before
    assert await tidied(database, config, now) == {**before, "failing_result": 0}


async def test_long_after_the_end_of_the_agreement_the_records_go_and_the_leaves_stay(
    database: Database, config: Config
) -> None:
    await database.write(fill)
    await database.write(lambda tx: seal(tx, "2026-09", of_day("2026-10-01")))
    leaves = await database.read(ledger.size)
    ended = ending(config, of_day("2026-10-01"))

    assert (await tidied(database, ended, of_day("2029-09-29")))["case"] == 1
    left = await tidied(database, ended, LONG_AFTER)

    assert left == {**dict.fromkeys(left, 0), "transition": 1}
    newest = await database.read(lambda tx: ledger.at(tx, leaves))
    assert (newest.entry.kind, newest.entry.body) == ("erasure", {"index": 1})
    assert await database.read(ledger.size) == leaves + 1
    assert await database.read(lambda tx: list(ledger.openings_of(tx, [1]))) == []


async def test_a_hold_keeps_everything_until_it_is_released(database: Database, config: Config) -> None:
    await database.write(fill)
    ended = ending(config, of_day("2026-10-01"))
    before = await database.read(counts)
    planned = await database.read(lambda tx: keeping.steps(tx, ended, LONG_AFTER))

    await database.write(lambda tx: holds.place(tx, call(ended, reason="docket 118")))
    assert await tidied(database, ended, LONG_AFTER) == before
    for step in planned:
        assert await database.write(step) == 0

    await database.write(lambda tx: holds.release(tx, call(ended, reason="settled")))
    assert (await tidied(database, ended, LONG_AFTER))["case"] == 0


async def test_a_hold_is_for_a_known_customer_once_and_with_a_reason(database: Database, config: Config) -> None:
    await database.write(lambda tx: holds.place(tx, call(config, reason="docket 118")))
    (one,) = (await database.read(holds.standing)).values()
    assert (one.customer, one.reason, one.by) == ("acme", "docket 118", "person:li")
    for arguments, told in (
        ({"reason": "again"}, "stands on acme already"),
        ({"customer": "nobody"}, "no customer 'nobody'; known: acme"),
        ({"reason": "  "}, "say why"),
    ):
        with pytest.raises(holds.NoHold, match=told):
            await database.write(partial(holds.place, call=call(config, **arguments)))
    with pytest.raises(holds.NoHold, match="no hold stands on other"):
        await database.write(lambda tx: holds.release(tx, call(config, customer="other")))


def call(config: Config, customer: str = "acme", reason: str = "r") -> Call:
    rules = rules_of(config, installed())
    return Call(rules=rules, by="person:li", arguments={"customer": customer, "reason": reason}, now=LONG_AFTER)


async def test_what_was_settled_about_the_count_goes_with_the_records_it_is_about(
    database: Database, config: Config
) -> None:
    asked = Requested(component="shop", start=OLD, end=OLD + HOUR, state=State.UP, reason="typed", evidence="their log")
    plan = Proposed(components=("shop",), category=Category.MAINTENANCE, start=OLD, end=OLD + HOUR, text="work")
    every = Proposed(components=("shop",), category=Category.MAINTENANCE, every="Sun 01:00", duration=HOUR)

    def settle(tx: Connection) -> None:
        corrections.append(tx, "COR-1", None, said(asked))
        for id, proposed in (("EXC-1", plan), ("EXC-2", every)):
            exclusions.append(tx, id, None, said(proposed))
        breach.add(tx, "acme", "acme/sla-standard", OLD, "person:li", "told a stranger", OLD)

    await database.write(settle)
    await database.write(lambda tx: seal(tx, "2026-09", of_day("2026-10-01")))
    ended = ending(config, of_day("2026-10-01"))

    def left(tx: Connection) -> tuple[list[str], list[str], int]:
        ids = sorted(one.id for one in exclusions.proposals(tx))
        return [one.id for one in corrections.corrections(tx)], ids, len(breach.breaches(tx, "acme", LONG_AFTER))

    await tidied(database, ended, of_day("2029-09-29"))
    assert await database.read(left) == (["COR-1"], ["EXC-1", "EXC-2"], 1)
    await tidied(database, ended, LONG_AFTER)
    assert await database.read(left) == ([], ["EXC-2"], 0), "a window that recurs is not over until it is withdrawn"
    withdrawn = said(Withdrawn(reason="moved"), at=LONG_AFTER)
    await database.write(lambda tx: exclusions.append(tx, "EXC-2", exclusions.find(tx, "EXC-2"), withdrawn))
    await tidied(database, ended, LONG_AFTER + 2000 * DAY)
    assert await database.read(left) == ([], [], 0)
    assert await database.read(lambda tx: list(ledger.openings_of(tx, range(ledger.size(tx))))) == []
    again = await database.write(
        lambda tx: breach.add(tx, "acme", "acme/sla-standard", NOON, "person:li", "again", LONG_AFTER)
    )
    assert again.id == "BREACH-2", "a number is never given twice"


def said(event: Any, at: Instant = OLD) -> Said[Any]:
    return Said(event=event, happened_at=at, recorded_at=at, by="person:li", entered_by=None, seen_by_customer_at=at)
