"""What is left of the running period's budget, and where it is heading; quarters made of months; totals."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from config.agreement import Period as Kind
from config.instant import DAY, HOUR, MINUTE, Instant
from config.state import State
from sla.account import Verdict
from sla.exclusions import proposed
from sla.forecast import Forecast
from sla.formats.json import FORMAT as JSON
from sla.parties import parties_of
from sla.period import Period, parse_period
from sla.record import Facts, Transition
from sla.statement import ComponentPart, compose
from sla.total import total_of
from tests.sla.contract import AGREEMENT, NOVEMBER, OCTOBER, at, config, transition

UP, DOWN = State.UP, State.DOWN


def known(*told: Transition) -> Facts:
    return Facts(transitions={"pay": (transition("01-01 00:00:00", UP), *told)})


def an_hour_down(when: str) -> tuple[Transition, Transition]:
    return transition(f"{when} 10:00:00", DOWN), transition(f"{when} 11:00:00", UP)


def pay(folder: Path, facts: Facts, period: str, now: Instant, text: str = AGREEMENT, work: str = "") -> ComponentPart:
    settings = config(folder, text, work)
    facts = replace(facts, exclusions=proposed(settings.exclusions.values(), at("01-01 00:00:00")))
    return compose(parties_of(settings, "harbour-bank"), parse_period(period), facts, now).components[0]


def forecast_of(part: ComponentPart) -> Forecast:
    assert part.forecast is not None
    return part.forecast


def test_the_budget_left_is_the_whole_periods_on_the_calendar_to_come(tmp_path: Path) -> None:
    part = pay(tmp_path, known(*an_hour_down("10-05")), "2026-10", OCTOBER + 10 * DAY)
    found = forecast_of(part)
    assert found.window == (OCTOBER, NOVEMBER)
    assert found.agreed_left == 21 * DAY
    assert found.allowed == Fraction(31 * DAY, 1000)
    assert found.remaining == Fraction(31 * DAY, 1000) - HOUR
    assert found.expected == HOUR + Fraction(HOUR * 21, 10)
    assert part.account.budget is not None
    assert part.account.budget.allowed == Fraction(10 * DAY, 1000)


def test_at_this_rate_the_budget_is_used_up_at_an_instant_or_not_in_this_period(tmp_path: Path) -> None:
    ten_minutes = (transition("10-05 10:00:00", DOWN), transition("10-05 10:10:00", UP))
    found = forecast_of(pay(tmp_path, known(*ten_minutes), "2026-10", OCTOBER + 10 * DAY))
    left = Fraction(31 * DAY, 1000) - 10 * MINUTE
    exact = OCTOBER + 10 * DAY + left * 10 * DAY / (10 * MINUTE)
    assert found.used_up_at is None
    assert exact > NOVEMBER
    twenty = (transition("10-05 10:00:00", DOWN), transition("10-05 10:20:00", UP))
    found = forecast_of(pay(tmp_path, known(*twenty), "2026-10", OCTOBER + 10 * DAY))
    exact = OCTOBER + 10 * DAY + (Fraction(31 * DAY, 1000) - 20 * MINUTE) / (2 * MINUTE) * DAY
    assert found.used_up_at is not None
    assert 0 <= found.used_up_at - exact < 1


def test_a_budget_that_is_used_up_is_negative_and_names_no_instant_to_come(tmp_path: Path) -> None:
    found = forecast_of(pay(tmp_path, known(*an_hour_down("10-05")), "2026-10", OCTOBER + 10 * DAY))
    assert found.remaining < 0
    assert found.used_up_at is None
    assert found.spare is not None
    assert found.spare < found.remaining


def test_the_rest_is_counted_by_service_hours_and_announced_work(tmp_path: Path) -> None:
    text = AGREEMENT.replace("24x7", '{timezone: Asia/Shanghai, hours: {mon-sun: ["08:00-20:00"]}}')
    work = """
exclusions:
  move:
    {components: [pay], category: maintenance, start: "2026-10-20 08:00", end: "2026-10-20 14:00",
     notice: {given: 2026-10-01, ref: annex 2}}
  weekly:
    {components: [pay], category: maintenance, every: "Sun 10:00", duration: 1h,
     notice: {given: 2026-01-01, ref: annex 2}}
  late:
    {components: [pay], category: maintenance, start: "2026-10-22 08:00", end: "2026-10-22 14:00",
     notice: {given: "2026-10-22 07:00", ref: annex 2}}
