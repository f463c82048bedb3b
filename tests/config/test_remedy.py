"""Remedies as an operator writes them: every form is read, printed and read again; none is filled in."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from config.agreement import Agreement, Origin
from config.document import compose
from config.node import ConfigError
from config.remedy import Cap, Days, PerBreach, Remedy, Scale, Settlement, Streak, Tiers, Unit, Window
from config.schema import schema
from tests.config.installed import INSTALLED, read
from tests.config.test_schema import valid

WRITTEN = """
components: {shop: "https://shop.example.com/"}
calendars:
  work: {timezone: Asia/Shanghai, hours: {mon-fri: ["09:00-18:00"]}}
customers:
  acme:
    name: 海港银行
    agreements:
      - components: [shop]
        measured_from: 2026-01-01
        profile: sla-standard@1
        availability:
          {target: "99.9", period: month, service_hours: 24x7, exclusion_effect: removed, unknown: exclude,
           partial_weight: "1/2"}
        fee: {amount: "120000", currency: CNY, per: month}
        amounts:
          contract-total: {name: {zh-CN: 合同总额, en: the contract's total}, amount: "1440000", currency: CNY}
"""
REMEDIES = """
        remedies:
          - {zh-CN: 乙方应书面致歉。, en: The provider apologises in writing.}
          - {id: tiers, tiers: [{below: "99.9", percent: "5"}, {below: "99.0", percent: "10"}], of: fee}
          - {id: clocks, each: [respond, resolve], of: fee,
             percent: {levels: {1: "10", 2: "8"}, otherwise: "5", within: ["5", "10"]}}
          - {id: silence, each: [confidentiality], extend: 30d}
          - {cap: "20", of: contract-total, per: contract_year}
          - {id: plan, missed: 3, then: {zh-CN: 提交改进方案, en: an improvement plan}, due: 15wd, calendar: work}
          - {id: leave, missed: 4, in_last: 12, then: the customer may end the contract, gives: right, due: 30d}
          - {same_outage: highest}
"""


def agreement(folder: Path, remedies: str = REMEDIES) -> Agreement:
    return read(folder, WRITTEN + remedies).customers["acme"].agreements[0]


def test_every_form_of_a_remedy_is_told_by_its_own_key(tmp_path: Path) -> None:
    found = agreement(tmp_path)
    sentence, tiers, clocks, silence, cap, plan, leave, settlement = found.remedies
    assert sentence == {"zh-CN": "乙方应书面致歉。", "en": "The provider apologises in writing."}
    assert isinstance(tiers, Tiers)
    assert [(tier.below, tier.percent) for tier in tiers.tiers] == [("99.9", "5"), ("99.0", "10")]
    assert isinstance(clocks, PerBreach)
    assert isinstance(clocks.percent, Scale)
    assert [clocks.percent_at(level) for level in (1, 2, 3, None)] == ["10", "8", "5", "5"]
    assert isinstance(silence, PerBreach)
    assert silence.extend == Days(count=30, unit=Unit.CALENDAR)
    assert isinstance(cap, Cap)
    assert (cap.cap, cap.of, cap.per) == ("20", "contract-total", Window.CONTRACT_YEAR)
    assert isinstance(plan, Streak)
    assert (plan.missed, plan.in_last, str(plan.due)) == (3, None, "15wd")
    assert isinstance(leave, Streak)
    assert (leave.gives, leave.in_last) == ("right", 12)
    assert settlement == Settlement(same_outage="highest")
    assert found.origins["remedies"] is found.origins["amounts"] is Origin.AGREEMENT


def test_the_calendar_of_working_days_becomes_the_agreements_own(tmp_path: Path) -> None:
    assert agreement(tmp_path).calendars["work"].hours == {"mon-fri": ("09:00-18:00",)}


def test_the_amounts_a_remedy_may_name_are_the_fee_and_those_stated(tmp_path: Path) -> None:
    assert agreement(tmp_path).stated == {"fee": ("120000", "CNY"), "contract-total": ("1440000", "CNY")}


def test_an_agreement_with_remedies_is_printed_and_read_again(tmp_path: Path) -> None:
    found = agreement(tmp_path)
    assert Agreement.model_validate_json(found.model_dump_json()).remedies == found.remedies


def test_a_term_sheet_without_remedies_beats_its_profile(tmp_path: Path) -> None:
    text = WRITTEN.replace("profile: sla-standard@1", "profile: sla-standard@1\n        terms: strict-7x24@1")
    assert read(tmp_path, text).customers["acme"].agreements[0].remedies == ()


def test_the_dearer_of_money_and_days_cannot_be_told(tmp_path: Path) -> None:
    remedies = """
        remedies:
          - {id: target, each: [target], percent: "5", of: fee}
          - {id: clocks, each: [resolve], extend: 3d}
          - {same_outage: highest}
"""
    with pytest.raises(ConfigError) as caught:
        agreement(tmp_path, remedies)
    (problem,) = caught.value.problems
    assert problem.message.startswith("the dearer of unlike things cannot be told; write `same_outage: both`")
    assert len(agreement(tmp_path, remedies.replace("highest", "both")).remedies) == 3


def test_a_cap_in_another_currency_is_refused(tmp_path: Path) -> None:
    text = WRITTEN.replace('amount: "1440000", currency: CNY', 'amount: "1440000", currency: EUR')
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text + REMEDIES)
    assert {problem.message for problem in caught.value.problems} == {
        "the cap and remedy 'tiers' are in two currencies; use one",
        "the cap and remedy 'clocks' are in two currencies; use one",
    }


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "both", "each": ["target"], "percent": "5", "of": "fee", "extend": "3d"},
        {"id": "neither", "each": ["target"]},
        {"id": "working", "each": ["target"], "extend": "3wd"},
        {"id": "mixed", "tiers": [{"below": "99", "percent": "5"}, {"below": "98", "extend": "3d"}], "of": "fee"},
        {"id": "never", "missed": 4, "in_last": 3, "then": "a plan", "due": "15d"},
        {"id": "Wrong Name", "each": ["target"], "percent": "5", "of": "fee"},
        {"id": "range", "each": ["target"], "percent": {"otherwise": "5", "within": ["10", "5"]}, "of": "fee"},
        {"id": "nought", "each": ["target"], "percent": "0", "of": "fee"},
        {"id": "days", "missed": 3, "then": "a plan", "due": "15 days"},
    ],
)
def test_what_contradicts_itself_is_no_remedy(entry: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Remedy).validate_python(entry)


def test_the_schema_knows_every_form_and_no_other() -> None:
    found = schema(INSTALLED)

    def accepted(remedies: str) -> bool:
        return valid(compose((WRITTEN + remedies).encode(), "shown").content(), found, found)

    assert accepted(REMEDIES)
    for wrong in ("{id: damages, percentage: x}", "{cap: x, per: week, of: fee}", "{same_outage: cheapest}"):
        assert not accepted(f"        remedies: [{wrong}]")


def test_an_agreement_takes_over_what_its_profile_proposes_and_names_the_amounts(tmp_path: Path) -> None:
    text = WRITTEN.replace("sla-standard@1", "support-agreement@1") + "        remedies: proposed\n"
    rules = schema(INSTALLED)
    assert valid(compose(text.encode(), "upheld.yaml").content(), rules, rules)
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    (problem,) = caught.value.problems
    assert problem.message.startswith("the agreement states no amount 'total'")
    found = read(tmp_path, text.replace("contract-total", "total")).customers["acme"].agreements[0]
    assert found.origins["remedies"] is Origin.PROFILE
    damages, cap, settlement, *plain = found.remedies
    assert isinstance(damages, PerBreach)
    assert isinstance(damages.percent, Scale)
    assert damages.percent.within == ("5", "10")
    assert isinstance(cap, Cap)
    assert (cap.cap, cap.of, cap.per) == ("20", "total", Window.CONTRACT_TERM)
    assert isinstance(settlement, Settlement)
    assert all(isinstance(one, dict) for one in plain)


def test_a_plan_after_three_missed_months_is_proposed_with_its_fifteen_days(tmp_path: Path) -> None:
    (plan,) = agreement(tmp_path, "        remedies: proposed\n").remedies
    assert isinstance(plan, Streak)
    assert (plan.missed, str(plan.due), plan.missed_month) == (3, "15d", "month")


def test_where_nothing_is_proposed_nothing_can_be_taken_over(tmp_path: Path) -> None:
    text = WRITTEN.replace("sla-standard@1", "after-sales@1") + "        remedies: proposed\n"
    with pytest.raises(ConfigError, match="the agreement's profile proposes no remedies"):
        read(tmp_path, text)
