"""Downtime is counted without bias, and the truth lies within what is printed, though the process be killed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.instant import MINUTE
from tests.probe.count.__main__ import LONG, seen_and_short, table
from tests.probe.count.figures import Figures, measured
from tests.probe.count.script import Lengths

BIAS = 0.02
"""Of an interval: so much the mean error may be, of the time that is said to be known."""


@pytest.mark.slow
def test_outages_are_counted_without_bias(tmp_path: Path) -> None:
    found = measured(tmp_path, 300, seed=1, each=1, lengths=Lengths(longest=10 * MINUTE), killed_every=5 * MINUTE)
    assert [one for one in found.told if not one.bounded or one.praised] == []
    assert abs(found.mean) <= max(BIAS, 3 * found.deviation)
    assert found.kills > 3


@pytest.mark.long(minutes=90)
def test_ten_thousand_outages_are_counted_without_bias(tmp_path: Path, show: Callable[[str], None]) -> None:
    seen, short = seen_and_short(tmp_path, LONG)
    show(table(seen, short))
    assert [one for one in seen.told if not one.bounded or one.praised] == []
    assert abs(seen.mean) <= BIAS
    watched = Figures(told=[one for one in seen.told if not one.holes], kills=0)
    assert abs(watched.mean) <= BIAS and watched.unseen == 0
