"""What is written is read back the same, on both databases."""

from dataclasses import replace
from functools import partial

from sqlalchemy import select

from config.instant import DAY
from config.state import State
from db.engine import Database
from db.tables.probe import failing_result, latency_bucket
from probe import pruning, store
from probe.batch import Batch, Bucket, OpenRun, Snapshot
from probe.heartbeat import Beat, Pulse, Signal
from probe.observation import Run, extend
from probe.result import Answer, Outcome, Reason, Result
from probe.verdict import CheckChange, CheckState, Thresholds, judge
from tests.probe.line import result


def open_run(check: str, *, row: int | None = None, last_at: int = 5_000) -> OpenRun:
    run = Run(
        check=check,
        location="local",
        outcome=Outcome.UP,
        first_at=1_000,
        last_at=last_at,
        last_tick=last_at,
        count=5,
        missing=(2_000, 3_000),
        interval=1_000,
        timeout=500,
        latency_sum_us=2**40,
        latency_max_us=2**33,
    )
    return OpenRun(run=run, row=row)


async def save(database: Database, batch: Batch, now: int = 9_000) -> list[int]:
    return await database.write(lambda tx: store.save(tx, batch, now))


async def test_runs_get_their_rows_in_order_and_grow(database: Database) -> None:
    held = [open_run(f"c{number}/home") for number in range(300)]
    rows = await save(database, Batch(runs=tuple((one, one.run) for one in held)))
    assert len(set(rows)) == 300
    for one, row in zip(held, rows, strict=True):
        one.row = row
    grown, ended = extend(held[7].run, result(6_000, Outcome.UP), 1_000, 500)
    assert grown is not None and ended is None
    assert await save(database, Batch(runs=((held[7], grown),))) == []
    snapshots = tuple(
        Snapshot(check=f"c{n}/home", location="local", definition="d", state=CheckState()) for n in (7, 8)
    )
    await save(database, Batch(snapshots=snapshots))
    kept = await database.read(partial(store.load, location="local"))
    assert kept["c7/home"].run is not None and kept["c8/home"].run is not None
    assert (kept["c7/home"].run.row, kept["c7/home"].run.run.last_at) == (rows[7], 6_000)
    assert kept["c7/home"].run.run.latency_sum_us == 2**40
    assert kept["c8/home"].run.run == held[8].run


async def test_snapshots_are_replaced_and_forgotten(database: Database) -> None:
    state = judge(CheckState(), result(5, Outcome.DOWN), Thresholds(fall=3, rise=2, evidence=100)).state
    pulse = Pulse(due_at=1, late_at=2, started_at=3, run="a")
    await save(
        database, Batch(snapshots=(Snapshot(check="a/home", location="local", definition="1", state=CheckState()),))
    )
    await save(
        database,
        Batch(
            snapshots=(
                Snapshot(check="a/home", location="local", definition="2", state=state, pulse=pulse),
                Snapshot(check="b/home", location="local", definition="3", state=state),
            )
        ),
        now=9_500,
    )
    kept = await database.read(partial(store.load, location="local"))
    assert kept["a/home"].snapshot == Snapshot(
        check="a/home", location="local", definition="2", state=state, pulse=pulse
    )
    assert kept["a/home"].recorded_at == 9_500
    assert kept["b/home"].snapshot.pulse is None
    await save(database, Batch(forgotten=("a/home",)))
    assert set(await database.read(partial(store.load, location="local"))) == {"b/home"}


async def test_of_two_changes_at_one_instant_the_later_recorded_comes_last(database: Database) -> None:
    changes = (
        CheckChange(check="a/home", state=State.UP, happened_at=50),
        CheckChange(check="a/home", state=State.UNKNOWN, happened_at=60, reason=Reason.LAPSED, bound_at=40),
        CheckChange(check="a/home", state=State.DOWN, happened_at=50, reason=Reason.TIMEOUT, bound_at=30),
        CheckChange(check="b/home", state=State.UP, happened_at=50),
    )
    await save(database, Batch(changes=changes))
    read = await database.read(lambda tx: store.changes_of(tx, "a/home", 50, 61))
    assert read == [changes[0], changes[2], changes[1]]
    assert await database.read(lambda tx: store.changes_of(tx, "a/home", 51, 60)) == []


async def test_a_check_observes_while_it_gives_valid_answers(database: Database) -> None:
    begun = replace(open_run("a/home").run, first_at=50, last_at=90)
    seen_down = replace(begun, check="b/home", outcome=Outcome.DOWN, last_at=60)
    blind = replace(begun, check="c/home", outcome=Outcome.INVALID)
    await save(database, Batch(runs=tuple((OpenRun(run=one), one) for one in (begun, seen_down, blind))))
    windows = [(0, 50), (50, 61), (61, 90), (91, 95)]
    seen = await database.read(lambda tx: [store.observing(tx, *window) for window in windows])
    assert seen == [[], [("a/home", "local"), ("b/home", "local")], [("a/home", "local")], []]


