"""Agreements: what must be written, where each term came from, versions, and the shipped sheets."""

from fractions import Fraction
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest

from config.agreement import Agreement, ExclusionEffect, Limit, Origin, Period, UnknownPolicy
from config.instant import HOUR, MINUTE, rfc3339
from config.node import ConfigError
from config.profile import PINNED, AlteredSheet, UnknownSheet, sheet
from tests.config.installed import read

HEAD = "site: {timezone: Asia/Shanghai}\ncomponents: {shop: {tier: core}}\n"
WRITTEN = (
    'target: "99.9", period: year, service_hours: 24x7, exclusion_effect: retained,'
    ' unknown: as_down, partial_weight: "1/2"'
)


def agreements(folder: Path, *entries: str, more: str = "") -> tuple[Agreement, ...]:
    listed = "".join(f"      - {{components: [shop], {entry}}}\n" for entry in entries)
    text = f"{HEAD}{more}customers:\n  acme:\n    name: Acme\n    agreements:\n{listed}"
    return read(folder, text).customers["acme"].agreements


def one(folder: Path, entry: str, more: str = "") -> Agreement:
    (found,) = agreements(folder, entry, more=more)
    return found


def test_terms_written_one_by_one_stand_in_the_agreement(tmp_path: Path) -> None:
    agreement = one(tmp_path, f"measured_from: 2026-01-01, availability: {{{WRITTEN}}}")
    terms = agreement.availability
    assert (terms.share, terms.period, terms.service_hours) == (Fraction(999, 1000), Period.YEAR, "24x7")
    assert terms.exclusion_effect is ExclusionEffect.RETAINED
    assert terms.unknown is UnknownPolicy.AS_DOWN
    assert terms.partial_weight == Fraction(1, 2)
    assert terms.exclusions == {}
    assert agreement.id == "acme/agreement"
    assert rfc3339(agreement.measured_from) == "2025-12-31T16:00:00.000Z"
    assert agreement.effective == agreement.measured_from
    assert {agreement.origins[term] for term in ("target", "period", "unknown")} == {Origin.AGREEMENT}
    assert agreement.origins["timezone"] is Origin.SITE


def test_a_term_sheet_gives_what_the_interface_says_it_holds(tmp_path: Path) -> None:
    agreement = one(tmp_path, 'measured_from: 2026-01-01, terms: strict-7x24@1, target: "99.5"')
    terms = agreement.availability
    assert (terms.period, terms.service_hours, terms.timezone) == (Period.MONTH, "24x7", "Asia/Shanghai")
    assert (terms.exclusion_effect, terms.unknown) == (ExclusionEffect.REMOVED, UnknownPolicy.EXCLUDE)
    assert (terms.partial_weight, terms.degraded_weight) == (Fraction(1), Fraction(0))
    assert terms.days == "calendar"
    assert agreement.remedies == ()
    assert (agreement.origins["target"], agreement.origins["period"]) == (Origin.AGREEMENT, Origin.TERMS)
    assert agreement.terms is not None
    assert agreement.terms.ref == "strict-7x24@1"


def test_what_the_agreement_says_beats_its_term_sheet(tmp_path: Path) -> None:
    entry = 'measured_from: 2026-01-01, terms: strict-7x24@1, availability: {target: "99.5", period: quarter}'
    agreement = one(tmp_path, entry)
    assert agreement.availability.period is Period.QUARTER
    assert agreement.origins["period"] is Origin.AGREEMENT


def test_a_profile_proposes_but_never_fills_in_what_must_be_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        one(tmp_path, "measured_from: 2026-01-01, profile: sla-standard@1")
    told = [problem.message for problem in caught.value.problems]
    assert len(told) == 6
    assert 'the agreement does not say its target; write `availability: {target: "99.9"}`' in told
    period = "the agreement does not say its period; write `availability: {period: year}`"
    assert f"{period} or name a term sheet, `terms: strict-7x24@1`" in told


def test_the_zone_of_an_agreement_decides_when_its_days_begin(tmp_path: Path) -> None:
    agreement = one(tmp_path, f"measured_from: 2026-01-01, availability: {{timezone: Europe/Berlin, {WRITTEN}}}")
    assert rfc3339(agreement.measured_from) == "2025-12-31T23:00:00.000Z"
    assert agreement.origins["timezone"] is Origin.AGREEMENT


