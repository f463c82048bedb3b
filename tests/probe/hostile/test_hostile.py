"""Every hostile server ends in time, within bounds of memory, and with the verdict the rules give."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.probe.hostile.case import Case
from tests.probe.hostile.corpus import CORPUS
from tests.probe.hostile.papers import Papers
from tests.probe.hostile.play import MOST_MEMORY, play


@pytest.mark.parametrize("group", CORPUS)
async def test_hostile_servers_are_judged_in_time(group: str, tmp_path: Path) -> None:
    cases: Sequence[Case] = CORPUS[group]
    played, watchman = await play(cases, Papers(tmp_path))
    wrong = [f"{one.case.name}: {'; '.join(one.faults)}" for one in played if one.faults]
    assert not wrong, "\n".join(wrong)
    assert watchman.grown < MOST_MEMORY
