"""Remedies read aloud as sentences of the contract, in both languages."""

from pathlib import Path

from sla.clause import clauses
from tests.config.test_remedy import REMEDIES, agreement

ENGLISH = [
    "The provider apologises in writing.",
    "By the exact availability: below 99.9\u202f%: 5\u202f% of the fee; below 99.0\u202f%: 10\u202f% of the fee.",
    "For each breach (missed time to respond, missed time to resolve): 5 to 10\u202f% (level 1: 10\u202f%, level 2: "
    "8\u202f%, otherwise 5\u202f%) of the fee.",
    "For each breach (breach of confidentiality): 30 calendar days more of the term.",
    "In each contract year, beginning on 1 January 2026, remedies come to at most 20\u202f% of the contract's total.",
    "After 3 missed months in a row: an improvement plan, due within 15 working days. A month is missed if its own "
    "figure is below the target; one without a figure does not count.",
    "After 4 missed months of the last 12: the customer may end the contract, to be used within 30 calendar days. A "
    "month is missed if its own figure is below the target; one without a figure does not count.",
    "If one outage misses the target and a time to restore, only the dearer of the two remedies is owed.",
    "A remedy is worked out from the exact figures of a sealed statement, and booked without a claim.",
]
CHINESE = [
    "乙方应书面致歉。",
    "按精确可用性分档：低于99.9%的，支付服务费的5%；低于99.0%的，支付服务费的10%。",
    "每次违约（响应超时、解决超时），支付服务费的5至10%（1级为10%、2级为8%、其余为5%）作为违约金。",
    "每次违约（违反保密义务），服务期延长30个日历日。",
    "每一合同年度（自2026年1月1日起算）违约金合计不超过合同总额的20%。",
    "连续3个月未达标：提交改进方案，须在15个工作日内完成。该月自身的可用性低于目标的视为未达标；没有数字的月份不计。",
]


def test_every_remedy_is_a_sentence_of_the_contract(tmp_path: Path) -> None:
    found = agreement(tmp_path)
    assert [one.text for one in clauses(found, "en") if one.term == "remedies"] == ENGLISH
    assert [one.text for one in clauses(found, "zh-CN") if one.term == "remedies"][: len(CHINESE)] == CHINESE


def test_what_a_cap_bounds_is_a_sentence_of_its_own(tmp_path: Path) -> None:
    covering = REMEDIES.replace("per: contract_year}", "per: contract_year, covers: [tiers]}")
    (text,) = [one.text for one in clauses(agreement(tmp_path, covering), "en") if "contract year" in one.text]
    assert text.endswith("of the contract's total. This bounds tiers.")


def test_the_amounts_that_percentages_are_taken_of_are_printed(tmp_path: Path) -> None:
    (found,) = [one for one in clauses(agreement(tmp_path), "en") if one.term == "amounts"]
    assert (found.text, found.origin) == ("the contract's total: CNY 1,440,000.", "agreement")
