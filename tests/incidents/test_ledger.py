"""Every fact of a component or a case is a leaf, written with it or not at all, and names nobody."""

from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from config.agreement import CaseKind
from config.instant import MINUTE
from config.state import State
from db.engine import Database
from db.ledger import store as ledger
from db.ledger.leaf import opens
from db.tables.incidents import case_event
from db.tables.incidents import transition as table
from incidents.case import CaseNoted, CaseOpened
from incidents.fact import facts_of, impersonal
from incidents.store import case as cases
from incidents.store import transition
from incidents.store.transition import Transition
from tests.incidents.samples import NOON, config, incidents, see
from tests.incidents.test_caseload import FIRST, desk

U, D = State.UP, State.DOWN


def bodies(tx: Connection, stream: str) -> list[Any]:
    return [one.entry.body for one in ledger.leaves_of(tx, [stream], ledger.size(tx))]


async def test_every_transition_is_a_leaf_with_all_that_was_stored(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        see(tx, made, {"shop/home": U, "shop/api": U}, NOON, NOON)
        see(tx, made, {"shop/home": D}, NOON + MINUTE, NOON + 3 * MINUTE)

    await database.write(work)

    found = await database.read(lambda tx: bodies(tx, "transition/shop"))
    rows = await database.read(lambda tx: tx.execute(select(table).order_by(table.c.id)).mappings().all())
    said = ("component", "state", "happened_at", "by", "cause", "reason", "bound_at")
    assert found == [{key: row[key] for key in said} for row in rows]
    assert [(one["state"], one["cause"]) for one in found] == [("up", "shop/api"), ("down", "shop/home")]


async def test_what_a_sender_wrote_is_kept_beside_the_leaf(database: Database) -> None:
    told = Transition(component="shop", state=D, happened_at=NOON, by="source:am", cause="Li's host is away")

    await database.write(lambda tx: transition.append(tx, told, NOON))

    (body,) = await database.read(lambda tx: bodies(tx, "transition/shop"))
    kept = await database.read(lambda tx: ledger.newest_of(tx, "transition/shop"))
    ((_, opening),) = await database.read(lambda tx: list(ledger.openings_of(tx, [0])))
    assert body["cause"] is None
    assert kept is not None and opens(kept.entry, opening)
    assert opening.private == {"cause": "Li's host is away"}


async def test_an_incident_s_beginning_and_end_are_leaves_and_what_people_do_in_between_is_not(
    database: Database,
) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        see(tx, made, {"shop/home": U, "shop/api": U}, NOON, NOON)
        see(tx, made, {"shop/home": D}, NOON + MINUTE, NOON + 3 * MINUTE)
        made.acknowledge(tx, "INC-2026-0001", "person:li", NOON + 4 * MINUTE, "desk")
        see(tx, made, {"shop/home": U}, NOON + 5 * MINUTE, NOON + 6 * MINUTE)

    await database.write(work)

    found = await database.read(lambda tx: bodies(tx, "incident/shop"))
    assert [one["incident"] for one in found] == ["INC-2026-0001"] * 2
    assert [one["started_at"] for one in found] == [NOON + MINUTE] * 2
    assert [one["resolved_at"] is None for one in found] == [True, False]


async def test_every_event_of_a_case_is_a_leaf_that_names_nobody(database: Database) -> None:
    made = desk()

    def work(tx: Connection) -> None:
        made.call(tx, title="陈静 cannot log in", caller="陈静")
        made.cases.record(tx, FIRST, CaseNoted(text="陈静 will call again"), "person:li", NOON, NOON)

    await database.write(work)

    kept = await database.read(lambda tx: ledger.leaves_of(tx, [f"case/{FIRST}"], ledger.size(tx)))
    events = await database.read(lambda tx: cases.events(tx, FIRST))
    openings = await database.read(lambda tx: dict(ledger.openings_of(tx, [one.index for one in kept])))
    assert len(kept) == len(events) == 2
    assert isinstance(events[0].event, CaseOpened)
    for leaf, event in zip(kept, events, strict=True):
        private = openings[leaf.index].private
        assert opens(leaf.entry, openings[leaf.index])
        assert {**leaf.entry.body["facts"], **private["facts"]} == facts_of(event.event)
        assert (leaf.entry.body["happened_at"], private["by"]) == (event.happened_at, event.by)
        assert "陈静".encode() not in leaf.data and b"person:li" not in leaf.data
    first, second = (one.entry.body for one in kept)
    assert (first["kind"], first["by"], first["facts"]["level"]) == ("case_opened", "person", events[0].event.level)
    assert (second["kind"], second["facts"]) == ("case_noted", {})


def test_texts_that_are_not_known_as_ours_are_people_s() -> None:
    facts = facts_of(
        CaseOpened(
            customer="acme", agreement="acme/1", agreement_version=2, kind=CaseKind.FAULT, level=1, title="t",
            reported_at=5, caller="c", component="shop",
        )
    )  # fmt: skip
    kept, personal = impersonal(facts)
    assert personal == {"title": "t", "caller": "c"}
    assert {**kept, **personal} == facts


async def test_work_that_fails_leaves_neither_the_transition_nor_its_leaf(database: Database) -> None:
    def fails(tx: Connection) -> None:
        transition.append(tx, Transition(component="shop", state=D, happened_at=NOON, by="upheld"), NOON)
        raise RuntimeError("killed here")

    with pytest.raises(RuntimeError):
        await database.write(fails)

    assert await database.read(ledger.size) == 0
    assert await database.read(lambda tx: tx.scalar(select(func.count()).select_from(table))) == 0
    assert await database.read(lambda tx: tx.scalar(select(func.count()).select_from(case_event))) == 0
