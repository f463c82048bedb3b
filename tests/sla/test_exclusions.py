"""Exclusions in the store: what a person may say of one, what is refused, and what the configuration becomes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from config.agreement import Category
from config.instant import HOUR, MINUTE, Instant
from config.model import Config
from db.engine import Database
from db.ledger import store as ledger
from sla.exclusions import Exclusions
from sla.proposal import Proposal, Proposed
from sla.store import exclusion as store
from sla.word import Refused, spoken_by
from tests.sla.contract import AGREEMENT, at, config

NOW = at("10-06 12:00:00")
START, END = at("10-10 01:00:00"), at("10-10 05:00:00")
CUSTOMER = "harbour-bank"
Work = Callable[[Connection], Any]


@pytest.fixture
def written(tmp_path: Path) -> Config:
    return config(tmp_path)


@pytest.fixture
def exclusions(written: Config) -> Exclusions:
    return Exclusions(written)


def plan(**more: Any) -> Proposed:
    base: dict[str, Any] = {"components": ("pay",), "category": Category.MAINTENANCE, "start": START, "end": END}
    return Proposed(**base | more)


async def asked(database: Database, exclusions: Exclusions, **more: Any) -> str:
    made = await database.write(lambda tx: exclusions.propose(tx, plan(**more), "person:li", NOW))
    return made.id


async def test_a_proposal_gets_a_number_and_keeps_what_is_said_of_it(
    database: Database, exclusions: Exclusions
) -> None:
    id = await asked(database, exclusions)
    assert (id, await asked(database, exclusions)) == ("X-1", "X-2")

    def speak(tx: Connection) -> None:
        exclusions.notice(tx, id, "person:li", NOW, delivered_at=NOW - HOUR, proof="250 2.0.0 accepted")
        exclusions.approve(tx, id, "person:wang", NOW + 1)
        exclusions.countersign(tx, id, CUSTOMER, NOW + 2)
        exclusions.worked(tx, id, START, START + HOUR, "person:li", END)
        exclusions.withdraw(tx, id, "not needed", "person:li", END + 1)

    await database.write(speak)
    found = await database.read(lambda tx: store.find(tx, id))
    assert found is not None
    newest = found.newest
    assert (found.version, newest.by, newest.plan) == (6, "person:li", plan())
    assert [(one.happened_at, one.recorded_at, one.event.customer) for one in newest.notices] == [
        (NOW - HOUR, NOW, CUSTOMER)
    ]
    assert [one.by for one in newest.approvals] == ["person:wang"]
    assert [(one.by, one.seen_by_customer_at) for one in newest.countersignatures] == [
        (f"customer:{CUSTOMER}", NOW + 2)
    ]
    assert [one.event.occurrence for one in found.works] == [START]
    assert found.withdrawn
    assert await database.read(lambda tx: [one.id for one in store.proposals(tx, ["pay"], NOW)]) == ["X-1", "X-2"]
    assert await database.read(lambda tx: store.proposals(tx, ["shop"])) == ()
    as_then = await database.read(lambda tx: store.proposals(tx, ["pay"], NOW + 1)[0])
    assert (as_then.version, as_then.withdrawn) == (3, False)


async def test_what_is_one_customers_or_one_components_alone_is_a_leaf_of_its_own(
    database: Database, exclusions: Exclusions
) -> None:
    by = spoken_by(CUSTOMER)

    def speak(tx: Connection) -> list[tuple[str, str, int]]:
        id = exclusions.propose(tx, plan(components=("pay", "shop")), by, NOW, entered_by="person:li").id
        exclusions.notice(tx, id, "person:li", NOW, delivered_at=NOW - HOUR, proof="250 OK", customer=CUSTOMER)
        exclusions.approve(tx, id, "person:wang", NOW)
        kept = [ledger.at(tx, index) for index in range(ledger.size(tx))]
        assert all(one.entry.private_hash is not None for one in kept), "no hash can be guessed"
        shared = [one for one in kept if one.entry.stream == f"exclusion/{id}"]
        assert not any(word.encode() in one.data for one in shared for word in (CUSTOMER, "pay", "shop"))
        return [(one.entry.kind, one.entry.stream, one.entry.n) for one in kept]

    assert await database.write(speak) == [
        ("exclusion", "exclusion/X-1", 0),
        ("exclusion.covered", "exclusion/X-1/component/pay", 0),
        ("exclusion.covered", "exclusion/X-1/component/shop", 0),
        ("exclusion.spoken", f"exclusion/X-1/customer/{CUSTOMER}", 0),
        ("exclusion", f"exclusion/X-1/customer/{CUSTOMER}", 1),
        ("exclusion", "exclusion/X-1", 1),
    ]


async def test_who_wrote_the_plan_down_in_the_customers_name_is_no_second_person(
    database: Database, exclusions: Exclusions
) -> None:
    by = f"customer:{CUSTOMER}"
    await database.write(lambda tx: exclusions.propose(tx, plan(), by, NOW, entered_by="person:li"))
    with pytest.raises(Refused, match="li wrote it down in the customer's name"):
        await database.write(lambda tx: exclusions.approve(tx, "X-1", "person:li", NOW))
    approved = await database.write(lambda tx: exclusions.approve(tx, "X-1", "person:wang", NOW))
    assert approved.newest.second is not None and approved.newest.entered_by == "person:li"


WRONG_PLANS: list[tuple[dict[str, Any], str]] = [
    ({"start": END, "end": START}, "ends before it begins"),
    ({"start": START, "end": START}, "ends before it begins"),
    ({"end": None}, "not clear"),
    ({"components": ("nothing",)}, "no component 'nothing'; known: pay, shop"),
    ({"components": ()}, "at least one"),
    ({"start": None, "end": None, "every": "Sun 01:00"}, "duration"),
    ({"start": None, "end": None, "every": "Someday", "duration": HOUR}, "write Sun 01:00"),
    ({"start": None, "end": None, "every": "Sun 25:00", "duration": HOUR}, "write Sun 01:00"),
    ({"start": None, "end": None, "every": "32 01:00", "duration": HOUR}, "write Sun 01:00"),
]


@pytest.mark.parametrize(("more", "why"), WRONG_PLANS)
async def test_a_wrong_plan_is_refused_and_takes_no_number(
    database: Database, exclusions: Exclusions, more: dict[str, Any], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        await database.write(lambda tx: exclusions.propose(tx, plan(**more), "person:li", NOW))
    assert await asked(database, exclusions) == "X-1"


REFUSED: list[tuple[Callable[[Exclusions, Connection], object], str]] = [
    (lambda all, tx: all.approve(tx, "X-1", "person:li", NOW), "li asked for it and cannot approve it"),
    (lambda all, tx: all.approve(tx, "X-1", f"customer:{CUSTOMER}", NOW), "countersign"),
    (lambda all, tx: all.approve(tx, "X-9", "person:wang", NOW), "no exclusion 'X-9'"),
    (lambda all, tx: all.countersign(tx, "X-1", "nobody", NOW), "no exclusion 'X-1'"),
    (
        lambda all, tx: all.countersign(tx, "X-1", "nobody", NOW, proof="sheet 1", entered_by="person:li"),
        "does not concern 'nobody'",
    ),
    (lambda all, tx: all.countersign(tx, "X-1", CUSTOMER, NOW, entered_by="person:li"), "--proof"),
    (lambda all, tx: all.countersign(tx, "X-1", CUSTOMER, NOW, occurrence=START - 1), "at that time it has no window"),
    (lambda all, tx: all.notice(tx, "X-1", "person:li", NOW, delivered_at=NOW, proof=" "), "how the delivery"),
    (lambda all, tx: all.notice(tx, "X-1", "person:li", NOW, delivered_at=NOW + 1, proof="250"), "future"),
    (lambda all, tx: all.worked(tx, "X-1", START - HOUR, START, "person:li", END), "at that time it has no window"),
    (lambda all, tx: all.worked(tx, "X-1", START + 1, START, "person:li", END), "ends before it starts"),
    (lambda all, tx: all.worked(tx, "X-1", START, END, "person:li", END - 1), "not over"),
    (lambda all, tx: all.withdraw(tx, "X-1", "", "person:li", NOW), "why it is withdrawn"),
]


@pytest.mark.parametrize(("act", "why"), REFUSED)
async def test_what_cannot_be_said_is_refused_and_nothing_is_written(
    database: Database, exclusions: Exclusions, act: Callable[[Exclusions, Connection], object], why: str
) -> None:
    await asked(database, exclusions)
    with pytest.raises(Refused, match=why):
        await database.write(lambda tx: act(exclusions, tx))
    assert await database.read(lambda tx: len(store.events_of(tx, "X-1"))) == 1


TWICE: list[Callable[[Exclusions, Connection, Instant], Proposal]] = [
    lambda all, tx, now: all.approve(tx, "X-1", "person:wang", now),
    lambda all, tx, now: all.countersign(tx, "X-1", CUSTOMER, now),
    lambda all, tx, now: all.worked(tx, "X-1", START, END, "person:li", END),
    lambda all, tx, now: all.withdraw(tx, "X-1", "not needed", "person:li", now),
]


@pytest.mark.parametrize("act", TWICE)
async def test_saying_it_twice_is_refused(
    database: Database, exclusions: Exclusions, act: Callable[[Exclusions, Connection, Instant], Proposal]
) -> None:
    await asked(database, exclusions)
    await database.write(lambda tx: act(exclusions, tx, NOW))
    with pytest.raises(Refused, match=r"already|withdrawn"):
        await database.write(lambda tx: act(exclusions, tx, NOW + MINUTE))


async def test_whom_a_notice_reached_has_to_be_said_where_several_are_concerned(
    database: Database, tmp_path: Path
) -> None:
    """A second customer has an agreement over the same component."""
    other = AGREEMENT + "  linden:\n    name: Linden\n    agreements:" + AGREEMENT
    exclusions = Exclusions(config(tmp_path, other))
    id = await asked(database, exclusions)
    with pytest.raises(Refused, match="--customer"):
        await database.write(
            lambda tx: exclusions.notice(tx, id, "person:li", NOW, delivered_at=NOW, proof="250 accepted")
        )
    told = await database.write(
        lambda tx: exclusions.notice(tx, id, "person:li", NOW, delivered_at=NOW, proof="250", customer="linden")
    )
    assert [one.event.customer for one in told.newest.notices] == ["linden"]


async def test_the_configuration_is_recorded_once_and_each_change_is_a_revision(
    database: Database, tmp_path: Path
) -> None:
    def kinds(tx: Connection) -> dict[str, list[str]]:
        return {
            one.id: [type(said.event).__name__ for said in store.events_of(tx, one.id)] for one in store.proposals(tx)
        }

    first = Exclusions(config(tmp_path))
    await database.write(lambda tx: first.take_over(tx, NOW))
    await database.write(lambda tx: first.take_over(tx, NOW + HOUR))
    assert await database.read(kinds) == {"late": ["Proposed"], "weekly": ["Proposed"]}

    moved = Exclusions(
        config(
            tmp_path,
            exclusions="""
