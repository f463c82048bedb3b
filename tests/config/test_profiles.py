"""The five shipped profiles, row by row of the agreements they stand for."""

from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from config.agreement import Agreement, CaseKind, Category, Commitment
from config.instant import HOUR, MINUTE
from config.language import LANGUAGES
from config.load import load
from config.profile import PINNED
from tests.config.installed import INSTALLED, read

PROFILES = [ref.partition("@")[0] for ref in PINNED["profiles"]]
SHEETS = [(family, ref) for family, pinned in PINNED.items() for ref in pinned]


def under(folder: Path, profile: str, more: str = "") -> Agreement:
    config = read(
        folder,
        "site: {timezone: Asia/Shanghai}\ncomponents: {shop: {tier: core}}\n"
        "customers: {acme: {name: Acme, agreement: {covers: [shop], measured_from: 2026-01-01,"
        f' profile: {profile}@1, terms: strict-7x24@1, target: "99.9"{more}}}}}}}\n',
    )
    (agreement,) = config.agreements()
    return agreement


def row(agreement: Agreement, number: int) -> dict[str, str]:
    """Commitment -> its limit, `limit/target` where there are two, with its start and calendar where unusual."""
    return {name: shown(one) for name, one in agreement.level(number).commitments.items()}


def shown(one: Commitment) -> str:
    said = f"{one.limit}/{one.target}" if one.target else str(one.limit)
    said += f" outside {one.outside}" if one.outside else ""
    said += f" from {one.starts}" if one.starts != "reported" else ""
    said += f" on {one.calendar}" if one.calendar != "24x7" else ""
    said += f" for {'+'.join(one.kinds)}" if one.kinds else ""
    return said if one.agreed else f"{said} where agreed"


def test_support_agreement(tmp_path: Path) -> None:
    """Where the example of its contract terms is wider, it is the limit and the table the target inside it."""
    agreement = under(tmp_path, "support-agreement")
    escalate = {"accept": "1h", "escalate": "1h from beyond_limit"}
    assert [level.number for level in agreement.levels] == [1, 2, 3, 4]
    assert row(agreement, 1) == {**escalate, "respond": "2h", "resolve": "24h/4h"}
    assert row(agreement, 2) == {**escalate, "respond": "4h", "resolve": "8h"}
    assert row(agreement, 3) == {**escalate, "respond": "4h", "resolve": "72h/24h"}
    assert row(agreement, 4) == {**escalate, "respond": "24h", "resolve": "3wd on workdays"}
    (called,) = agreement.level(1).calls
    assert (called.to, called.when, called.customer_told) == (("service-manager", "executive"), "beyond_limit", True)
    assert [one.to for one in agreement.level(2).calls] == [("service-manager",)]
    assert agreement.calendars["workdays"].country == "CN"
    assert agreement.contacts == "company-only"
    assert agreement.hours == "24x7"
    assert [one.kind for one in agreement.reports] == ["incident", "completion", "statement", "inspection", "quarterly"]


def test_sla_standard(tmp_path: Path) -> None:
    agreement = under(tmp_path, "sla-standard")
    assert [level.number for level in agreement.levels] == [1, 2, 3]
    assert row(agreement, 1) == {"respond": "15m on service_hours", "resolve": "2h on service_hours"}
    assert row(agreement, 2) == {"respond": "30m on service_hours", "resolve": "8h on service_hours"}
    assert row(agreement, 3) == {"respond": "2h on service_hours", "resolve": "24h on service_hours"}
    outside = agreement.level(1).outside_hours
    assert outside is not None
    assert {name: shown(one) for name, one in outside.items()} == {"respond": "30m", "workaround": "4h"}
    assert [level.taken_outside_hours for level in agreement.levels] == [True, False, False]
    assert not isinstance(agreement.hours, str)
    assert (agreement.hours.country, agreement.hours.hours) == ("CN", {"mon-fri": ("09:00-18:00",)})
    assert agreement.hours.timezone == "Asia/Shanghai"
    assert agreement.handling is not None
    assert agreement.handling.level == "both"
    promised = {name: (one.at_least or one.at_most, one.within) for name, one in agreement.indicators.items()}
    assert promised == {
        "first_response": ("100", 15 * MINUTE),
        "desk_answer": ("100", 2 * MINUTE),
        "first_contact": ("85", None),
        "satisfaction": ("4.5", None),
        "complaints_in_time": ("100", None),
        "data_accuracy": (None, None),
    }
    assert [name for name, one in agreement.indicators.items() if one.entered] == ["desk_answer", "data_accuracy"]


def test_service_process_counts_its_levels_upwards(tmp_path: Path) -> None:
    agreement = under(tmp_path, "service-process")
    assert [level.number for level in agreement.levels] == [3, 2, 1]
    assert [level.number for one in (1, 2, 3) if (level := agreement.level_for(one))] == [3, 2, 1]
    review = {"review": "by plan from resolved"}
    assert row(agreement, 1) == {"resolve": "24h", **review}
    assert row(agreement, 2) == {"respond": "12h", "resolve": "48h", **review}
    assert row(agreement, 3) == {"respond": "2h", "resolve": "by plan", **review}
    (team,) = agreement.level(3).calls
    assert (team.to, team.when, team.customer_told) == (("engineering", "legal", "management"), "opened", True)
    assert [one.to for one in agreement.level(2).calls] == [("team-lead",)]


