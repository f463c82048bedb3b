"""Somebody with root, the key and the database, and a customer with the key of the contract and a daily checkpoint.

What is rewritten afterwards, the checkpoint tells; what is done while the month runs, the statement tells. SQLite
alone: what is attacked is the ledger, which both stores keep in the same rows.
"""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from config.agreement import CaseKind
from config.counting import Category
from config.instant import HOUR, MINUTE, SECOND
from config.state import State
from db.engine import Database, open_database
from db.ledger import checkpoint
from db.ledger import store as leaves
from db.ledger.checkpoint import Signer
from db.ledger.erasure import destroy, opened_in
from db.ledger.leaf import Entry, Leaf
from incidents.case import LevelChanged, Waiting
from incidents.store import transition
from probe import definition
from sla.exclusions import Exclusions
from sla.proposal import Approved, ExclusionEvent, Proposed
from sla.record import Word
from sla.store import exclusion as exclusions
from sla.telling import streams_of
from sla.word import Said
from tests.once import once
from tests.upheld.months import OCTOBER, Months, at
from tests.upheld.proof import sample
from tests.upheld.proof.forge import Edit, Fact, forged
from tests.upheld.proof.sample import CHECKED
from upheld import signing
from upheld.proof.bundle import Bundle
from upheld.proof.verify import public_key, verify

pytestmark = pytest.mark.store

DOWN = (at("10-30 09:00"), at("10-30 12:00"))
SINCE, ASKED, ENDS = "2026-10-29", at("10-28 00:00"), at("11-01 08:10")
SEALED, ANSWERLESS = "11-02 06:00", "11-05 06:00"
REWRITTEN = "leaves that you saw is not this one: it was rewritten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the customer has at home: the key of the contract, each day's checkpoint, the honest bundle."""

    key: str
    checkpoints: tuple[str, ...]
    bundle: Bundle

    def finds(self, bundle: Bundle, seen: str | None = None) -> list[str]:
        """As `verify --key --seen` says it; the newest checkpoint unless told."""
        report = verify(bundle, public_key(self.key), seen or self.checkpoints[-1])
        return [f"{one.check}: {one.text}" for one in report.findings]


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """The machine, its store at hand, and the key."""

    months: Months
    held: Held

    @property
    def key(self) -> Ed25519PrivateKey:
        return signing.ensure(self.months.config.signing.key_file)

    async def forges(self, edit: Edit, key: Ed25519PrivateKey | None = None) -> Bundle:
        honest, own = await self.months.sealed(), key or self.key

        def work(tx: Connection) -> Bundle:
            name = self.held.checkpoints[0].splitlines()[0]
            return forged(tx, name, honest, own, edit)

        return await self.months.database.write(work)


def _beginning(database: Database, folder: Path, checks: Any = CHECKED) -> Months:
    months = Months(database=database, folder=folder, since=SINCE, changes=checks)
    months.now = at("10-28 00:00")
    return months


async def _honest(database: Database, folder: Path) -> tuple[Months, Held]:
    months, kept = _beginning(database, folder), []
    await months.begin()
    key = signing.ensure(months.config.signing.key_file)

    async def mailed(now: int) -> None:
        kept.append(await sample.head(months, now))

    await sample.asked(months, ASKED, ENDS, DOWN, mailed)
    months.now = at("11-01 00:30") + 8 * HOUR
    await months.until(SEALED)
    bundle = await sample.bundle(months)
    return months, Held(key=signing.public_pem(key).decode(), checkpoints=tuple(kept), bundle=bundle)


@pytest.fixture
async def root(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Root]:
    """The honest month is made once; every attack has a copy of it."""

    async def make(folder: Path) -> tuple[Path, Held]:
        database = await open_database(f"sqlite:///{folder}/store.db")
        _, held = await _honest(database, folder)
        await database.close()
        return folder, held

    folder, held = await once(tmp_path_factory, "honest", make)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    database = await open_database(f"sqlite:///{tmp_path}/store.db")
    yield Root(months=_beginning(database, tmp_path), held=held)
    await database.close()


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Months]:
    """A month that has not run yet."""
    database = await open_database(f"sqlite:///{tmp_path}/store.db")
    months = _beginning(database, tmp_path)
    await months.begin()
    yield months
    await database.close()


