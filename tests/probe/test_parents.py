"""What a failing component depends on is asked at once, once, and keeps its grid."""

import asyncio
import itertools
from collections.abc import Iterator

import pytest

from probe.result import Outcome
from tests.probe.stage import Stage, check
from tests.probe.virtual import VirtualLoop, run

pytestmark = pytest.mark.slow


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


def asked(stage: Stage, name: str) -> list[float]:
    return [second for one, second in stage.target.asked if one == name]


def watched(stage: Stage, loop: VirtualLoop) -> None:
    checks = [
        check(name, interval=60_000, recheck=20_000, timeout=5_000) for name in ("shop/home", "shop/pay", "db/port")
    ]

    async def watch() -> None:
        await stage.prober.start(checks)
        await asyncio.sleep(600)
        await stage.prober.stop()

    run(watch(), loop)


def test_the_parent_of_what_begins_to_fail_is_asked_at_once_and_its_outage_told(loop: VirtualLoop) -> None:
    stage = Stage(loop)
    stage.after = {"shop": ("db",)}
    for name in ("shop/home", "shop/pay", "db/port"):
        stage.target.script[name] = [(200, Outcome.DOWN)]
    watched(stage, loop)
    first_child = min(second for name in ("shop/home", "shop/pay") for second in asked(stage, name) if second >= 200)
    first_parent = min(second for second in asked(stage, "db/port") if second >= 200)
    assert first_parent - first_child < 0.1
    confirmed = [second for second in asked(stage, "db/port") if second > first_parent + 45]
    assert {round(later - earlier) for earlier, later in itertools.pairwise(confirmed)} == {60}


def test_a_parent_that_is_well_is_asked_once_for_each_beginning_and_has_no_outage(loop: VirtualLoop) -> None:
    stage = Stage(loop)
    stage.after = {"shop": ("db", "gone")}
    stage.target.script["shop/home"] = [(200, Outcome.DOWN)]
    watched(stage, loop)
    quiet = Stage(VirtualLoop())
    watched(quiet, quiet.loop)
    extra = set(asked(stage, "db/port")) - set(asked(quiet, "db/port"))
    assert len(extra) == 1
    assert [state for _, state, _ in stage.line].count("down") == 1