def test_after_sales(tmp_path: Path) -> None:
    agreement = under(tmp_path, "after-sales")
    every = {
        "register": "1wd on workdays",
        "accept": "1h",
        "escalate": "2wd from beyond_limit on workdays",
        "update": "24h from updated",
        "reassess": "3wd from contested on workdays",
    }
    assert row(agreement, 1) == {**every, "respond": "30m", "resolve": "24h", "on_site": "24h where agreed"}
    assert row(agreement, 2) == {**every, "respond": "2h", "resolve": "72h", "on_site": "48h where agreed"}
    assert row(agreement, 3) == {**every, "respond": "4h", "resolve": "48h"}
    complaint = {"respond": "the earlier of 24h and 1wd on workdays", "resolve": "5wd on workdays"}
    assert row(agreement, 4) == {**every, **complaint}
    assert agreement.rating is not None
    assert agreement.rating.follow_up_below == 3
    assert set(agreement.rating.scores) > {"speed", "skill", "manner"}
    assert agreement.records is not None
    assert agreement.records.years == 5
    assert str(agreement.duties["major_change"].ahead) == "10d"
    assert agreement.duties["quality_meeting"].every == "half-year"
    assert agreement.handling is not None
    assert agreement.handling.forms == ("acceptance", "progress", "completion", "satisfaction")
    assert agreement.handling.one_responsible


def test_what_is_only_owed_where_agreed_is_owed_once_the_agreement_writes_it(tmp_path: Path) -> None:
    more = ", levels: [{number: 1, commitments: {on_site: {limit: 24h}}}]"
    assert row(under(tmp_path, "after-sales", more), 1)["on_site"] == "24h"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_clock_of_a_profile_runs(tmp_path: Path, profile: str) -> None:
    under(tmp_path, profile)
    told = [str(notice) for notice in load(tmp_path / "upheld.yaml", kinds=INSTALLED).not_in_use]
    assert [notice for notice in told if "clock" in notice] == []


def test_assurance_pledge(tmp_path: Path) -> None:
    agreement = under(tmp_path, "assurance-pledge")
    after = {"report": "24h from resolved", "review": "48h from resolved"}
    assert row(agreement, 1) == {"trigger": "10m", "engage": "30m", "on_site": "1h", **after}
    assert row(agreement, 2) == {"respond": "30m", "propose": "2h", **after}
    assert row(agreement, 3) == {
        "respond": "1h",
        "resolve": "4h",
        "reply": "10m outside 4h on manager for question",
        "hand_over": "30m for question",
        "answer": "1h for question",
        "report": "24h from resolved for fault",
        "review": "48h from resolved",
    }
    assert agreement.calendars["manager"].hours == {"mon-sun": ("08:30-17:30",)}
    assert agreement.handling is not None
    assert (agreement.handling.level, agreement.handling.customer_log) == ("system", True)
    assert agreement.indicators["standard_met"].at_least == "99.5"
    assert agreement.indicators["serious_accidents"].at_most == "0"
    assert agreement.records is not None
    assert agreement.records.after_end == 3
    rhythms = {name: one.every for name, one in agreement.duties.items() if one.every}
    assert rhythms == {"sample": "month", "drill": "quarter", "audit": "quarter", "plan": "year"}
    assert agreement.duties["sample"].share == "10"
    assert agreement.duties["work"].hours == "01:00-05:00"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_severity_and_every_kind_of_case_has_its_level(tmp_path: Path, profile: str) -> None:
    agreement = under(tmp_path, profile)
    severities = sorted(severity for level in agreement.levels for severity in level.severities)
    assert severities == [1, 2, 3]
    kinds = sorted(kind for level in agreement.levels for kind in level.kinds)
    assert kinds == sorted({CaseKind.QUESTION, CaseKind.COMPLAINT, CaseKind.REQUEST})


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_says_what_does_not_count_and_what_needs_a_day_of_notice(tmp_path: Path, profile: str) -> None:
    exclusions = under(tmp_path, profile).availability.exclusions
    assert set(exclusions) == set(Category)
    assert exclusions[Category.MAINTENANCE].notice == 24 * HOUR


def texts(value: object, path: str = "") -> list[tuple[str, object]]:
    """Every place where a sheet says something to people."""
    if isinstance(value, dict):
        here = [(f"{path}.{key}", item) for key, item in value.items()]
        said = {"name", "title", "meaning", "note", "text"}
        found = [(at, item) for at, item in here if at.rpartition(".")[2] in said and path]
        return found + [one for at, item in here for one in texts(item, at)]
    if isinstance(value, list):
        return [one for index, item in enumerate(value) for one in texts(item, f"{path}[{index}]")]
    return []


@pytest.mark.parametrize(("family", "ref"), SHEETS)
def test_whatever_a_sheet_says_it_says_in_both_languages(family: str, ref: str) -> None:
    file = files("config") / family / f"{ref.partition('@')[0]}.yaml"
    loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
    one_sided = [
        at for at, text in texts({"sheet": loaded}) if not (isinstance(text, dict) and set(text) == {*LANGUAGES})
    ]
    assert one_sided == [".sheet.name"]
