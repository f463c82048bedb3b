"""A coming end is told once, survives failed probes and kills, and is over when a later end is seen."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

import pytest
from sqlalchemy import Connection

from probe.ending import Ending, Warned
from probe.result import Outcome, Plain, Reason
from tests.probe.stage import Stage, check
from tests.probe.virtual import VirtualLoop, run

pytestmark = pytest.mark.slow
SOON: Mapping[str, Plain] = {"expires_at": 5, "warning": "certificate_expiring"}
LATER: Mapping[str, Plain] = {"expires_at": 99}


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


@pytest.fixture
def stage(loop: VirtualLoop) -> Stage:
    return Stage(loop)


def watched(stage: Stage, loop: VirtualLoop, seconds: float, *names: str) -> None:
    def on_warned(tx: Connection, warned: Sequence[Warned], now: int) -> None:
        stage.warned += warned

    stage.on_warned = on_warned

    async def watch() -> None:
        stage.prober = stage.again()
        await stage.prober.start([check(name) for name in names])
        await asyncio.sleep(seconds)

    run(watch(), loop)


def said(stage: Stage) -> list[tuple[str, Reason, bool]]:
    return [(one.check, one.warning, one.on) for one in stage.warned]


def test_it_is_told_once_and_a_failed_probe_or_a_kill_makes_nothing_of_it(stage: Stage, loop: VirtualLoop) -> None:
    stage.target.facts["shop/home"] = [(0, LATER), (50, SOON), (100, {}), (300, LATER)]
    stage.target.script["shop/home"] = [(100, Outcome.DOWN), (160, Outcome.INVALID), (300, Outcome.UP)]
    begun = ("shop/home", Reason.CERTIFICATE_EXPIRING, True)
    watched(stage, loop, 200, "shop/home")
    assert said(stage) == [begun]
    assert stage.known("shop/home").expires_at == 5
    watched(stage, stage.killed(away=5), 60, "shop/home")
    assert said(stage) == [begun]
    assert stage.known("shop/home").expires_at == 5
    watched(stage, stage.killed(away=5), 100, "shop/home")
    assert said(stage) == [begun, (*begun[:2], False)]
    assert "degraded" not in {state for _, state, _ in stage.line}, "a warning is never a state"


def test_with_the_check_its_warning_goes(stage: Stage, loop: VirtualLoop) -> None:
    stage.target.facts["shop/home"] = [(0, SOON)]
    watched(stage, loop, 60, "shop/home", "shop/other")
    watched(stage, stage.killed(away=5), 60, "shop/other")
    assert [on for _, _, on in said(stage)] == [True, False]


def test_an_ending_is_stored_whole() -> None:
    for warning in (None, Reason.DOMAIN_EXPIRING):
        ending = Ending(expires_at=5, warning=warning, seen_at=3)
        assert Ending.from_dict(ending.to_dict()) == ending
