"""docs/scenarios.md: no scenario is left out, and whatever test it names exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SERIES = {"A": 15, "G": 35, "O": 6, "K": 7, "U": 23}
"""So many scenarios of each were found worth replaying."""
OUTSIDE = ("not ours: ", "not yet: ")
ROWS = [
    line.strip("| ").split(" | ")
    for line in (ROOT / "docs/scenarios.md").read_text().splitlines()
    if re.match(r"\| [A-Z]\d", line)
]


def test_every_scenario_has_its_row_once_and_in_order() -> None:
    assert [row[0] for row in ROWS] == [f"{letter}{n}" for letter, last in SERIES.items() for n in range(1, last + 1)]


@pytest.mark.parametrize("shown", [row[2] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_shows_it_exists_or_there_is_a_reason(shown: str) -> None:
    named = re.findall(r"`([^`]+)`", shown)
    assert named or shown.startswith(OUTSIDE)
    for one in named:
        file, _, name = one.partition("::")
        assert name in functions(file), one


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text())
    return frozenset(one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
