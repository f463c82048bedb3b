"""docs/clauses.md: nothing of a profile is left out, and whatever it names exists."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from config.model import Config

ROOT = Path(__file__).parent.parent
SAID_APART = ("name", "version", "title")
"""Keys that say what the sheet is and demand nothing."""
OUTSIDE = ("not ours: ", "not yet: ")


class Clause(NamedTuple):
    text: str
    where: tuple[str, ...]
    shown: str


def clauses() -> list[Clause]:
    rows = [
        line.strip("| \n").split(" | ")
        for line in (ROOT / "docs/clauses.md").read_text().splitlines()
        if line[:2] == "| "
    ]
    return [Clause(row[0], tuple(re.findall(r"`([^`]+)`", row[1])), row[2]) for row in rows if row[0] != "clause"]


@cache
def demands() -> tuple[str, ...]:
    """`after-sales: levels.1.commitments.accept`: all that a profile says, reports by kind, levels by number."""
    sheets = [yaml.safe_load(file.read_text()) for file in sorted((ROOT / "config/profiles").glob("*.yaml"))]
    return tuple(
        f"{sheet['name']}: {path}"
        for sheet in sheets
        for key, value in sheet.items()
        if key not in SAID_APART
        for path in _paths(key, value)
    )


def _paths(key: str, value: Any) -> Iterator[str]:
    if key == "levels":
        for level in value:
            for name, said in level.items():
                inner = said if name in ("commitments", "outside_hours") else ()
                yield from (f"levels.{level['number']}.{name}.{one}" for one in inner)
                if not inner:
                    yield f"levels.{level['number']}.{name}"
    elif key == "reports":
        yield from (f"reports.{one['kind']}" for one in value)
    elif key == "availability":
        yield from (f"availability.exclusions.{one}" for one in value["exclusions"])
    elif key in ("handling", "indicators", "duties", "calendars", "proposes"):
        yield from (f"{key}.{one}" for one in value)
    else:
        yield key


def test_every_line_of_every_profile_has_a_clause() -> None:
    patterns = [where for one in clauses() for where in one.where if ": " in where]
    assert [said for said in demands() if not any(fnmatchcase(said, pattern) for pattern in patterns)] == []


@pytest.mark.parametrize("clause", clauses(), ids=lambda one: one.text[:60])
def test_what_a_clause_names_exists(clause: Clause) -> None:
    for where in clause.where:
        if ": " in where:
            assert any(fnmatchcase(one, where) for one in demands()), f"no profile says {where}"
        else:
            assert where.partition(".")[0] in Config.model_fields, f"there is no key {where}"
    if clause.shown.startswith(OUTSIDE):
        return
    shown = re.findall(r"`([^`]+)`", clause.shown)
    assert shown, "a clause is shown by a test, or says why not"
    for one in shown:
        file, _, name = one.partition("::")
        text = (ROOT / file).read_text()
        assert f"def {name}(" in text if name else "def test_" in text, f"there is no test {one}"
