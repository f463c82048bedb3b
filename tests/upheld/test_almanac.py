"""`upheld calendar`: official days from a published notice and from libraries, with their provenance."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from config.statutory import statutory
from upheld.cli.main import main

NOTICE = """
country: CN
year: 2027
source: https://www.example.cn/notice
published_at: 2026-11-06
off: [2027-01-01..2027-01-03, 2027-02-06]
work: [2027-01-09]
"""


def upheld(*words: str) -> Result:
    return CliRunner().invoke(main, ["calendar", *words])


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("UPHELD_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(here: Path, country: str = "CN") -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = yaml.safe_load((here / "calendars" / f"{country}.yaml").read_text())[
        "years"
    ]
    return found


def test_a_published_notice_adds_its_year_to_the_shipped_ones(here: Path) -> None:
    (here / "notice.yaml").write_text(NOTICE)
    result = upheld("import", "--country", "CN", "--years", "2027", "--from", "notice.yaml")
    assert result.exit_code == 0, result.output
    years = written(here)
    assert list(years) == ["2024", "2025", "2026", "2027"]
    assert years["2027"]["off"] == ["2027-01-01", "2027-01-02", "2027-01-03", "2027-02-06"]
    assert years["2027"]["work"] == ["2027-01-09"]
    rows = json.loads(upheld("list", "--json").output)
    assert [(row["year"], row["source"]) for row in rows][-1] == (2027, "https://www.example.cn/notice")


def test_the_library_that_knows_weekends_too_agrees_with_what_is_shipped(here: Path) -> None:
    result = upheld("import", "--country", "CN", "--years", "2024-2026", "--from", "chinesecalendar")
    assert result.exit_code == 0, result.output
    shipped = statutory("CN")
    assert shipped is not None
    assert f"SHA-256 {shipped.sha256}" in result.output


def test_a_library_that_leaves_out_the_weekends_of_holidays_is_not_taken(here: Path) -> None:
    result = upheld("import", "--country", "CN", "--years", "2026", "--from", "holidays")
    assert result.exit_code == 1
    assert "holidays leaves out days off of CN on weekends; take chinesecalendar or the notice" in result.stderr
    assert not (here / "calendars").exists()


def test_a_year_that_nobody_says_is_published_is_not_taken_from_a_library(here: Path) -> None:
    result = upheld("import", "--country", "CN", "--years", "2027", "--from", "holidays")
    assert result.exit_code == 1
    assert "holidays does not say whether 2027 is published; write --source and --published-at" in result.stderr
    assert not (here / "calendars").exists()


def test_a_library_that_does_not_know_the_year_says_so(here: Path) -> None:
    words = ("--source", "x", "--published-at", "2026-11-06")
    result = upheld("import", "--country", "CN", "--years", "2027", "--from", "chinesecalendar", *words)
    assert result.exit_code == 1
    assert "chinesecalendar does not know 2027 yet" in result.stderr


def test_another_country_comes_from_holidays_with_its_source(here: Path) -> None:
    words = ("--source", "Feiertagsgesetz", "--published-at", "2025-01-01")
    result = upheld("import", "--country", "DE", "--years", "2026", "--from", "holidays", *words)
    assert result.exit_code == 0, result.output
    assert {"2026-12-25", "2026-12-26"} <= set(written(here, "DE")["2026"]["off"]), "one of them is a Saturday"


def test_a_known_year_changes_only_if_it_is_said(here: Path) -> None:
    (here / "notice.yaml").write_text(NOTICE.replace("2027", "2026"))
    words = ("import", "--country", "CN", "--years", "2026", "--from", "notice.yaml")
    refused = upheld(*words)
    assert refused.exit_code == 1
    assert "2026 is known already and differs; --replace takes it anew" in refused.stderr
    assert upheld(*words, "--replace").exit_code == 0
    assert written(here)["2026"]["work"] == ["2026-01-09"]


@pytest.mark.parametrize(
    ("text", "years", "told"),
    [
        (NOTICE, "2028", "notice.yaml is of CN 2027; write --country and --years so"),
        (NOTICE, "soon", "'soon' names no years; write 2027 or 2024-2026"),
        (NOTICE, "2027-2024", "'2027-2024' names no years"),
        (NOTICE.replace("2027-01-01..2027-01-03", "2027-01-03..2027-01-01"), "2027", "ends before it begins"),
        (NOTICE.replace("off:", "of:"), "2027", "notice.yaml:6:1: unknown key 'of'; did you mean 'off'?"),
        (NOTICE.replace("2027-02-06", "tomorrow"), "2027", "'tomorrow' is no date; write 2026-10-01"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(here: Path, text: str, years: str, told: str) -> None:
    (here / "notice.yaml").write_text(text)
    result = upheld("import", "--country", "CN", "--years", years, "--from", "notice.yaml")
    assert result.exit_code == 1
    assert told in result.stderr
    assert not (here / "calendars").exists()
