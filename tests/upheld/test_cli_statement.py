"""`upheld statement` and `upheld seal` as typed: what is listed, what is refused and with which words."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.upheld.house import write
from upheld.cli.main import main

pytestmark = pytest.mark.store


def typed(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "-c", str(folder / "upheld.yaml")])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path)
    assert typed(tmp_path, "migrate").exit_code == 0
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["seal", "acme", "2026-13"], 1, "'2026-13' is no period"),
        (["seal", "nobody", "2026-09"], 1, "there is no customer 'nobody'"),
        (["statement", "--list", "nobody"], 2, "there is no customer 'nobody'"),
        (["statement", "--answer", "acme", "2026-09", "perhaps", "--by", "customer:acme"], 2, "accept or contest"),
        (["statement", "--answer", "acme", "2026-09", "accept", "--by", "customer:other"], 1, "cannot speak for acme"),
        (["statement", "--countersign", "acme", "2026-09", "--by", "customer:acme"], 1, "is not sealed"),
        (["statement", "acme", "2026-09", "--revision", "2"], 2, "has no sealed revision 2"),
        (["statement", "acme", "2026-09", "pdf"], 2, "one word too many"),
    ],
)
def test_what_cannot_be_done_is_one_line_that_says_why(folder: Path, words: list[str], code: int, said: str) -> None:
    result = typed(folder, *words)
    assert result.exit_code == code
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_list_has_stable_keys(folder: Path) -> None:
    rows = json.loads(typed(folder, "statement", "--list", "acme", "--json").stdout)
    keys = {"number", "period", "revision", "status", "verdict", "blocked_by", "next", "delivered_at"}
    september = next(row for row in rows if row["period"] == "2026-09")
    assert keys <= september.keys()
    assert (september["customer"], september["status"], september["number"]) == ("acme", "draft", None)
