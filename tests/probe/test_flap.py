"""Icinga's formula to the tenth of a per cent, and that the line knows nothing of it."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from probe.flap import PLACES, Flap, feel, percent_of
from probe.panel.store import flapping
from probe.result import Outcome
from tests.probe.stage import Stage, check
from tests.probe.virtual import VirtualLoop, run

WORDS = {"O": Outcome.UP, "W": Outcome.DEGRADED, "C": Outcome.DOWN, "i": Outcome.INVALID, "m": Outcome.MISSED}
DOCUMENTED = "CCCWCWOOOOWWWWOOOWWWC"


def felt(words: str, flap: Flap | None = None) -> Flap:
    flap = flap or Flap()
    for word in words:
        flap = feel(flap, WORDS[word])
    return flap


def test_the_example_of_icingas_documentation_is_exactly_39_1_per_cent() -> None:
    flap = felt(DOCUMENTED)
    assert (percent_of(flap.changes), flap.on) == (Fraction("39.1"), True)
    calm = felt("CCCCCCC", flap)
    assert percent_of(calm.changes) < 25 and not calm.on


def test_it_begins_above_thirty_and_ends_below_twenty_five() -> None:
    assert felt("O" * 30) == Flap(last=Outcome.UP)
    flap, seen = Flap(), []
    for word in "OCOCOCOCOCO" + "O" * 20:
        flap = feel(flap, WORDS[word])
        seen.append((percent_of(flap.changes), flap.on))
    first = next(place for place, (_, on) in enumerate(seen) if on)
    last = max(place for place, (_, on) in enumerate(seen) if on)
    assert seen[first - 1][0] <= 30 < seen[first][0]
    assert seen[last + 1][0] < 25 <= seen[last][0]
    assert any(on and percent <= 30 for percent, on in seen)


def test_what_was_not_measured_says_nothing() -> None:
    assert felt("CCCWiCWmOOOOWWWWOOOiiWWWC") == felt(DOCUMENTED)


@given(st.text("OWCim", max_size=60))
def test_only_the_newest_twenty_one_results_count_and_what_is_stored_goes_on(words: str) -> None:
    flap = felt(words)
    valid = [word for word in words if word in "OWC"]
    newest = valid[-PLACES - 1 :]
    places = [one != other for one, other in pairwise(newest)]
    weights = [Fraction(80 + 2 * place, 100) for place in range(PLACES)][PLACES - len(places) :]
    share = sum((weight for weight, changed in zip(weights, places, strict=True) if changed), Fraction())
    assert percent_of(flap.changes) == share * 100 / PLACES
    assert Flap.from_dict(json.loads(json.dumps(flap.to_dict()))) == flap


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


@pytest.mark.slow
def test_flapping_is_told_once_each_way_outlives_a_kill_and_changes_no_second_of_the_line(loop: VirtualLoop) -> None:
    stage = Stage(loop)
    turns = [(100 + 20 * turn, (Outcome.DOWN, Outcome.UP)[turn % 2]) for turn in range(20)]
    stage.target.script["shop/home"] = [*turns]
    told: list[bool] = []

    def on_flapping(tx: Connection, checks: Sequence[str], now: int) -> None:
        assert checks == ("shop/home",)
        told.append(flapping(tx, ["shop/home"]))

    stage.on_flapping = on_flapping

    async def watch(seconds: float) -> None:
        stage.prober = stage.again()
        await stage.prober.start([check(fall=1, rise=1)])
        await asyncio.sleep(seconds)

    run(watch(400), loop)
    assert told == [True]
    run(watch(500), stage.killed(away=1))
    assert told == [True, False]
    assert [state for _, state, _ in stage.line] == ["up", *(["down", "up"] * 10)]