def as_they_were(facts: list[Fact]) -> list[Fact]:
    return facts


def without_the_outage(facts: list[Fact]) -> list[Fact]:
    """Thoroughly: no change to down, no incident, no case, every answer a good one; the ledger keeps its length."""
    found = []
    for one in facts:
        family, body = one.entry.stream.partition("/")[0], one.entry.body
        if family in ("incident", "case") or (family == "transition" and body["happened_at"] >= DOWN[0] - HOUR):
            one = replace(one, entry=replace(one.entry, stream="transition/nothing"), opening=None)
        if family == "observed":
            runs = [{**run, "result": "up", "missing": []} for run in body["runs"]]
            one = one.saying(runs=runs, failing={"count": 0, "sha256": "0" * 64})
        found.append(one)
    return found


async def test_the_honest_month_holds_for_every_checkpoint_the_customer_kept(root: Root) -> None:
    assert len(root.held.checkpoints) >= 4
    for seen in root.held.checkpoints:
        assert root.held.finds(root.held.bundle, seen) == []
    assert root.held.bundle.record["components"][0]["counted_down_s"] > 3 * 3600 - 600
    again = await root.forges(as_they_were)
    assert root.held.finds(again) == [], "the forger's tools alone change nothing"


async def test_signed_anew_with_another_key_the_key_in_the_contract_tells(root: Root) -> None:
    bundle = await root.forges(without_the_outage, Ed25519PrivateKey.generate())
    assert verify(bundle).holds, "consistent in itself: without a key one held before nobody could tell"
    found = root.held.finds(bundle)
    assert any("but you hold key" in one for one in found)
    assert "seen: the checkpoint you kept is not signed by the key of this bundle" in found


