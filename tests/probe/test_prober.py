"""The whole prober on a virtual clock: what is judged, stored and told, and what survives."""

import asyncio
import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import Table, func, select

from config.instant import MINUTE
from config.model import Check
from db.tables.probe import (
    check_state,
    check_transition,
    failing_result,
    heartbeat,
    latency_bucket,
    observation_run,
)
from probe import store
from probe.heartbeat import Beat, Entrance, Signal
from probe.result import Outcome, Reason
from tests.probe.stage import Stage, check
from tests.probe.virtual import START, VirtualLoop, run

pytestmark = pytest.mark.slow


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


@pytest.fixture
def stage(loop: VirtualLoop) -> Stage:
    return Stage(loop)


def count(stage: Stage, table: Table) -> int:
    with stage.store.engine.connect() as tx:
        return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def asked_seconds(stage: Stage) -> list[float]:
    return [second for _, second in stage.target.asked]


def test_an_outage_is_told_when_confirmed_and_back_dated_to_its_first_failure(stage: Stage, loop: VirtualLoop) -> None:
    stage.target.script["shop/home"] = [(60, Outcome.DOWN), (200, Outcome.UP)]

    async def watch() -> None:
        await stage.prober.start([check()])
        await asyncio.sleep(300)
        await stage.prober.stop()

    run(watch(), loop)
    seconds = asked_seconds(stage)
    first_bad = min(second for second in seconds if second >= 60)
    first_good = min(second for second in seconds if second >= 200)
    assert stage.line == [
        (seconds[0], "up", None),
        (first_bad, "down", Reason.STATUS),
        (first_good, "up", None),
    ]
    told_down = (stage.told_at[1] - START) / 1000
    assert told_down - first_bad == pytest.approx(6.0, abs=0.01)
    bounds = [change.bound_at for change in stage.told]
    assert bounds[1] is not None and (bounds[1] - START) / 1000 == max(one for one in seconds if one < 60)


def test_a_recovery_begins_with_the_try_that_got_an_answer_not_with_those_that_failed(
    stage: Stage, loop: VirtualLoop
) -> None:
    stage.target.script["shop/home"] = [(60, Outcome.DOWN), (200, Outcome.UP)]
    stage.target.lasts = 2.0

    async def watch() -> None:
        await stage.prober.start([check(attempts=3)])
        await asyncio.sleep(300)
        await stage.prober.stop()

    run(watch(), loop)
    (began, _, _), (over, _, _) = stage.line[1:]
    tries = asked_seconds(stage)
    assert began == min(second for second in tries if second >= 60)
    assert over == min(second for second in tries if second >= 200), "not when the check began, which still failed"


def test_rechecks_only_confirm(stage: Stage, loop: VirtualLoop) -> None:
    stage.target.script["shop/home"] = [(60, Outcome.DOWN), (200, Outcome.UP)]

    async def watch() -> None:
        await stage.prober.start([check()])
        await asyncio.sleep(300)
        await stage.prober.stop()

    run(watch(), loop)
    seconds = asked_seconds(stage)
    pauses = {round(later - earlier, 3) for earlier, later in itertools.pairwise(seconds) if earlier < 60}
    assert pauses == {10.0} | ({3.0} & pauses)
    during = [second for second in seconds if 75 <= second < 200]
    assert {round(later - earlier, 3) for earlier, later in itertools.pairwise(during)} == {10.0}
    # What it is told to be asked for is the tick: a recheck belongs to the one before it.
    asked_at = [START + round(second * 1000) for second in asked_seconds(stage)]
    late = [at - tick for at, tick in zip(asked_at, stage.target.ticks, strict=True)]
    assert all(0 <= span < check().interval for span in late)
    assert len(set(stage.target.ticks)) < len(asked_at)


