"""A real server counts targets that flap over a bad line, though it be killed: nothing that is up is called down."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.instant import HOUR, SECOND
from tests.probe.flapping.__main__ import CHECKS, table
from tests.probe.flapping.hour import lived
from tests.probe.flapping.script import Pace

QUICK = Pace(
    intervals=(2 * SECOND,),
    timeout=900,
    fall=2,
    longest=6 * SECOND,
    quiet=(3 * SECOND, 5 * SECOND),
    settled=3 * SECOND,
    short=0.25,
    killed_every=4 * SECOND,
    long_away=(SECOND, 2 * SECOND),
    reloaded_every=4 * SECOND,
)


@pytest.mark.server
def test_what_flaps_is_counted_and_what_is_up_is_never_down(tmp_path: Path) -> None:
    found = lived(tmp_path, 26, 12, 15 * SECOND, QUICK)
    assert found.false == []
    before = [one for one in found.told if one.outage.end < found.kills[0].at]
    watched = [one for one in before if one.outage.length >= 2 * one.interval]
    assert watched and all(one.bounded for one in watched)
    assert all(one.seen for one in watched if not one.holes), "a kill while it was confirmed leaves a doubt (0118)"
    assert found.kills and found.reloads > 1
    assert found.street.lost["reset"] + found.street.lost["swallowed"] + found.street.lost["cut"] > 0


@pytest.mark.server
@pytest.mark.long(minutes=90)
def test_an_hour_of_three_hundred_flapping_checks(tmp_path: Path, show: Callable[[str], None]) -> None:
    found = lived(tmp_path, 1, CHECKS, HOUR, Pace())
    show(table(found))
    assert found.false == []
    watched = [one for one in found.told if not one.holes and one.outage.length >= 3 * one.interval]
    assert all(one.seen and one.bounded for one in watched)
