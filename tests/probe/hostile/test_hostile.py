"""Every hostile server ends in time, within bounds of memory, and with the verdict the rules give."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.probe.hostile.case import Case
from tests.probe.hostile.corpus import CORPUS
from tests.probe.hostile.papers import Papers
from tests.probe.hostile.play import MOST_MEMORY, play

HANGING = 5.0
"""Seconds: a machine that is busy makes everything late. `python -m tests.probe.hostile` holds each to 0.1."""


@pytest.mark.parametrize("group", CORPUS)
async def test_hostile_servers_are_judged_in_time(group: str, tmp_path: Path) -> None:
    cases: Sequence[Case] = CORPUS[group]
    played, watchman = await play(cases, Papers(tmp_path))
    told = [(one.case.name, one.faults(HANGING)) for one in played]
    wrong = [f"{name}: {'; '.join(faults)}" for name, faults in told if faults]
    assert not wrong, "\n".join(wrong)
    assert watchman.grown < MOST_MEMORY