def test_a_steady_check_is_a_handful_of_rows(stage: Stage, loop: VirtualLoop) -> None:
    async def watch() -> None:
        await stage.prober.start([check()])
        await asyncio.sleep(3600)
        await stage.prober.stop()

    run(watch(), loop)
    assert count(stage, observation_run) == 1
    assert count(stage, check_transition) == 1
    assert count(stage, failing_result) == 0
    with stage.store.engine.connect() as tx:
        row = tx.execute(select(observation_run)).one()
        assert (row._mapping["count"], row.missing, row.result) == (360, [], "up")
        buckets = tx.execute(select(latency_bucket)).all()
    assert sum(bucket._mapping["count"] for bucket in buckets) == 360
    assert len(buckets) in (12, 13)


def test_every_failing_result_is_kept_with_its_evidence(stage: Stage, loop: VirtualLoop) -> None:
    stage.target.script["shop/home"] = [(60, Outcome.DOWN), (120, Outcome.INVALID), (180, Outcome.UP)]

    async def watch() -> None:
        await stage.prober.start([check()])
        await asyncio.sleep(300)
        await stage.prober.stop()

    run(watch(), loop)
    bad = [second for second in asked_seconds(stage) if 60 <= second < 180]
    assert count(stage, failing_result) == len(bad)
    assert [state for _, state, _ in stage.line] == ["up", "down", "unknown", "down", "up"]


def test_a_bug_in_a_kind_is_unknown_and_never_down(stage: Stage, loop: VirtualLoop) -> None:
    async def watch() -> None:
        await stage.prober.start([check()])
        await asyncio.sleep(60)
        stage.target.bug = ZeroDivisionError("a bug")
        await asyncio.sleep(120)
        await stage.prober.stop()

    run(watch(), loop)
    assert [(state, reason) for _, state, reason in stage.line] == [
        ("up", None),
        ("unknown", Reason.INTERNAL_ERROR),
    ]


def test_a_store_that_fails_for_a_while_loses_nothing(stage: Stage, loop: VirtualLoop) -> None:
    stage.target.script["shop/home"] = [(60, Outcome.DOWN)]

    async def watch() -> None:
        await stage.prober.start([check()])
        await asyncio.sleep(50)
        stage.store.broken = True
        await asyncio.sleep(200)
        assert stage.prober.waiting > 0
        stage.store.broken = False
        await asyncio.sleep(50)
        await stage.prober.stop()

    run(watch(), loop)
    seconds = asked_seconds(stage)
    assert count(stage, failing_result) == len([second for second in seconds if second >= 60])
    with stage.store.engine.connect() as tx:
        assert tx.execute(select(func.sum(observation_run.c.count))).scalar_one() == len(seconds)
    assert [state for _, state, _ in stage.line] == ["up", "down"]


def test_what_follows_from_a_change_is_in_its_transaction_or_neither_is(stage: Stage, loop: VirtualLoop) -> None:
    async def watch() -> None:
        stage.refusing = True
        await stage.prober.start([check()])
        await asyncio.sleep(60)
        assert count(stage, check_transition) == 0
        stage.refusing = False
        await asyncio.sleep(20)
        await stage.prober.stop()

    run(watch(), loop)
    assert [state for _, state, _ in stage.line] == ["up"]
    assert count(stage, check_transition) == 1


def test_after_a_kill_the_streak_goes_on_and_the_short_hole_is_listed(stage: Stage, loop: VirtualLoop) -> None:
    stage.target.script["shop/home"] = [(58, Outcome.DOWN)]
    patient = check(fall=5, recheck=10_000)

    async def until_three_were_bad() -> None:
        await stage.prober.start([patient])
        while len([second for second in asked_seconds(stage) if second >= 58]) < 3:
            await asyncio.sleep(0.5)
        await asyncio.sleep(2)

    async def go_on() -> None:
        await stage.prober.start([patient])
        await asyncio.sleep(40)
        await stage.prober.stop()

    run(until_three_were_bad(), loop)
    run(go_on(), stage.killed(away=9))
    bad = [second for second in asked_seconds(stage) if second >= 58]
    assert [(at, state) for at, state, _ in stage.line][1:] == [(bad[0], "down")]
    with stage.store.engine.connect() as tx:
        row = tx.execute(select(observation_run).where(observation_run.c.result == "down")).one()
    assert row._mapping["count"] == len(bad)
    assert len(row.missing) == round((bad[-1] - bad[0]) / 10) + 1 - len(bad) == 1