def test_service_hours_may_be_a_named_calendar_or_weekly_hours(tmp_path: Path) -> None:
    office = 'calendars: {office: {hours: {mon-fri: ["09:00-18:00"]}}}\n'
    terms = WRITTEN.replace("24x7", "office")
    named = one(
        tmp_path, f"measured_from: 2026-01-01, availability: {{{terms}}}", more=office
    ).availability.service_hours
    assert not isinstance(named, str)
    assert (named.id, named.hours, named.timezone) == ("office", {"mon-fri": ("09:00-18:00",)}, "Asia/Shanghai")
    terms = WRITTEN.replace("24x7", '{sat: ["10:00-12:00"]}')
    weekly = one(tmp_path, f"measured_from: 2026-01-01, availability: {{{terms}}}").availability.service_hours
    assert not isinstance(weekly, str)
    assert (weekly.hours, weekly.timezone) == ({"sat": ("10:00-12:00",)}, "Asia/Shanghai")


def test_each_version_ends_where_the_next_begins(tmp_path: Path) -> None:
    first, second = agreements(
        tmp_path,
        f"version: 2, effective: 2026-07-01, measured_from: 2026-01-01, availability: {{{WRITTEN}}}",
        f"version: 1, measured_from: 2026-01-01, availability: {{{WRITTEN}}}",
    )
    assert (first.version, second.version) == (1, 2)
    assert first.until == second.effective
    assert second.until is None
    assert first.in_force(second.effective - 1)
    assert not first.in_force(second.effective)
    assert second.in_force(second.effective)


def test_two_agreements_of_one_customer_have_names_of_their_own(tmp_path: Path) -> None:
    entry = f"measured_from: 2026-01-01, availability: {{{WRITTEN}}}"
    found = agreements(tmp_path, f"id: web, {entry}", f"id: data, {entry}")
    assert [agreement.id for agreement in found] == ["acme/web", "acme/data"]


def test_an_agreement_changes_single_clocks_of_its_profile(tmp_path: Path) -> None:
    entry = (
        'measured_from: 2026-01-01, profile: sla-standard@1, terms: strict-7x24@1, target: "99.9",'
        " levels: [{number: 1, commitments: {respond: {limit: 10m}}}]"
    )
    agreement = one(tmp_path, entry)
    assert agreement.level(1).commitments["respond"].limit == Limit(span=10 * MINUTE)
    assert agreement.level(1).commitments["resolve"].limit == Limit(span=2 * HOUR)
    assert agreement.level(2).commitments["respond"].limit == Limit(span=30 * MINUTE)
    assert (agreement.origins["levels.1"], agreement.origins["levels.2"]) == (Origin.AGREEMENT, Origin.PROFILE)


def test_every_shipped_sheet_is_pinned_by_its_hash_and_no_other_lies_there() -> None:
    for family, pinned in PINNED.items():
        shipped = {Path(file.name).stem: file.read_bytes() for file in (files("config") / family).iterdir()}
        assert {f"{name}@1": sha256(data).hexdigest() for name, data in shipped.items()} == pinned
        for ref in pinned:
            found, _ = sheet(family, ref)
            assert found.ref == ref
            assert not isinstance(found.title, str)
            assert set(found.title) == {"zh-CN", "en"}


def test_a_sheet_that_was_altered_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PINNED["terms"], "strict-7x24@1", "0" * 64)
    sheet.cache_clear()
    with pytest.raises(AlteredSheet, match="strict-7x24"):
        sheet("terms", "strict-7x24@1")
    monkeypatch.undo()
    sheet.cache_clear()
    assert sheet("terms", "strict-7x24@1")[0].ref == "strict-7x24@1"


def test_an_unknown_sheet_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownSheet, match="known: strict-7x24@1"):
        sheet("terms", "lenient@1")


def test_agreements_covering_a_component_are_those_in_force(tmp_path: Path) -> None:
    text = (
        HEAD + "customers:\n  acme:\n    name: Acme\n    agreement: {covers: [shop], measured_from: 2026-01-01,"
        f" availability: {{{WRITTEN}}}}}\n"
    )
    config = read(tmp_path, text)
    (agreement,) = config.agreements()
    assert config.covering("shop", agreement.effective) == (agreement,)
    assert config.covering("shop", agreement.effective - 1) == ()
    assert config.covering("other", agreement.effective) == ()
    assert config.agreement("acme/agreement", agreement.effective) == agreement
    assert config.agreement("acme/agreement", 0) is None