"""
    found = forecast_of(pay(tmp_path, known(), "2026-10", OCTOBER + 10 * DAY, text, work))
    excluded = 6 * HOUR + 3 * HOUR  # nobody worked on the Sunday that has passed
    assert found.agreed_left == 21 * 12 * HOUR - excluded
    assert found.allowed == Fraction(31 * 12 * HOUR - excluded, 1000)
    assert found.expected == 0
    assert found.used_up_at is None


@pytest.mark.parametrize(("target", "end"), [("quarter", "2027-01-01"), ("year", "2027-01-01")])
def test_a_month_under_a_longer_target_is_forecast_to_the_longer_ones_end(
    tmp_path: Path, target: str, end: str
) -> None:
    text = AGREEMENT.replace("period: month", f"period: {target}")
    found = forecast_of(pay(tmp_path, known(*an_hour_down("10-05")), "2026-11", NOVEMBER + 5 * DAY, text))
    assert str(found.period) == {"quarter": "2026-Q4", "year": "2026"}[target]
    whole = found.window[1] - found.window[0]
    assert found.remaining == Fraction(whole, 1000) - HOUR


def test_a_period_that_is_over_has_no_forecast(tmp_path: Path) -> None:
    assert pay(tmp_path, known(), "2026-10", NOVEMBER).forecast is None


def test_a_quarter_under_monthly_targets_prints_each_month_and_is_judged_by_them(tmp_path: Path) -> None:
    settings = config(tmp_path, exclusions="")
    facts = known(*an_hour_down("08-05"))
    statement = compose(parties_of(settings, "harbour-bank"), parse_period("2026-Q3"), facts, NOVEMBER)
    part = statement.components[0]
    assert [(str(one.period), int(one.account.counted), one.judged) for one in part.parts] == [
        ("2026-07", 0, True),
        ("2026-08", HOUR, True),
        ("2026-09", 0, True),
    ]
    assert part.account.budget is not None
    assert part.account.budget.verdict is Verdict.MET
    assert part.verdicts == (Verdict.MET, Verdict.MISSED, Verdict.MET)
    assert statement.verdict is Verdict.MISSED
    shown, _ = json.loads(JSON.render(statement, "en"))["components"]
    assert [(one["period"], one["verdict"]) for one in shown["parts"]] == [
        ("2026-07", "met"),
        ("2026-08", "missed"),
        ("2026-09", "met"),
    ]


@pytest.mark.parametrize("period", ["2026", "2026-Q1", "2026-Q4"])
def test_a_longer_period_is_the_sum_of_its_months(tmp_path: Path, period: str) -> None:
    text = (
        AGREEMENT.replace("Asia/Shanghai", "Europe/Berlin")
        .replace(
            'partial_weight: "1/2"', 'partial_weight: "1/3", timezone: Europe/Berlin, min_outage: 20m, merge_gap: 5m'
        )
        .replace("period: month", "period: year")
    )
    wild: list[Transition] = []
    for month in range(1, 13):
        wild += [
            transition(f"{month:02d}-01 00:00:00", State.PARTIAL),
            transition(f"{month:02d}-01 09:10:00", State.UNKNOWN),
            transition(f"{month:02d}-02 00:00:00", UP),
            transition(f"{month:02d}-28 23:00:00", DOWN),
        ]
    part = pay(tmp_path, known(*wild), period, at("12-31 23:59:59") + 30 * DAY, text)
    assert len(part.parts) == (12 if period == "2026" else 3)
    assert {one.judged for one in part.parts} == {False}
    for name in ("service_time", "excluded", "unobserved", "observed_loss", "counted", "base", "agreed"):
        assert sum(getattr(one.account, name) for one in part.parts) == getattr(part.account, name), name
    assert part.account.budget is not None
    budgets = [one.account.budget for one in part.parts if one.account.budget is not None]
    assert sum(one.allowed for one in budgets) == part.account.budget.allowed


def test_the_period_that_runs_is_found_by_the_zones_clock() -> None:
    instant = OCTOBER - HOUR
    assert str(Period.running(Kind.MONTH, "Asia/Shanghai", instant)) == "2026-09"
    assert str(Period.running(Kind.MONTH, "Pacific/Auckland", instant)) == "2026-10"
    assert str(Period.running(Kind.QUARTER, "Asia/Shanghai", instant)) == "2026-Q3"
    assert str(Period.running(Kind.YEAR, "UTC", instant)) == "2026"


def test_a_total_over_components_is_a_sum_over_a_sum_and_only_under_equal_rules(tmp_path: Path) -> None:
    facts = Facts(
        transitions={
            "pay": (transition("01-01 00:00:00", UP), *an_hour_down("10-05")),
            "shop": (transition("10-21 00:00:00", UP),),
        }
    )
    settings = config(tmp_path, exclusions="")
    statement = compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), facts, NOVEMBER + 9 * DAY)
    total = total_of(statement.agreements[0], statement.components)
    assert total is not None
    assert total.availability == 1 - Fraction(HOUR, 31 * DAY + 11 * DAY)
    assert total_of(statement.agreements[0], statement.components[:1]) is None
    later = AGREEMENT.replace("version: 1", "version: 2").replace("effective: 2026-01-01", "effective: 2026-10-16")
    other = config(tmp_path, AGREEMENT.replace("[pay, shop]", "[pay]") + later, exclusions="")
    statement = compose(parties_of(other, "harbour-bank"), parse_period("2026-10"), facts, NOVEMBER + 9 * DAY)
    assert total_of(statement.agreements[0], statement.components) is None
    assert json.loads(JSON.render(statement, "en"))["agreements"][0]["total"] is None