def test_after_a_long_absence_the_time_nobody_asked_is_unknown(stage: Stage, loop: VirtualLoop) -> None:
    async def watch() -> None:
        await stage.prober.start([check()])
        await asyncio.sleep(60)
        await stage.prober.stop()
        await asyncio.sleep(600)
        second = stage.again()
        await second.start([check()])
        await asyncio.sleep(60)
        await second.stop()

    run(watch(), loop)
    seconds = asked_seconds(stage)
    last = max(second for second in seconds if second < 100)
    back = min(second for second in seconds if second > 100)
    assert [(at, state) for at, state, _ in stage.line][1:] == [(round(last + 22, 3), "unknown"), (back, "up")]
    with stage.store.engine.connect() as tx:
        runs = list(tx.execute(select(observation_run).order_by(observation_run.c.first_at)))
    assert [row.result for row in runs] == ["up", "missed", "up"]
    ticks = [runs[0].last_at, runs[1].first_at, runs[1].last_at, runs[2].first_at]
    assert [later - earlier for earlier, later in itertools.pairwise(ticks)][::2] == [10_000, 10_000]
    assert runs[1].last_at - runs[1].first_at == (runs[1]._mapping["count"] - 1) * 10_000


def test_after_a_kill_the_hole_stands_as_missed_from_what_is_stored(stage: Stage, loop: VirtualLoop) -> None:
    async def watch(seconds: float) -> None:
        await stage.prober.start([check()])
        await asyncio.sleep(seconds)

    run(watch(55), loop)
    run(watch(65), stage.killed(away=300))
    with stage.store.engine.connect() as tx:
        runs = list(tx.execute(select(observation_run).order_by(observation_run.c.first_at)))
    assert [row.result for row in runs] == ["up", "missed", "up"]
    assert stage.known("shop/home").missed == runs[1]._mapping["count"] >= 29
    # A third process goes on from the newest run, not from the hole before it.
    run(watch(25), stage.killed(away=1))
    assert count(stage, observation_run) == 3


def test_what_fell_due_while_the_process_was_gone_is_asked_late_and_not_left_out(
    stage: Stage, loop: VirtualLoop
) -> None:
    checks = [check(f"shop/{number}", interval=60_000) for number in range(20)]

    async def watch() -> None:
        await stage.prober.start(checks)
        await asyncio.sleep(125)

    run(watch(), loop)
    back = stage.killed(away=30)
    begun = (back.wall() - START) / 1000
    run(watch(), back)
    asked = [[second for name, second in stage.target.asked if name == one.id] for one in checks]
    late = [
        next(at for at in seconds if at > begun)
        for seconds in asked
        if begun - max(a for a in seconds if a < begun) > 60
    ]
    assert len(late) >= 5 and max(late) <= begun + 10, "those whose tick was in the hole are asked within ten seconds"
    assert len(set(late)) == len(late), "and not in one burst"
    with stage.store.engine.connect() as tx:
        assert not any(row.missing for row in tx.execute(select(observation_run)))


def test_a_change_that_was_unconfirmed_when_the_process_was_killed_is_asked_after_soon(
    stage: Stage, loop: VirtualLoop
) -> None:
    only = check(interval=60_000, recheck=20_000)
    stage.target.script = {only.id: [(60, Outcome.DOWN)]}

    async def watch(asked: int) -> None:
        await stage.prober.start([only])
        while len(stage.target.asked) < asked:
            await asyncio.sleep(0.5)
        await asyncio.sleep(1.5)  # and it is stored

    run(watch(2), loop)
    back = stage.killed(away=1)
    begun = (back.wall() - START) / 1000
    run(watch(4), back)
    (_, first), (_, bad), (_, again), (_, confirmed) = stage.target.asked
    assert first < 60 <= bad < begun < again <= begun + 10
    assert confirmed == again + 20
    assert stage.downs[0][0] == bad


