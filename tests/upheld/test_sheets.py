"""`upheld profiles` and the schemas of sheets, as somebody types them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.profile import PINNED
from upheld.cli.main import main


def upheld(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("UPHELD_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_list_has_every_sheet_with_its_hash() -> None:
    rows = json.loads(upheld("profiles", "--json").output)
    assert {row["ref"]: row["sha256"] for row in rows} == {**PINNED["profiles"], **PINNED["terms"]}
    assert all(row["shipped"] for row in rows)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("ref", [*PINNED["profiles"], *PINNED["terms"]])
def test_each_sheet_is_read_aloud_in_full_in_either_language(ref: str, language: str) -> None:
    result = upheld("profiles", ref, "--lang", language)
    assert result.exit_code == 0, result.exception
    chinese = any("\u4e00" <= sign <= "\u9fff" for sign in result.output)
    assert chinese is (language == "zh-CN")
    assert len(result.output.splitlines()) > 30
    assert "{" not in result.output


def test_a_term_sheet_is_a_chapter_of_the_contract() -> None:
    lines = upheld("profiles", "total-time", "--lang", "zh-CN").output.splitlines()
    assert "《可用性计算办法》" in lines
    assert "8. 扣除的时间保留在约定时间中，按正常计。" in lines
    assert "9. 未测量的时间按故障计，并列出上下界。" in lines


def test_an_own_sheet_is_listed_beside_the_shipped_ones(here: Path) -> None:
    (here / "terms").mkdir()
    (here / "terms" / "lenient.yaml").write_text(
        "name: lenient\nversion: 3\ntitle: Lenient\navailability: {period: year, service_hours: 24x7,"
        ' exclusion_effect: removed, unknown: as_up, partial_weight: "0"}\n'
    )
    rows = json.loads(upheld("profiles", "--json").output)
    assert [row["ref"] for row in rows if not row["shipped"]] == ["lenient@3"]
    assert "A partial outage does not count." in upheld("profiles", "lenient").output


def test_a_name_that_is_nowhere_is_told_with_the_known_ones() -> None:
    result = upheld("profiles", "gold")
    assert result.exit_code == 2
    assert "no sheet is named 'gold'; known: after-sales@1, " in result.stderr


def test_a_mistake_in_an_own_sheet_is_told_with_its_place(here: Path) -> None:
    (here / "profiles").mkdir()
    (here / "profiles" / "mine.yaml").write_text(
        "name: mine\nversion: 1\ntitle: Mine\nlevels: [{number: 0, name: A}]\n"
    )
    result = upheld("profiles")
    assert result.exit_code == 1
    assert "mine.yaml:4:19: '0' is too small; at least 1" in result.stderr


@pytest.mark.parametrize("of", ["profile", "terms"])
def test_the_schema_of_a_sheet_is_printed(of: str) -> None:
    found = json.loads(upheld("config", "schema", "--of", of).output)
    assert found["$schema"].startswith("https://json-schema.org/")
    assert found["$ref"].removeprefix("#/$defs/") in found["$defs"]
