"""The exchange that failed first is frozen with its incident, and outlives everything the probes keep."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from config.instant import DAY, HOUR, MINUTE, SECOND, Instant
from config.state import State
from db.engine import Database
from db.ledger import store as ledger
from db.ledger.canonical import canonical
from db.tables.incidents import incident_evidence as table
from db.tables.probe import failing_result
from incidents.incident import Incident
from incidents.service import Incidents
from incidents.store import evidence, pruning
from incidents.store import incident as store
from probe.batch import Batch
from probe.evidence import Exchange
from probe.result import Answer, Attempt, Outcome, Plain, Reason, Result
from probe.store import save
from tests.incidents.samples import BY_SERVICE, NOON, alert, config, incidents, see

U, D, G = State.UP, State.DOWN, State.DEGRADED
BEGAN = NOON - MINUTE
TRIES = tuple(
    Attempt(outcome=Outcome.DOWN, reason=Reason.STATUS, latency_us=1_000, address=address)
    for address in ("192.0.2.1", "192.0.2.2")
)


def bad(
    tx: Connection, at: Instant, detail: str, outcome: Outcome = Outcome.DOWN, facts: Mapping[str, Plain] | None = None
) -> None:
    answer = Answer(
        outcome=outcome,
        reason=Reason.STATUS,
        detail=detail,
        latency_us=1_234,
        phases={"connect": 400, "processing": 834},
        facts={"status": 503, **(facts or {})},
        attempts=TRIES,
    )
    save(tx, Batch(failing=(Result(check="shop/home", location="local", tick=at, started_at=at, answer=answer),)), at)


def quiet(tx: Connection, made: Incidents) -> None:
    see(tx, made, {"shop/home": U, "shop/api": U}, NOON - HOUR, NOON - HOUR)


def newest(tx: Connection) -> Incident:
    found = store.newest_of(tx, "shop")
    assert found is not None
    return found


def frozen(tx: Connection) -> Exchange | None:
    return evidence.find(tx, newest(tx).id)


def leaves(tx: Connection) -> list[Any]:
    return [one.entry.body for one in ledger.leaves_of(tx, ["evidence/shop"], ledger.size(tx))]


def opened(tx: Connection, **facts: Plain) -> Exchange:
    """An incident of three bad answers, the last of which confirmed it."""
    made = incidents(config())
    quiet(tx, made)
    bad(tx, BEGAN - HOUR, "an earlier blip that never was confirmed")
    bad(tx, BEGAN, "answered 503, expected 200", facts=facts)
    bad(tx, BEGAN + 20 * SECOND, "answered 504, expected 200")
    bad(tx, BEGAN + 40 * SECOND, "answered 504, expected 200", facts={"witness.tcp://192.0.2.9:443": "reached"})
    see(tx, made, {"shop/home": D}, BEGAN, NOON)
    found = frozen(tx)
    assert found is not None
    return found


async def test_the_first_bad_answer_is_kept_with_phases_facts_and_every_try(database: Database) -> None:
    found = await database.write(opened)
    answer = found.answer
    assert (found.check, found.location, found.started_at) == ("shop/home", "local", BEGAN)
    assert (answer.outcome, answer.reason, answer.latency_us) == (Outcome.DOWN, Reason.STATUS, 1_234)
    assert answer.detail == "answered 503, expected 200"
    assert answer.phases == {"connect": 400, "processing": 834}
    assert answer.attempts == TRIES
    assert answer.facts == {"status": 503, "witness.tcp://192.0.2.9:443": "reached"}, "with what witnesses said later"


async def test_it_stays_when_the_probes_results_go_and_goes_with_its_incident(database: Database) -> None:
    def later(tx: Connection) -> tuple[Exchange, Exchange | None, int]:
        before = opened(tx)
        tx.execute(delete(failing_result))
        after = frozen(tx)
        see(tx, incidents(config()), {"shop/home": U}, NOON + HOUR, NOON + HOUR)
        pruning.incidents(tx, "shop", NOON + DAY)
        return before, after, tx.scalar(select(func.count()).select_from(table)) or 0

    before, after, left = await database.write(later)
    assert after == before
    assert left == 0


async def test_a_leaf_holds_its_hash_and_shows_a_word_that_was_changed(database: Database) -> None:
    def changed(tx: Connection) -> tuple[Any, str, str]:
        opened(tx)
        (leaf,) = leaves(tx)
        before = _hash(tx)
        tx.execute(update(table).values(reason=Reason.TIMEOUT.value))
        return leaf, before, _hash(tx)

    leaf, before, after = await database.write(changed)
    assert leaf == {
        "incident": "INC-2026-0001",
        "check": "shop/home",
        "location": "local",
        "started_at": BEGAN,
        "sha256": before,
    }
    assert after != before


def _hash(tx: Connection) -> str:
    row = dict(tx.execute(select(table)).mappings().one())
    return sha256(canonical({str(key): row[key] for key in row if key not in ("recorded_at", "body")})).hexdigest()


async def test_what_a_body_said_is_in_no_leaf_and_goes_earlier(database: Database) -> None:
    def pruned(tx: Connection) -> tuple[Exchange, str, list[int], Exchange | None]:
        found = opened(tx, body="stack trace of 海港")
        before = _hash(tx)
        gone = [pruning.bodies(tx, NOON), pruning.bodies(tx, NOON + 1), pruning.bodies(tx, NOON + 1)]
        assert leaves(tx)[0]["sha256"] == before == _hash(tx)
        return found, str(leaves(tx)), gone, frozen(tx)

    found, leaf, gone, after = await database.write(pruned)
    assert found.answer.facts["body"] == "stack trace of 海港"
    assert "stack" not in leaf
    assert gone == [0, 1, 0]
    assert after is not None and "body" not in after.answer.facts and after.answer.facts["status"] == 503


async def test_what_an_alert_opened_gets_its_evidence_once_a_check_is_sure(database: Database) -> None:
    made = incidents(config())

    def told(tx: Connection) -> tuple[Exchange | None, Exchange | None]:
        quiet(tx, made)
        news = alert(labels={"service": "shop"}, at=BEGAN)
        made.alert_news(tx, "am", [news], BY_SERVICE, BEGAN, BEGAN)
        before = frozen(tx)
        bad(tx, BEGAN + SECOND, "answered 503, expected 200")
        see(tx, made, {"shop/home": D}, BEGAN + SECOND, NOON)
        return before, frozen(tx)

    before, after = await database.write(told)
    assert before is None
    assert after is not None and after.started_at == BEGAN + SECOND


async def test_slow_answers_are_the_evidence_of_a_degraded_component_only(database: Database) -> None:
    made = incidents(config())

    def slow(tx: Connection) -> Exchange | None:
        quiet(tx, made)
        bad(tx, BEGAN, "slow", Outcome.DEGRADED)
        see(tx, made, {"shop/home": G}, BEGAN, NOON)
        return frozen(tx)

    def down(tx: Connection) -> Exchange | None:
        see(tx, made, {"shop/home": U}, NOON + HOUR, NOON + HOUR)
        bad(tx, NOON + 2 * HOUR, "slow", Outcome.DEGRADED)
        bad(tx, NOON + 2 * HOUR + 1, "down")
        see(tx, made, {"shop/home": D}, NOON + 2 * HOUR, NOON + 3 * HOUR)
        return frozen(tx)

    degraded, broken = await database.write(slow), await database.write(down)
    assert degraded is not None and degraded.answer.detail == "slow"
    assert broken is not None and broken.answer.detail == "down"


async def test_where_no_check_saw_anything_there_is_none(database: Database) -> None:
    made = incidents(config())

    def silent(tx: Connection) -> tuple[Exchange | None, list[Any]]:
        quiet(tx, made)
        see(tx, made, {"shop/home": D}, BEGAN, NOON)
        return frozen(tx), leaves(tx)

    assert await database.write(silent) == (None, [])