async def test_a_second_ledger_for_one_customer_is_told_by_the_checkpoint_of_the_first(root: Root) -> None:
    def forked(facts: list[Fact]) -> list[Fact]:
        (at_noon,) = [one for one in facts if one.index == len(facts) // 2]
        return [one.saying(by="somebody else") if one is at_noon else one for one in facts]

    bundle = await root.forges(forked)
    assert verify(bundle, public_key(root.held.key)).holds, "each of the two ledgers is consistent in itself"
    assert REWRITTEN in root.held.finds(bundle)[0]


async def test_a_ledger_cut_short_is_told_by_a_checkpoint_that_is_longer(root: Root) -> None:
    def cut(facts: list[Fact]) -> list[Fact]:
        end = next(at for at, one in enumerate(facts) if one.entry.kind == "statement.sealed")
        return facts[: end + 1]

    newest = root.held.bundle.checkpoint
    longer = await root.months.database.write(lambda tx: _grown(tx, root))
    bundle = await root.forges(cut)
    assert root.held.finds(bundle, newest) == []
    (found,) = root.held.finds(bundle, longer)
    assert "ask for the bundle anew" in found and "your checkpoint has" in found


def _grown(tx: Connection, root: Root) -> str:
    """The head of a day later, in which something more was written down."""
    now = at("11-03 08:10")
    leaves.append(tx, Leaf(kind="transition", stream="transition/acme-shop", body={"state": "down"}), now)
    return checkpoint.checkpoint_now(tx, Signer(name=root.held.checkpoints[0].splitlines()[0], key=root.key), now).note


@pytest.mark.parametrize("thorough", [False, True])
async def test_a_back_dated_fact_stands_behind_later_ones_or_in_a_ledger_that_was_rewritten(
    root: Root, thorough: bool
) -> None:
    def back_dated(facts: list[Fact]) -> list[Fact]:
        """A definition of the check with a longer timeout, as if it had always been so."""
        (asked,) = [one for one in facts if one.entry.kind == "check"]
        late = replace(asked.saying(timeout_ms=30_000), index=None)
        early = next(at for at, one in enumerate(facts) if one.entry.recorded_at >= at_noon) if thorough else None
        place = next(at for at, one in enumerate(facts) if one.entry.kind == "statement.sealed")
        late = replace(late, entry=replace(late.entry, recorded_at=at_noon))
        place = place if early is None else early
        return [*facts[:place], late, *facts[place:]]

    at_noon = at("10-29 12:00")
    found = root.held.finds(await root.forges(back_dated))
    if thorough:
        assert REWRITTEN in found[-1]
    else:
        assert any("says it was recorded before leaf" in one and "back-dated" in one for one in found)
        assert any("says it was recorded before a head without it: back-dated" in one for one in found)


async def test_a_sealed_month_rewritten_is_told_by_every_checkpoint_of_after_the_change(root: Root) -> None:
    bundle = await root.forges(without_the_outage)
    assert bundle.record["components"][0]["counted_down_s"] == 0
    assert bundle.seal["number"] == root.held.bundle.seal["number"]
    assert verify(bundle, public_key(root.held.key)).holds, "a whole other history under the real key"
    assert bundle.seal["record_sha256"] != root.held.bundle.seal["record_sha256"], "his own copy says so too"
    assert REWRITTEN in root.held.finds(bundle)[0]
    assert REWRITTEN in root.held.finds(bundle, root.held.bundle.checkpoint)[0]


async def test_figures_rewritten_without_the_facts_do_not_follow_from_them(root: Root) -> None:
    def only_the_line(facts: list[Fact]) -> list[Fact]:
        after = [
            one for one in facts if one.entry.kind == "transition" and one.entry.body["happened_at"] > ASKED + HOUR
        ]
        return [one for one in facts if one not in after]

    found = root.held.finds(await root.forges(only_the_line))
    assert any("acme-shop is recorded as up from" in one and "what was observed says down" in one for one in found)


async def test_a_level_lowered_afterwards_is_a_rewritten_case(root: Root) -> None:
    def lowered(facts: list[Fact]) -> list[Fact]:
        return [
            one.saying(facts={**one.entry.body["facts"], "level": one.entry.body["facts"]["level"] + 1})
            if one.entry.stream.startswith("case/") and "level" in one.entry.body["facts"]
            else one
            for one in facts
        ]

    bundle = await root.forges(lowered)
    was, now = (one.record["cases"][0]["level"] for one in (root.held.bundle, bundle))
    assert now == was + 1
    assert REWRITTEN in root.held.finds(bundle)[0]


async def test_a_clock_stopped_afterwards_is_a_fact_slipped_in(root: Root) -> None:
    def stopped(facts: list[Fact]) -> list[Fact]:
        place = next(at for at, one in enumerate(facts) if one.entry.stream.startswith("case/"))
        opened = facts[place]
        body = {
            **opened.entry.body,
            "kind": "waiting",
            "facts": {"awaited": "a log"},
            "seen_by_customer_at": DOWN[0] + HOUR,
        }
        body["happened_at"] = DOWN[0] + HOUR
        entry = Entry(kind="case", stream=opened.entry.stream, n=0, recorded_at=opened.entry.recorded_at, body=body)
        told = replace(opened, entry=replace(entry, private_hash=opened.entry.private_hash), index=None)
        return [*facts[: place + 1], told, *facts[place + 1 :]]

    assert REWRITTEN in root.held.finds(await root.forges(stopped))[0]


async def test_dropped_samples_leave_a_line_that_nothing_carries(root: Root) -> None:
    def dropped(facts: list[Fact]) -> list[Fact]:
        """On the very day, before any checkpoint: the bad answers and the change to down."""
        found = []
        for one in facts:
            family, body = one.entry.stream.partition("/")[0], one.entry.body
            if family in ("incident", "case") or (family == "transition" and body["happened_at"] >= DOWN[0] - HOUR):
                continue
            if family == "observed":
                one = one.saying(runs=[run for run in body["runs"] if run["result"] == "up"])
            found.append(one)
        return found

    report = verify(await root.forges(dropped), public_key(root.held.key))
    (said,) = [one.text for one in report.findings]
    assert said.startswith("acme-shop is recorded as up from 2026-10-30T01:")
    assert said.endswith("but what was observed says unknown")


async def test_checks_left_out_of_the_seal_are_missed_where_probes_recorded_the_line(root: Root) -> None:
    """Without them the component looks like one that only senders speak of, and nothing contradicts its line."""

    def left_out(facts: list[Fact]) -> list[Fact]:
        hidden = ("check", "observed", "incident", "case")
        kept = [one for one in facts if one.entry.stream.partition("/")[0] not in hidden]
        return [one for one in kept if not (one.entry.kind == "transition" and one.entry.body["state"] == "down")]

    report = verify(await root.forges(left_out), public_key(root.held.key))
    assert [(one.check, one.text.partition(":")[0]) for one in report.findings] == [
        ("support", "acme-shop was recorded by probes, but no check of it is here")
    ]


def asking(**changes: Any) -> dict[str, Any]:
    """The shop, its check changed."""
    shop = CHECKED["components"]["acme-shop"]
    home = {**shop["checks"]["home"], **changes}
    return {"components": {"acme-shop": {**shop, "checks": {"home": home}}}}


async def sealed_by(months: Months, when: str = SEALED) -> dict[str, Any]:
    """The statement as it goes to the customer; its bundle holds."""
    months.now = ENDS + HOUR
    await months.until(when)
    bundle = await sample.bundle(months)
    assert verify(bundle).findings == ()
    return dict(bundle.record)


def changed(record: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    return [(one["name"], one["before"], one["after"]) for one in record["changes"]]


@pytest.mark.parametrize(
    ("changes", "name", "before", "after"),
    [
        ({"interval": "30m"}, "interval_ms", 600_000, 1_800_000),
        ({"timeout": "50s"}, "timeout_ms", 10_000, 50_000),
    ],
)
async def test_a_slower_interval_or_a_longer_timeout_stands_on_the_statement(
    own: Months, changes: dict[str, str], name: str, before: int, after: int
) -> None:
    turn = at("10-30 08:00")
    await sample.asked(own, ASKED, turn, DOWN)
    own.use(**asking(**changes))
    await sample.asked(own, turn, ENDS, DOWN)
    record = await sealed_by(own, ANSWERLESS)
    assert (name, before, after) in changed(record)
    assert record["changes"][-1]["at"] == "2026-10-30T00:00:00.000Z"


async def test_a_check_paused_over_an_outage_stands_on_the_statement_and_its_time_is_not_up(own: Months) -> None:
    paused, again = DOWN[0] - 5 * MINUTE, DOWN[1] + 5 * MINUTE
    await sample.asked(own, ASKED, paused, DOWN)

    def pause(tx: Connection) -> None:
        definition.record(tx, (), paused)
        gone = transition.Transition(component="acme-shop", state=State.UNKNOWN, happened_at=paused, by="probe:local")
        transition.append(tx, gone, paused)

    await own.database.write(pause)
    await sample.asked(own, again, ENDS, DOWN)
    own.now = ENDS + HOUR
    await own.until(SEALED)
    standing = await own.standing()
    assert not standing.revision and standing.question is not None, "it is not sealed without the customer's word"

    def agreed(tx: Connection) -> None:
        own.sealer.answer(tx, "acme", OCTOBER, Word.ACCEPTED, "customer:acme", "person:wang", own.now)

    await own.database.write(agreed)
    record = await sealed_by(own, "11-03 06:00")
    assert changed(record)[-2:] == [("asked", True, False), ("asked", False, True)]
    (component,) = record["components"]
    not_up = [one for one in component["seconds"] if one["class"] != "up"]
    assert sum(one["seconds"] for one in not_up) >= (again - paused) // SECOND
    assert component["display"]["coverage"].startswith("95.")


async def test_an_exclusion_written_after_the_outage_says_so_and_takes_nothing_off(own: Months) -> None:
    await sample.asked(own, ASKED, ENDS, DOWN)

    def exclude(tx: Connection) -> None:
        plans = Exclusions(own.config)
        plan = Proposed(components=("acme-shop",), category=Category.MAINTENANCE, start=DOWN[0], end=DOWN[1])
        id = plans.propose(tx, plan, "person:li", ENDS).id
        plans.approve(tx, id, "person:wang", ENDS + MINUTE)

    await own.database.write(exclude)
    record = await sealed_by(own)
    (one,) = record["exclusions"]
    assert one["recorded_after_start"] and not one["valid"] and one["reason"] is not None
    assert record["components"][0]["counted_down_s"] > 3 * 3600 - 600


async def test_an_erasure_neither_makes_two_people_of_one_nor_one_of_two(own: Months) -> None:
    """Li approves his own plan past every check, Wang approves another; who they were is destroyed before the seal."""

    def plan(tx: Connection, by: str, now: int) -> str:
        plans = Exclusions(own.config)
        start, end = DOWN[0], DOWN[0] + HOUR
        window = Proposed(components=("acme-shop",), category=Category.MAINTENANCE, start=start, end=end)
        id = plans.propose(tx, window, "person:li", now).id
        plans.notice(tx, id, "person:li", now, delivered_at=now, proof="250 OK")
        approved: Said[ExclusionEvent] = Said(event=Approved(), happened_at=now, recorded_at=now, by=by)
        exclusions.append(tx, id, exclusions.find(tx, id), approved)
        return id

    def agree(tx: Connection) -> tuple[str, str]:
        found = plan(tx, "person:li", ASKED), plan(tx, "person:wang", ASKED)
        streams = [stream for id in found for stream in streams_of("exclusion", id, "acme", ["acme-shop"])]
        assert destroy(tx, [index for one in streams for index in opened_in(tx, one)], ASKED) == 8
        return found

    alone, with_a_second = await own.database.write(agree)
    await sample.asked(own, ASKED, ENDS, DOWN)
    record = await sealed_by(own)
    assert {one["id"]: one["valid"] for one in record["exclusions"]} == {alone: False, with_a_second: True}


async def test_a_level_lowered_and_a_clock_stopped_stand_on_the_statement_and_gain_nothing(own: Months) -> None:
    """By the product's own ways. A clock stops when that is written down, and the customer's word is not needed to
    keep the stricter level."""
    opened, claimed, said = at("10-30 09:30"), at("10-30 09:40"), at("10-31 10:00")
    caseload = own.rules.caseload

    def lower(tx: Connection) -> str:
        case = caseload.open_by_person(
            tx, customer="acme", kind=CaseKind.FAULT, title="Orders fail", by="person:wang",
            reported_at=opened, now=opened, component="acme-shop", level=1,
        )  # fmt: skip
        caseload.record(tx, case.id, LevelChanged(level=3, reason="one branch alone"), "person:wang", opened, opened)
        return case.id

    await sample.asked(own, ASKED, opened, DOWN)
    id = await own.database.write(lower)
    await sample.asked(own, opened, said, DOWN)
    stop = Waiting(awaited="your log")
    await own.database.write(lambda tx: caseload.record(tx, id, stop, "person:wang", claimed, said))
    await sample.asked(own, said, ENDS, DOWN)
    record = await sealed_by(own)
    changes = [one for one in record["case_changes"] if one["case"] == id]
    assert [(one["act"], one["before"], one["after"]) for one in changes] == [
        ("level_lowered", 1, 3),
        ("clock_stopped", None, None),
    ]
    assert all(one["by"] == "person:wang" and one["reason"] and one["seen_at"] == one["at"] for one in changes)
    assert changes[1]["at"] == "2026-10-31T02:00:00.000Z" and changes[1]["happened_at"] < changes[1]["at"]
    (case,) = [one for one in record["cases"] if one["id"] == id]
    assert case["level"] == 1
    (resolve,) = [one for one in case["commitments"] if one["name"] == "resolve"]
    assert resolve["outcome"] == "missed", "its limit had passed before the wait was written down"
