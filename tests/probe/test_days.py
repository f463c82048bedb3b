"""A day's leaf says all that was observed that day, once; late results make a second one."""

from functools import partial
from hashlib import sha256
from typing import Any

import rfc8785
from sqlalchemy import Connection

from config.instant import DAY, HOUR, MINUTE, SECOND, Instant
from db.engine import Database
from db.ledger import store as ledger
from probe import days, pruning, store
from probe.batch import Batch, OpenRun
from probe.observation import Run, extend
from probe.result import Answer, Outcome, Reason, Result

CHECK = "shop/home"
STREAM = "observed/shop/home@local"
MIDNIGHT: Instant = 1_788_480_000_000
"""2026-09-04T00:00:00Z."""


def answer(outcome: Outcome) -> Answer:
    reason = None if outcome is Outcome.UP else Reason.TIMEOUT
    return Answer(outcome=outcome, reason=reason, latency_us=1000, phases={"connect": 5}, facts={"status": None})


def result(at: Instant, outcome: Outcome = Outcome.UP, check: str = CHECK) -> Result:
    return Result(check=check, location="local", tick=at, started_at=at, answer=answer(outcome))


def observe(tx: Connection, results: list[Result]) -> None:
    """Stored as a prober stores them."""
    run: Run | None = None
    runs: list[Run] = []
    for one in results:
        run, ended = extend(run, one, MINUTE, 10 * SECOND)
        runs += [ended] if ended else []
    failing = tuple(one for one in results if one.answer.outcome is not Outcome.UP)
    batch = Batch(runs=tuple((OpenRun(run=one), one) for one in [*runs, *([run] if run else [])]), failing=failing)
    store.save(tx, batch, results[-1].started_at)


def keep(tx: Connection, now: Instant, asked: tuple[str, ...] = (CHECK,)) -> int:
    return sum(days.write(tx, piece, now) for piece in days.due(tx, asked, now))


def bodies(tx: Connection, stream: str = STREAM) -> list[Any]:
    return [kept.entry.body for kept in ledger.leaves_of(tx, [stream], ledger.size(tx))]


async def test_a_day_holds_its_runs_with_what_was_missed_and_the_hash_of_its_failures(database: Database) -> None:
    ups = [result(MIDNIGHT + n * MINUTE) for n in (0, 1, 3)]
    downs = [result(MIDNIGHT + n * MINUTE, Outcome.DOWN) for n in (4, 5)]

    await database.write(lambda tx: observe(tx, [*ups, *downs]))
    assert await database.write(lambda tx: keep(tx, MIDNIGHT + DAY + 10 * MINUTE)) == 1

    (body,) = await database.read(bodies)
    assert (body["check"], body["location"], body["day"]) == (CHECK, "local", MIDNIGHT)
    first, second = body["runs"]
    assert first == {
        "result": "up",
        "first_at": MIDNIGHT,
        "last_at": MIDNIGHT + 3 * MINUTE,
        "count": 3,
        "missing": [MIDNIGHT + 2 * MINUTE],
        "interval_ms": MINUTE,
        "timeout_ms": 10 * SECOND,
        "latency_sum_us": 3000,
        "latency_max_us": 1000,
    }
    assert (second["result"], second["count"]) == ("down", 2)
    evidence = {"detail": "", "phases": {"connect": 5}, "facts": {"status": None}}
    listed: Any = [
        {
            "started_at": one.started_at,
            "result": "down",
            "reason": "timeout",
            "latency_us": 1000,
            "evidence": evidence,
        }
        for one in downs
    ]
    assert body["failing"] == {"count": 2, "sha256": sha256(rfc8785.dumps(listed)).hexdigest()}


