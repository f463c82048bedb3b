"""Our own line fails: what is held back, restated or told, on a virtual clock with the whole prober."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence

import pytest
from sqlalchemy import select

from config.instant import Instant
from db.tables.probe import failing_result, observation_run
from probe.health import Others, Word
from probe.resolver import open_resolver
from probe.result import Outcome, Reason
from probe.witness import REACHED, ask, silent
from tests.probe.listener import free_port, listening
from tests.probe.stage import Stage, check
from tests.probe.virtual import START, VirtualLoop, run

pytestmark = pytest.mark.slow
HOSTS = [f"shop{number}/home" for number in range(6)]


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


class Witnesses:
    """Silent between two instants (seconds of the story)."""

    def __init__(self, stage: Stage, silent: tuple[float, float]) -> None:
        self.stage, self.silent, self.asked = stage, silent, 0
        stage.others = Others(witnesses=lambda: ["tcp://192.0.2.1:443"], ask=self.ask)
        stage.prober = stage.again()

    async def ask(self, names: Sequence[str]) -> Mapping[str, str]:
        self.asked += 1
        second = (self.stage.loop.wall() - START) / 1000
        word = "no answer in time" if self.silent[0] <= second < self.silent[1] else REACHED
        if word != REACHED:
            await asyncio.sleep(3)
        return dict.fromkeys(names, word)


def watched(stage: Stage, names: Sequence[str] = HOSTS, seconds: float = 900, fall: int = 3, host: str = "") -> None:
    checks = [
        check(name, target=f"https://{host or name.partition('/')[0] + '.example'}/", interval=60_000, recheck=20_000,
              timeout=10_000, fall=fall)
        for name in names
    ]  # fmt: skip

    async def watch() -> None:
        await stage.prober.start(checks)
        await asyncio.sleep(seconds)
        await stage.prober.stop()

    run(watch(), stage.loop)


def states(stage: Stage) -> set[str]:
    return {state for _, state, _ in stage.line}


def lateness(stage: Stage) -> list[float]:
    """Seconds from the start of each outage until it was told."""
    return [told - at for at, told in stage.downs]


@pytest.mark.parametrize("fall", [1, 2, 3])
def test_a_lost_line_is_unknown_and_never_down_and_every_fact_says_why(loop: VirtualLoop, fall: int) -> None:
    stage = Stage(loop)
    witnesses = Witnesses(stage, (300, 500))
    stage.target.script = {name: [(300, Outcome.DOWN), (500, Outcome.UP)] for name in HOSTS}
    watched(stage, fall=fall)
    assert states(stage) == {"up", "unknown"}
    assert {reason for _, state, reason in stage.line if state == "unknown"} == {Reason.QUARANTINED}
    unknown = [at for at, state, _ in stage.line if state == "unknown"]
    assert len(unknown) == 6 and all(300 <= at < 360 for at in unknown)
    assert [state for _, state, _ in stage.line][-1] == "up"
    assert stage.prober.restated > 0
    with stage.store.engine.connect() as tx:
        assert set(tx.execute(select(observation_run.c.result)).scalars()) == {"up", "invalid"}
        bad = tx.execute(select(failing_result)).all()
    assert {(row.result, row.reason) for row in bad} == {("invalid", "quarantined")}
    for row in bad:
        assert row.evidence["facts"]["restated_result"] == "down"
        assert row.evidence["facts"]["restated_reason"] == "status"
        assert row.evidence["facts"]["witness.tcp://192.0.2.1:443"] == "no answer in time"
    assert witnesses.asked < 60


def test_a_witness_that_is_reached_lets_every_outage_stand_without_delay(loop: VirtualLoop) -> None:
    stage = Stage(loop)
    witnesses = Witnesses(stage, (0, 0))
    stage.target.script = {name: [(300, Outcome.DOWN), (500, Outcome.UP)] for name in HOSTS}
    watched(stage)
    late = lateness(stage)
    assert len(late) == 6 and max(late) < 45
    assert witnesses.asked
    with stage.store.engine.connect() as tx:
        bad = tx.execute(select(failing_result).order_by(failing_result.c.started_at)).all()
    said = [row.evidence["facts"].get("witness.tcp://192.0.2.1:443") for row in bad if row.check == HOSTS[5]]
    assert said[:3] == [None, None, REACHED], "what confirms an outage says what was heard of our own line"


def test_four_hosts_are_too_few_however_silent_the_witnesses(loop: VirtualLoop) -> None:
    stage = Stage(loop)
    witnesses = Witnesses(stage, (0, 10_000))
    stage.target.script = {name: [(300, Outcome.DOWN)] for name in HOSTS[:4]}
    watched(stage, HOSTS[:4])
    assert [state for _, state, _ in stage.line].count("down") == 4
    assert witnesses.asked == 0


def test_many_checks_of_one_host_and_of_this_machine_are_no_crowd(loop: VirtualLoop) -> None:
    for host in ("shop.example", "localhost"):
        stage = Stage(VirtualLoop())
        witnesses = Witnesses(stage, (0, 10_000))
        stage.target.script = {name: [(300, Outcome.DOWN)] for name in HOSTS}
        watched(stage, host=host)
        assert [state for _, state, _ in stage.line].count("down") == 6
        assert witnesses.asked == 0


def test_one_host_that_fails_alone_waits_for_nobody_once_others_have_answered(loop: VirtualLoop) -> None:
    stage = Stage(loop)
    witnesses = Witnesses(stage, (0, 10_000))
    stage.target.script = {HOSTS[0]: [(300, Outcome.DOWN)]}
    watched(stage)
    (late,) = lateness(stage)
    assert late < 45
    assert witnesses.asked == 0


def test_a_real_outage_that_outlasts_the_lost_line_is_told(loop: VirtualLoop) -> None:
    stage = Stage(loop)
    Witnesses(stage, (300, 500))
    stage.target.script = {name: [(300, Outcome.DOWN), (500, Outcome.UP)] for name in HOSTS[1:]}
    stage.target.script[HOSTS[0]] = [(300, Outcome.DOWN)]
    watched(stage)
    downs = [at for at, state, _ in stage.line if state == "down"]
    assert len(downs) == 1 and 440 <= downs[0] <= 580


def test_another_location_contradicts_as_witnesses_do(loop: VirtualLoop) -> None:
    stage = Stage(loop)

    async def second(checks: Collection[str], since: Instant) -> Word:
        assert set(checks) <= set(HOSTS) and since >= START + 300_000
        return Word(contradicted_by="second")

    stage.others = Others(elsewhere=lambda: second)
    stage.prober = stage.again()
    stage.target.script = {name: [(300, Outcome.DOWN), (500, Outcome.UP)] for name in HOSTS}
    watched(stage)
    assert states(stage) == {"up", "unknown"}
    with stage.store.engine.connect() as tx:
        facts = [row.evidence["facts"] for row in tx.execute(select(failing_result)).all()]
    assert {one["contradicted_by"] for one in facts} == {"second"}


def test_with_nobody_to_contradict_nothing_is_held(loop: VirtualLoop) -> None:
    stage = Stage(loop)
    stage.target.script = {name: [(300, Outcome.DOWN)] for name in HOSTS}
    watched(stage, fall=1)
    late = lateness(stage)
    assert len(late) == 6 and max(late) < 1.5


async def test_a_witness_that_refuses_was_reached() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        return

    async with listening(hang_up) as port:
        with open_resolver() as resolver:
            words = await ask(resolver, [f"tcp://127.0.0.1:{port}", f"tcp://127.0.0.1:{free_port()}"])
            dead = await ask(resolver, ["tcp://255.255.255.255:443"])
    assert set(words.values()) == {REACHED}
    assert silent(dead) and not silent(words) and not silent({})
