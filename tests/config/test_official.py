"""Official days: versioned data with provenance, shipped or beside the configuration."""

import json
from datetime import date
from pathlib import Path

import pytest

from config.node import ConfigError
from config.official import OfficialDays
from config.statutory import official_of, statutory
from tests.config.installed import read

TRUTH = json.loads((Path(__file__).parents[1] / "sla" / "cases" / "cn-workdays.json").read_text())
NEXT = """
country: CN
years:
  2026:
    source: notice of 2025
    published_at: 2025-11-04
    off: [2026-10-01]
    work: [2026-10-10]
  2027:
    source: notice of 2026
    published_at: 2026-11-06
    off: [2027-01-01]
"""
AGREEMENT = (
    "customers: {acme: {name: Acme, agreement: {covers: [shop], measured_from: 2026-01-01,"
    ' terms: working-hours@1, profile: after-sales@1, target: "99.9"}}}\n'
)


def put(folder: Path, text: str, name: str = "CN") -> Path:
    (folder / "calendars").mkdir(exist_ok=True)
    file = folder / "calendars" / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("year", ["2024", "2025", "2026"])
def test_the_shipped_days_are_the_published_ones_and_say_where(year: str) -> None:
    days = statutory("CN")
    assert days is not None
    one = days.years[year]
    assert sorted(day for day in one.off if date.fromisoformat(day).weekday() < 5) == TRUTH[year]["weekdays_off"]
    assert sorted(one.work) == TRUTH[year]["weekend_workdays"]
    assert one.source.startswith("https://www.gov.cn/")
    assert one.published_at < f"{year}-01-01"
    assert len(one.off) == {"2024": 28, "2025": 28, "2026": 33}[year], "every day of the notice, weekends too"


def test_every_calendar_of_an_agreement_gets_the_days_of_its_country(tmp_path: Path) -> None:
    config = read(tmp_path, f"components: {{shop: {{tier: core}}}}\n{AGREEMENT}")
    (agreement,) = config.agreements()
    hours, workdays = agreement.availability.service_hours, agreement.calendars["workdays"]
    assert not isinstance(hours, str)
    assert hours.official == workdays.official == statutory("CN")
    assert official_of(agreement) == (statutory("CN"),)


def test_days_beside_the_configuration_go_before_the_shipped_ones(tmp_path: Path) -> None:
    put(tmp_path, NEXT)
    config = read(tmp_path, f"components: {{shop: {{tier: core}}}}\n{AGREEMENT}")
    (agreement,) = config.agreements()
    (days,) = official_of(agreement)
    assert (days.published_from, days.published_until) == ("2026-01-01", "2027-12-31")
    assert config.official["CN"] == days


def test_the_days_are_no_part_of_the_terms(tmp_path: Path) -> None:
    """A year published later must not look like a changed agreement."""
    before = read(tmp_path, f"components: {{shop: {{tier: core}}}}\n{AGREEMENT}")
    put(tmp_path, NEXT)
    after = read(tmp_path, f"components: {{shop: {{tier: core}}}}\n{AGREEMENT}")
    assert [one.model_dump_json() for one in before.agreements()] == [
        one.model_dump_json() for one in after.agreements()
    ]


def test_the_hash_is_of_the_content_alone(tmp_path: Path) -> None:
    def digest(text: str) -> str:
        put(tmp_path, text)
        return read(tmp_path, "components: {shop: {tier: core}}\n").official["CN"].sha256

    assert digest(NEXT) == digest("# a remark\n" + NEXT)
    assert digest(NEXT) != digest(NEXT.replace("2026-10-10", "2026-10-11"))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (NEXT.replace("2026-10-10", "2026-10-01"), "5:5: 2026-10-01 is a day off and a working day at once; keep one"),
        (NEXT.replace("2026-10-10", "2026-13-10"), "5:5: '2026-13-10' is no date; write 2026-10-01"),
        (NEXT.replace("  2026:", "  2025:"), "4:3: 2026-10-01 does not lie in 2025"),
        (NEXT.replace("2027", "2029"), "4:3: 2027 is missing between 2026 and 2029; years follow one another"),
        (NEXT.replace("    source: notice of 2026\n", ""), "9:3: 'source' is missing"),
        (NEXT.replace("country: CN\n", ""), "2:1: 'country' is missing"),
    ],
)
def test_a_mistake_in_a_file_of_days_is_told_with_its_place(tmp_path: Path, changed: str, told: str) -> None:
    file = put(tmp_path, changed)
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, "components: {shop: {tier: core}}\n")
    assert f"{file}:{told}" in str(caught.value)


def test_one_country_stands_in_one_file(tmp_path: Path) -> None:
    put(tmp_path, NEXT)
    put(tmp_path, NEXT, "other")
    with pytest.raises(ConfigError, match="the days of 'CN' stand in two files; keep one"):
        read(tmp_path, "components: {shop: {tier: core}}\n")


def test_days_read_from_what_was_dumped_have_the_same_hash() -> None:
    days = statutory("CN")
    assert days is not None
    assert OfficialDays.model_validate_json(days.model_dump_json()).sha256 == days.sha256