def test_a_reload_touches_only_what_was_edited(stage: Stage, loop: VirtualLoop) -> None:
    names = ["a/home", "b/home", "c/home"]
    stage.target.script = {name: [(57, Outcome.DOWN)] for name in names}

    async def watch() -> None:
        await stage.prober.start([check(name) for name in names])
        await asyncio.sleep(150)
        await stage.prober.update([check("a/home"), check("b/home", target="elsewhere"), check("d/home")])
        await asyncio.sleep(60)
        await stage.prober.stop()

    run(watch(), loop)
    after = [(one.check, one.state.value, one.reason) for one in stage.told if one.happened_at >= START + 150_000]
    assert ("b/home", "unknown", Reason.CHECK_EDITED) in after
    assert ("c/home", "unknown", Reason.CHECK_REMOVED) in after
    assert not [one for one in after if one[0] == "a/home"]
    asked = [second for name, second in stage.target.asked if name == "a/home" and not 57 < second < 80]
    assert len({round(second % 10, 1) for second in asked}) == 1, "its grid has moved"
    assert [one[1] for one in after if one[0] == "b/home"] == ["unknown", "up", "down"]
    assert [one[1] for one in after if one[0] == "d/home"] == ["up"]
    assert not [name for name, second in stage.target.asked if name == "c/home" and second > 150]
    with stage.store.engine.connect() as tx:
        kept = tx.execute(select(check_state.c.check).order_by(check_state.c.check)).scalars().all()
    assert kept == ["a/home", "b/home", "d/home"]
    assert {one.check for one in stage.prober.answers()} == {"a/home", "b/home", "d/home"}


def test_a_kind_is_made_ready_once_a_check_wants_it(stage: Stage, loop: VirtualLoop) -> None:
    opened: list[int] = []

    async def watch() -> None:
        await stage.prober.start([])
        for checks in ([], [check("a/home")], [check("a/home"), check("b/home")], []):
            await stage.prober.update(checks)
            opened.append(stage.target.opened)
            await asyncio.sleep(15)
        await stage.prober.stop()

    run(watch(), loop)
    assert opened == [0, 1, 1, 1]
    assert {name for name, _ in stage.target.asked} == {"a/home", "b/home"}


def test_a_check_edited_or_removed_while_nobody_ran_is_unknown_too(stage: Stage, loop: VirtualLoop) -> None:
    async def watch() -> None:
        await stage.prober.start([check("a/home"), check("b/home")])
        await asyncio.sleep(60)
        await stage.prober.stop()
        second = stage.again()
        await second.start([check("a/home", target="elsewhere")])
        await asyncio.sleep(5)
        await second.stop()

    run(watch(), loop)
    late = [(one.check, one.state.value, one.reason) for one in stage.told if one.happened_at >= START + 60_000]
    assert late[:2] == [("a/home", "unknown", Reason.CHECK_EDITED), ("b/home", "unknown", Reason.CHECK_REMOVED)]


def beat_check() -> Check:
    return check(
        "db/backup",
        kind="heartbeat",
        target="",
        options={"period": "10m", "grace": "1m", "token": "backup-7f3a"},
    )


def test_a_heartbeat_is_up_late_and_up_again(stage: Stage, loop: VirtualLoop) -> None:
    async def beat(signal: Signal = Signal.SUCCESS) -> None:
        await stage.store.write(
            lambda tx: store.add_beat(tx, Beat(check="db/backup", received_at=loop.wall(), signal=signal))
        )

    async def watch() -> None:
        await stage.prober.start([beat_check()])
        assert stage.prober.entrances == {"backup-7f3a": Entrance(check="db/backup")}
        await asyncio.sleep(10)
        await beat()
        await asyncio.sleep(900)
        await beat()
        await asyncio.sleep(60)
        await beat(Signal.FAIL)
        await asyncio.sleep(10)
        await stage.prober.stop()

    run(watch(), loop)
    assert stage.line == [
        (10.0, "up", None),
        (610.0, "down", Reason.HEARTBEAT_LATE),
        (910.0, "up", None),
        (970.0, "down", Reason.HEARTBEAT_FAILED),
    ]
    with stage.store.engine.connect() as tx:
        assert tx.execute(select(func.count()).where(heartbeat.c.taken.is_(True))).scalar_one() == 3


