"""The same verdict as the blackbox exporter wherever both speak, but for the differences that have a reason."""

from pathlib import Path

import pytest

from tests.probe.beside import DIFFERENCES, side_by_side


@pytest.mark.server
async def test_the_verdicts_are_the_blackbox_exporters_but_for_the_listed_differences(folder: Path) -> None:
    found = await side_by_side(folder)
    different = {one.case.name: (one.ours, one.theirs, one.why) for one in found if one.ours != one.theirs}
    assert different.keys() == DIFFERENCES.keys(), different
    assert len(found) > 80
    assert {one.ours for one in found} == {True, False}
