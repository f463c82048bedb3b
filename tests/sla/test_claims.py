"""What the rules give for breaches, from exact figures and before caps."""

from dataclasses import replace

from sla.remedy import Claim, claims_of
from tests.sla.owing import contract, failing, figure

TIERS = {"id": "tiers", "tiers": [{"below": "99.5", "percent": "5"}, {"below": "99", "percent": "10"}], "of": "fee"}
MISSED = {"id": "missed", "each": ["target"], "percent": "10", "of": "fee"}
CLOCKS = {"id": "clocks", "each": ["respond", "resolve"], "percent": "5", "of": "fee"}


def dues(claims: list[Claim]) -> dict[str, int]:
    return {f"{one.rule}: {one.breach}": one.due for one in claims}


def test_a_tier_reads_the_exact_figure_not_the_printed_one() -> None:
    agreement = contract(TIERS)
    for percent, due in (("98.99999", 1_200_000), ("99.00", 600_000), ("99.49999", 600_000)):
        assert dues(claims_of(agreement, "2026-10", [figure(percent)], [], [])) == {"tiers: target/pay/2026-10": due}
    assert claims_of(agreement, "2026-10", [figure("99.5")], [], []) == []


def test_a_month_without_a_figure_costs_nothing() -> None:
    assert claims_of(contract(TIERS, MISSED), "2026-10", [figure(None)], [], []) == []


def test_each_component_and_each_time_limit_is_a_breach_of_its_own() -> None:
    figures = [figure("99", "pay"), figure("99.4", "shop"), figure("100", "crm")]
    failings = [failing("CASE-1"), failing("CASE-1", "respond"), failing("CASE-2", "accept")]
    assert dues(claims_of(contract(MISSED, CLOCKS), "2026-10", figures, failings, [])) == {
        "missed: target/pay/2026-10": 1_200_000,
        "missed: target/shop/2026-10": 1_200_000,
        "clocks: case/CASE-1/resolve": 600_000,
        "clocks: case/CASE-1/respond": 600_000,
    }


def test_the_percentage_follows_the_level_of_the_case() -> None:
    scale = {"levels": {1: "10", 2: "8"}, "otherwise": "5", "within": ["5", "10"]}
    agreement = contract({"id": "clocks", "each": ["resolve"], "percent": scale, "of": "fee"})
    failings = [failing(f"CASE-{level}", level=level) for level in (1, 2, 3)]
    assert [one.percent for one in claims_of(agreement, "2026-10", [], failings, [])] == ["10", "8", "5"]


def test_a_breach_of_confidentiality_extends_the_term_where_the_contract_says_so() -> None:
    agreement = contract({"id": "silence", "each": ["confidentiality"], "extend": "30d"})
    (claim,) = claims_of(agreement, "2026-10", [], [], [("B-1", 5)])
    assert (claim.breach, claim.days, claim.due, claim.currency) == ("confidentiality/B-1", 30, 0, None)


def test_one_outage_costs_the_dearer_of_target_and_time_limit() -> None:
    inside = figure("99", outages={"pay@1": (5, 15)})
    for rule, target_due in ((MISSED, 600_000), ({**MISSED, "percent": "3"}, 0)):
        agreement = contract(rule, CLOCKS, {"same_outage": "highest"})
        assert dues(claims_of(agreement, "2026-10", [inside], [failing("CASE-1")], [])) == {
            "missed: target/pay/2026-10": target_due,
            "clocks: case/CASE-1/resolve": 600_000,
        }
    both = contract(MISSED, CLOCKS, {"same_outage": "both"})
    assert sum(dues(claims_of(both, "2026-10", [inside], [failing("CASE-1")], [])).values()) == 1_800_000


def test_a_time_limit_outside_the_outages_or_of_answering_is_a_breach_beside_the_target() -> None:
    agreement = contract(MISSED, CLOCKS, {"same_outage": "highest"})
    apart = figure("99", outages={"pay@30": (30, 40)})
    assert sum(dues(claims_of(agreement, "2026-10", [apart], [failing("CASE-1")], [])).values()) == 1_800_000
    inside = figure("99", outages={"pay@1": (5, 15)})
    slow = [failing("CASE-1", "respond"), replace(failing("CASE-2"), component="shop")]
    assert sum(dues(claims_of(agreement, "2026-10", [inside], slow, [])).values()) == 2_400_000


def test_time_limits_of_earlier_months_lower_what_the_years_target_costs() -> None:
    agreement = contract(MISSED, CLOCKS, {"same_outage": "highest"})
    year = figure("99", period="2026", outages={"pay@1": (5, 15)})
    assert dues(claims_of(agreement, "2026-12", [year], [], [], [failing("CASE-1")])) == {
        "missed: target/pay/2026": 600_000
    }


def test_extensions_of_one_outage_are_not_added_up_either() -> None:
    agreement = contract(
        {"id": "missed", "each": ["target"], "extend": "5d"},
        {"id": "clocks", "each": ["resolve"], "extend": "3d"},
        {"same_outage": "highest"},
    )
    inside = figure("99", outages={"pay@1": (5, 15)})
    claims = claims_of(agreement, "2026-10", [inside], [failing("CASE-1")], [])
    assert [(one.rule, one.full_days, one.days) for one in claims] == [("missed", 5, 2), ("clocks", 3, 3)]
