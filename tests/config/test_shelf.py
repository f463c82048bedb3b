"""Own sheets beside the configuration: a sixth profile is one file."""

from pathlib import Path

import pytest

from config.agreement import Agreement, Limit
from config.instant import MINUTE
from config.language import ENGLISH
from config.node import ConfigError
from config.plan import expanded
from config.profile import PINNED
from config.reader import Report
from config.sheet import Profile
from config.shelf import model_of, shelf_of
from sla.promise import chapters
from tests.config.installed import read

SIXTH = """
name: harbour
version: 1
title: {zh-CN: 港口协议, en: Harbour agreement}
hours: {mon-fri: ["08:00-20:00"]}
levels:
  - number: 7
    name: Everything
    severities: [1, 2, 3]
    kinds: [question, complaint, request]
    commitments:
      respond: {limit: 20m, calendar: service_hours}
indicators:
  in_time: {name: In time, measure: share, that: in_time, commitment: respond, at_least: "95"}
"""
TERMS = """
name: night
version: 2
title: Nights only
availability:
  {period: quarter, service_hours: {mon-sun: ["00:00-06:00"]}, exclusion_effect: retained, unknown: as_down,
   partial_weight: "1/2"}
"""


def agreement(folder: Path, profile: str = "harbour@1", terms: str = "strict-7x24@1") -> Agreement:
    config = read(
        folder,
        "components: {shop: {tier: core}}\ncustomers: {acme: {name: Acme, agreement: {covers: [shop],"
        f' measured_from: 2026-01-01, profile: {profile}, terms: {terms}, target: "99.9"}}}}}}\n',
    )
    (found,) = config.agreements()
    assert f"profile: {profile.split()[0]}" in expanded(config)
    return found


def put(folder: Path, family: str, name: str, text: str) -> Path:
    (folder / family).mkdir(exist_ok=True)
    file = folder / family / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_sixth_profile_is_one_file(tmp_path: Path) -> None:
    put(tmp_path, "profiles", "harbour", SIXTH)
    found = agreement(tmp_path)
    assert found.profile is not None
    assert found.profile.ref == "harbour@1"
    assert len(found.profile.sha256) == 64
    assert found.level(7).commitments["respond"].limit == Limit(span=20 * MINUTE)
    assert not isinstance(found.hours, str)
    assert found.hours.hours == {"mon-fri": ("08:00-20:00",)}
    assert found.indicators["in_time"].at_least == "95"


def test_a_sixth_profile_is_read_aloud_like_the_five(tmp_path: Path) -> None:
    put(tmp_path, "profiles", "harbour", SIXTH)
    _, node = shelf_of(tmp_path, Report()).sheet("profiles", "harbour@1")
    profile = model_of("profiles", node, Report())
    assert isinstance(profile, Profile)
    first = chapters(profile, ENGLISH)[0]
    assert first.title == "Level 7: Everything"
    assert first.lines[0].startswith("Respond: within 20\u00a0min (service hours), from the report")


def test_own_terms_count_like_shipped_ones(tmp_path: Path) -> None:
    put(tmp_path, "terms", "night", TERMS)
    found = agreement(tmp_path, profile="sla-standard@1", terms="night@2")
    assert found.terms is not None
    assert found.terms.ref == "night@2"
    assert found.availability.period == "quarter"


def test_a_pinned_sheet_that_has_changed_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "profiles", "harbour", SIXTH)
    found = agreement(tmp_path)
    assert found.profile is not None
    pinned = f"harbour@1 sha256:{found.profile.sha256[:16]}"
    assert agreement(tmp_path, profile=pinned).profile == found.profile
    put(tmp_path, "profiles", "harbour", SIXTH.replace("20m", "40m"))
    with pytest.raises(ConfigError, match="harbour@1 is not the pinned text, its SHA-256 is"):
        agreement(tmp_path, profile=pinned)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (SIXTH.replace("limit: 20m", "limit: soon"), "12:24: a limit is a length of time like 30m or 4h"),
        (SIXTH.replace("name: harbour", "name: sla-standard"), "2:1: 'sla-standard' is a shipped name"),
        (SIXTH.replace("levels:", "level:"), "6:1: unknown key 'level'; did you mean 'levels'?"),
        (SIXTH.replace("version: 1\n", ""), "2:1: 'version' is missing"),
        (SIXTH.replace(', at_least: "95"', ', at_least: "95", at_most: "99"'), "14:12: an indicator has a floor or a"),
        (SIXTH.replace("that: in_time, commitment: respond, ", "that: in_time, "), "14:12: what is in time needs a"),
        ("", "1:1: there is nothing here"),
    ],
)
def test_a_mistake_in_an_own_sheet_is_told_with_its_place(tmp_path: Path, changed: str, told: str) -> None:
    file = put(tmp_path, "profiles", "harbour", changed)
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, "components: {shop: {tier: core}}\n")
    assert f"{file}:{told}" in str(caught.value)


def test_one_version_stands_in_one_file(tmp_path: Path) -> None:
    put(tmp_path, "profiles", "harbour", SIXTH)
    put(tmp_path, "profiles", "other", SIXTH)
    with pytest.raises(ConfigError, match="harbour@1 stands in two files; a changed text is a new version"):
        read(tmp_path, "components: {shop: {tier: core}}\n")


@pytest.mark.parametrize("family", list(PINNED))
def test_every_shipped_sheet_is_good_by_the_same_reading(tmp_path: Path, family: str) -> None:
    shelf, report = shelf_of(tmp_path, Report()), Report()
    for each in PINNED:
        if each == family:
            for ref in shelf.refs(each):
                assert model_of(each, shelf.sheet(each, ref)[1], report) is not None
    assert report.problems == []
