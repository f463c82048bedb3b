"""`upheld statement` and `upheld seal` as typed: what is listed, what is refused and with which words."""

import json
import re
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


def test_the_list_says_what_is_next_in_the_readers_language(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPHELD_LANG", "zh-CN")
    monkeypatch.setenv("COLUMNS", "400")
    table = typed(folder, "statement", "--list", "acme").stdout
    assert "状态  " in table and "下一步" in table and "草稿" in table and "配置邮件，以便送达报告" in table
    assert not {"next", "draft", "configure"} & set(re.findall("[a-z]+", table))
    (row, *_) = json.loads(typed(folder, "statement", "--list", "acme", "--json").stdout)
    assert row["status"] == "draft" and all(one.isascii() for one in row["next"])


def test_a_profile_is_read_in_the_readers_language(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPHELD_LANG", "zh-CN")
    assert "持续性义务" in typed(folder, "profiles", "sla-standard").stdout
    assert "Level" in typed(folder, "profiles", "sla-standard", "--lang", "en").stdout


def test_the_list_has_stable_keys(folder: Path) -> None:
    rows = json.loads(typed(folder, "statement", "--list", "acme", "--json").stdout)
    keys = {"number", "period", "revision", "status", "verdict", "blocked_by", "next", "delivered_at"}
    september = next(row for row in rows if row["period"] == "2026-09")
    assert keys <= september.keys()
    assert (september["customer"], september["status"], september["number"]) == ("acme", "draft", None)