async def test_failing_results_keep_their_evidence(database: Database) -> None:
    answer = Answer(
        outcome=Outcome.DOWN,
        reason=Reason.STATUS,
        detail="answered 503, expected 200",
        latency_us=1_234,
        phases={"connect": 7},
        facts={"status": 503, "header.server": "海港", "tls": False, "run": None},
    )
    bad = Result(check="a/home", location="local", tick=0, started_at=70, answer=answer)
    await save(database, Batch(failing=(bad, bad)))
    failures = await database.read(lambda tx: store.newest_failures(tx, "a/home", 1))
    assert [(row["started_at"], row["recorded_at"], row["reason"]) for row in failures] == [(70, 9_000, "status")]
    assert failures[0]["evidence"]["facts"] == dict(answer.facts)
    found = await database.read(lambda tx: tx.execute(select(failing_result.c.id)).all())
    assert len(found) == 2


async def test_five_minutes_interrupted_by_a_restart_add_up(database: Database) -> None:
    bucket = Bucket(check="a/home", location="local", bucket_at=300_000, count=3, sum_us=30, counts=(1, 2, 0))
    await save(database, Batch(buckets=(bucket,)))
    await save(database, Batch(buckets=(bucket,)))
    (row,) = await database.read(lambda tx: tx.execute(select(latency_bucket)).all())
    assert (row._mapping["count"], row.sum_us, row.counts) == (6, 60, [2, 4, 0])


async def test_beats_wait_in_the_order_they_came_until_they_are_taken(database: Database) -> None:
    late = Beat(check="db/backup", received_at=20, signal=Signal.FAIL, exit_code=3, run="r", said="备份失败")
    early = Beat(check="db/backup", received_at=10, signal=Signal.START)
    for beat in (late, early):
        await database.write(partial(store.add_beat, beat=beat))
    waiting = await database.read(store.waiting_beats)
    assert [beat for _, beat in waiting] == [early, late]
    await save(database, Batch(taken=(waiting[0][0],)))
    assert [beat for _, beat in await database.read(store.waiting_beats)] == [late]


async def test_what_is_old_goes_and_changes_of_checks_stay(database: Database) -> None:
    bad = result(70, Outcome.DOWN)
    bucket = Bucket(check="a/home", location="local", bucket_at=0, count=1, sum_us=1, counts=(1,))
    change = CheckChange(check="a/home", state=State.UP, happened_at=50)
    runs = tuple((one, one.run) for one in (open_run("a/home"), open_run("b/home", last_at=99_000)))
    await save(database, Batch(runs=runs, failing=(bad,), buckets=(bucket,), changes=(change,)))
    await database.write(lambda tx: store.add_beat(tx, Beat(check="db/backup", received_at=10, signal=Signal.SUCCESS)))
    assert await database.write(lambda tx: pruning.results(tx, "a/home", 2 * DAY, DAY)) == 1
    assert await database.write(lambda tx: pruning.results(tx, "shop/home", 2 * DAY, DAY)) == 1
    assert await database.write(lambda tx: pruning.results(tx, "a/home", 2 * DAY, DAY)) == 0
    assert await database.write(lambda tx: pruning.results(tx, "db/backup", 2 * DAY, DAY)) == 0
    assert await database.write(lambda tx: pruning.rollups(tx, "a/home", DAY)) == 1
    assert len(await database.read(store.waiting_beats)) == 1
    assert len(await database.read(lambda tx: store.changes_of(tx, "a/home", 0, 100))) == 1


async def test_results_without_their_leaf_stay_however_old(database: Database) -> None:
    await database.write(lambda tx: store.save(tx, Batch(failing=(result(70, Outcome.DOWN),)), 0))
    assert await database.write(lambda tx: pruning.results(tx, "shop/home", 400 * DAY, 0)) == 0
    assert await database.write(lambda tx: pruning.results(tx, "shop/home", 400 * DAY, DAY)) == 1


async def test_of_the_changes_of_a_check_the_one_that_stands_stays(database: Database) -> None:
    changes = [CheckChange(check="a/home", state=state, happened_at=at)
               for at, state in ((10, State.UP), (20, State.DOWN), (30, State.UP))]  # fmt: skip
    await save(database, Batch(changes=tuple(changes)))
    assert await database.write(lambda tx: pruning.changes(tx, "a/home", 25)) == 1
    left = await database.read(lambda tx: store.changes_of(tx, "a/home", 0, 100))
    assert [one.happened_at for one in left] == [20, 30]


async def test_what_a_hostile_target_says_is_stored_whatever_it_is(database: Database) -> None:
    said = Answer(outcome=Outcome.DOWN, reason=Reason.BODY, detail="a\0b", facts={"match.x\0": "\0\ud800", "bytes": 2})
    await save(database, Batch(failing=(replace(result(1_000, Outcome.DOWN), answer=said),)))
    evidence = await database.read(lambda tx: tx.execute(select(failing_result.c.evidence)).scalar_one())
    assert (evidence["detail"], evidence["facts"]) == ("a\ufffdb", {"match.x\ufffd": "\ufffd?", "bytes": 2})