exclusions:
  weekly: {components: [shop], category: maintenance, every: "Mon 01:00", duration: 4h}
""",
        )
    )
    await database.write(lambda tx: moved.take_over(tx, NOW + 2 * HOUR))
    assert await database.read(kinds) == {"late": ["Proposed", "Withdrawn"], "weekly": ["Proposed", "Proposed"]}
    weekly = await database.read(lambda tx: store.find(tx, "weekly"))
    assert weekly is not None
    assert [(one.plan.components, one.recorded_at) for one in weekly.revisions] == [
        (("pay",), NOW),
        (("shop",), NOW + 2 * HOUR),
    ]
    assert weekly.components == {"pay", "shop"}

    await database.write(lambda tx: first.take_over(tx, NOW + 3 * HOUR))
    assert await database.read(kinds) == {
        "late": ["Proposed", "Withdrawn", "Proposed"],
        "weekly": ["Proposed", "Proposed", "Proposed"],
    }


async def test_what_a_person_withdrew_stays_withdrawn_though_it_stands_in_the_configuration(
    database: Database, exclusions: Exclusions
) -> None:
    await database.write(lambda tx: exclusions.withdraw(tx, "weekly", "no longer agreed", "person:li", NOW))
    await database.write(lambda tx: exclusions.take_over(tx, NOW + HOUR))
    found = await database.read(lambda tx: store.find(tx, "weekly"))
    assert found is not None and found.withdrawn


async def test_before_anybody_recorded_it_the_configuration_is_read_as_of_now(
    database: Database, exclusions: Exclusions
) -> None:
    found = await database.read(lambda tx: exclusions.known(tx, ["pay"], NOW))
    assert [(one.id, one.newest.recorded_at) for one in found] == [("late", NOW), ("weekly", NOW)]
    assert await database.read(lambda tx: exclusions.known(tx, ["shop"], NOW)) == ()
    await database.write(lambda tx: exclusions.take_over(tx, NOW))
    # once recorded it is not there before it was
    assert await database.read(lambda tx: exclusions.known(tx, ["pay"], NOW - 1)) == ()