async def test_days_are_written_once_each_and_not_before_they_are_over(database: Database) -> None:
    every_minute = [result(MIDNIGHT - HOUR + n * MINUTE) for n in range(60 + 2 * 24 * 60 + 30)]

    await database.write(lambda tx: observe(tx, every_minute))
    now = MIDNIGHT + 2 * DAY + 30 * MINUTE
    assert await database.write(lambda tx: keep(tx, now)) == 3
    assert await database.write(lambda tx: keep(tx, now)) == 0

    found = await database.read(bodies)
    assert [body["day"] for body in found] == [MIDNIGHT - DAY, MIDNIGHT, MIDNIGHT + DAY]
    assert [sum(run["count"] for run in body["runs"]) for body in found] == [60, 1440, 1440]
    for body in found:
        for run in body["runs"]:
            assert body["day"] <= run["first_at"] <= run["last_at"] < body["day"] + DAY


async def test_days_without_a_server_are_caught_up_and_say_that_nobody_asked(database: Database) -> None:
    await database.write(lambda tx: observe(tx, [result(MIDNIGHT)]))
    assert await database.write(lambda tx: keep(tx, MIDNIGHT + 4 * DAY)) == 4
    found = await database.read(bodies)
    assert [len(body["runs"]) for body in found] == [1, 0, 0, 0]
    assert {body["failing"]["count"] for body in found} == {0}


async def test_a_check_that_is_gone_has_leaves_up_to_its_last_result(database: Database) -> None:
    await database.write(lambda tx: observe(tx, [result(MIDNIGHT), result(MIDNIGHT + DAY)]))
    assert await database.write(lambda tx: keep(tx, MIDNIGHT + 9 * DAY, ())) == 2
    assert await database.write(lambda tx: keep(tx, MIDNIGHT + 10 * DAY, ())) == 0


async def test_what_is_stored_after_the_leaf_makes_a_second_leaf_of_the_day(database: Database) -> None:
    await database.write(lambda tx: observe(tx, [result(MIDNIGHT)]))
    await database.write(lambda tx: keep(tx, MIDNIGHT + DAY + 10 * MINUTE))
    await database.write(lambda tx: observe(tx, [result(MIDNIGHT + 23 * HOUR, Outcome.DOWN)]))

    assert await database.write(lambda tx: keep(tx, MIDNIGHT + DAY + HOUR)) == 1

    first, second = await database.read(bodies)
    assert first["day"] == second["day"] == MIDNIGHT
    assert second["runs"][0] == first["runs"][0]
    assert second["failing"]["count"] == 1


async def test_results_that_retention_dropped_change_no_leaf(database: Database) -> None:
    await database.write(lambda tx: observe(tx, [result(MIDNIGHT), result(MIDNIGHT + DAY)]))
    await database.write(lambda tx: keep(tx, MIDNIGHT + 2 * DAY))
    await database.write(lambda tx: pruning.results(tx, CHECK, MIDNIGHT + 2 * DAY, MIDNIGHT + 2 * DAY))

    assert await database.write(lambda tx: keep(tx, MIDNIGHT + 2 * DAY + HOUR)) == 0


async def test_many_checks_are_written_in_bounded_pieces(database: Database) -> None:
    names = [f"shop/c{number:03d}" for number in range(days.LEAVES_AT_ONCE + 20)]
    for name in names:
        await database.write(partial(observe, results=[result(MIDNIGHT, check=name)]))

    pieces = await database.read(lambda tx: days.due(tx, names, MIDNIGHT + 2 * DAY))

    assert [(piece.day, len(piece.lines)) for piece in pieces] == [
        (MIDNIGHT, days.LEAVES_AT_ONCE),
        (MIDNIGHT, 20),
        (MIDNIGHT + DAY, days.LEAVES_AT_ONCE),
        (MIDNIGHT + DAY, 20),
    ]
    assert await database.write(lambda tx: keep(tx, MIDNIGHT + 2 * DAY, tuple(names))) == 140
    assert len(await database.read(lambda tx: ledger.streams_below(tx, days.BEGINNING))) == 70