def test_a_heartbeat_due_while_nobody_listened_is_unknown(stage: Stage, loop: VirtualLoop) -> None:
    async def watch() -> None:
        await stage.prober.start([beat_check()])
        await stage.store.write(
            lambda tx: store.add_beat(tx, Beat(check="db/backup", received_at=loop.wall(), signal=Signal.SUCCESS))
        )
        await asyncio.sleep(300)
        await stage.prober.stop()
        await asyncio.sleep(1800)
        second = stage.again()
        await second.start([beat_check()])
        await asyncio.sleep(10 * MINUTE / 1000 + 70)
        await second.stop()

    run(watch(), loop)
    assert [(state, reason) for _, state, reason in stage.line] == [
        ("up", None),
        ("unknown", Reason.NOT_LISTENING),
        ("down", Reason.HEARTBEAT_LATE),
    ]


def test_a_heartbeat_that_awaits_nothing_new_is_written_once_a_minute(stage: Stage, loop: VirtualLoop) -> None:
    async def watch() -> None:
        await stage.prober.start([beat_check()])
        await asyncio.sleep(5)
        begun = stage.store.writes
        await asyncio.sleep(600)
        assert 9 <= stage.store.writes - begun <= 11
        await stage.prober.stop()

    run(watch(), loop)


def test_slow_answers_are_degraded(stage: Stage, loop: VirtualLoop) -> None:
    async def watch() -> None:
        await stage.prober.start([check(degraded_over=1)])
        await asyncio.sleep(60)
        await stage.prober.stop()

    run(watch(), loop)
    first = asked_seconds(stage)[0]
    assert stage.line == [(first, "up", None), (first, "degraded", Reason.TOO_SLOW)]


def test_after_the_wall_clock_was_set_back_an_outage_is_still_seen(stage: Stage, loop: VirtualLoop) -> None:
    async def watch() -> None:
        await stage.prober.start([check()])
        await asyncio.sleep(60)
        loop.stepped = -3_600_000
        await asyncio.sleep(30)
        stage.target.script["shop/home"] = [(-10_000, Outcome.DOWN)]
        await asyncio.sleep(60)
        await stage.prober.stop()

    run(watch(), loop)
    assert [(state, reason) for _, state, reason in stage.line] == [
        ("up", None),
        ("unknown", Reason.CLOCK_STEPPED),
        ("up", None),
        ("down", Reason.STATUS),
    ]


@pytest.mark.parametrize("step", [3_600_000, -3_600_000])
def test_a_step_of_the_wall_clock_makes_no_heartbeat_late(stage: Stage, loop: VirtualLoop, step: int) -> None:
    async def beat() -> None:
        await stage.store.write(
            lambda tx: store.add_beat(tx, Beat(check="db/backup", received_at=loop.wall(), signal=Signal.SUCCESS))
        )

    async def watch() -> None:
        await stage.prober.start([beat_check()])
        await beat()
        await asyncio.sleep(300)
        loop.stepped = step
        await asyncio.sleep(290)
        await beat()
        await asyncio.sleep(640)
        assert [state for _, state, _ in stage.line] == ["up"]
        await asyncio.sleep(60)
        await stage.prober.stop()

    run(watch(), loop)
    assert [(state, reason) for _, state, reason in stage.line] == [("up", None), ("down", Reason.HEARTBEAT_LATE)]


def test_the_reasons_are_few_enough_for_a_label() -> None:
    assert len(Reason) <= 48
