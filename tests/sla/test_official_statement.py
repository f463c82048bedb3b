"""A statement rests on the official days known: printed with their hash, and not sealed where a year is missing."""

from pathlib import Path

import pytest

from config.instant import parse_rfc3339
from config.language import ENGLISH
from config.official import OfficialDays, Year
from config.profile import PINNED
from config.statutory import statutory
from sla.clause import clauses
from sla.document import document, record
from sla.evidence import Evidence, kept, unkept
from sla.obstacle import Obstacle
from sla.parties import parties_of
from sla.period import parse_period
from sla.record import Facts
from sla.statement import Statement, compose
from tests.config.installed import read

FEBRUARY = parse_rfc3339("2027-02-10T09:00:00+08:00")
NOVEMBER = parse_rfc3339("2026-11-10T09:00:00+08:00")
TEXT = (
    "site: {timezone: Asia/Shanghai}\ncomponents: {shop: {tier: core}}\n"
    "customers: {acme: {name: Acme, agreement: {covers: [shop], measured_from: 2026-01-01,"
    ' terms: working-hours@1, target: "99.9"}}}\n'
)
LATER = OfficialDays(
    country="CN",
    years={
        "2026": Year(source="notice of 2025", published_at="2025-11-04", off=("2026-10-01", "2026-10-02")),
        "2027": Year(source="notice of 2026", published_at="2026-11-06", off=("2027-01-01",), work=("2027-01-09",)),
    },
)


def stated(folder: Path, period: str, now: int, *days: OfficialDays) -> Statement:
    config = read(folder, TEXT)
    return compose(parties_of(config, "acme"), parse_period(period), Facts(calendars=days), now)


def service_days(statement: Statement) -> int:
    (part,) = document(statement)["components"]
    return int(part["service_time_s"]) // 32_400


def test_a_year_that_is_not_published_keeps_its_months_from_being_sealed(tmp_path: Path) -> None:
    assert Obstacle.CALENDAR in stated(tmp_path, "2027-01", FEBRUARY).obstacles
    assert stated(tmp_path, "2027-01", FEBRUARY).provisional
    assert Obstacle.CALENDAR not in stated(tmp_path, "2027-01", FEBRUARY, LATER).obstacles
    assert Obstacle.CALENDAR not in stated(tmp_path, "2026-10", NOVEMBER).obstacles


def test_the_days_among_the_facts_decide_what_is_service_time(tmp_path: Path) -> None:
    assert service_days(stated(tmp_path, "2026-10", NOVEMBER)) == 18
    assert service_days(stated(tmp_path, "2026-10", NOVEMBER, LATER)) == 20
    assert service_days(stated(tmp_path, "2027-01", FEBRUARY, LATER)) == 21


def test_the_record_and_the_contract_name_the_days_by_their_hash(tmp_path: Path) -> None:
    shipped = statutory("CN")
    assert shipped is not None
    for statement, days in (
        (stated(tmp_path, "2026-10", NOVEMBER), shipped),
        (stated(tmp_path, "2026-10", NOVEMBER, LATER), LATER),
    ):
        (version,) = document(statement)["agreements"][0]["versions"]
        (named,) = version["calendars"]
        assert (named["country"], named["sha256"]) == ("CN", days.sha256)
        assert [one["published_at"] for one in named["years"]] == [one.published_at for one in days.years.values()]
        (clause,) = [one for one in clauses(statement.agreements[0].newest, ENGLISH) if one.term == "calendars"]
        assert clause.text.startswith("Official days of China, by year and day of publication: 202")
        assert days.sha256 in clause.text


def test_the_same_days_twice_make_the_same_record(tmp_path: Path) -> None:
    once, again = (document(stated(tmp_path, "2026-10", NOVEMBER, LATER)) for _ in range(2))
    assert once == again


@pytest.mark.parametrize("profile", PINNED["profiles"])
def test_under_every_profile_the_kept_evidence_gives_the_same_record(tmp_path: Path, profile: str) -> None:
    config = read(tmp_path, TEXT.replace("terms: working", f"profile: {profile}, terms: working"))
    evidence = Evidence(parties=parties_of(config, "acme"), facts=Facts(calendars=(LATER,)))
    again = unkept(kept(evidence))
    first, second = (
        record(compose(one.parties, parse_period("2026-10"), one.facts, NOVEMBER)) for one in (evidence, again)
    )
    assert first == second
    assert LATER.sha256.encode() in second
