"""A statement from stored facts: figures, verdict, outages, exclusions, obstacles, versions."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from config.instant import DAY, HOUR, MINUTE, SECOND, Instant
from config.model import Config
from config.state import State
from sla.account import Class, Verdict
from sla.exclusion import Flaw
from sla.obstacle import Obstacle
from sla.page import Page
from sla.parties import NoStatement, parties_of
from sla.period import Period, parse_period
from sla.record import Answer, CommitmentRecord, Facts, Outcome, Word
from sla.statement import ComponentPart, Statement, compose
from tests.sla.contract import AGREEMENT, LATER, NOVEMBER, OCTOBER, at, config, facts, transition


def october(settings: Config, known: Facts, now: Instant = LATER) -> Statement:
    return compose(parties_of(settings, "harbour-bank"), parse_period("2026-10"), known, now)


def part(statement: Statement, component: str = "pay") -> ComponentPart:
    return next(one for one in statement.components if one.component == component)


def test_a_month_is_counted_from_its_transitions_and_exclusions(tmp_path: Path) -> None:
    settings = config(tmp_path)
    statement = october(settings, facts(settings))
    pay = part(statement)
    assert pay.account.counted == 2136 * SECOND
    assert (pay.account.excluded, pay.account.unobserved) == (16 * HOUR, 4 * MINUTE)
    assert pay.account.agreed == 31 * DAY - 16 * HOUR - 4 * MINUTE
    assert pay.counted.removed == pay.account.availability == 1 - Fraction(2136, 2_620_560)
    assert pay.counted.retained == 1 - Fraction(2136, 31 * 86400 - 240)
    assert statement.verdict is Verdict.MET
    assert (statement.provisional, statement.obstacles) == (False, ())
    assert part(statement, "shop").account.availability == 1
    assert statement.names["pay"] == {"zh-CN": "支付接口", "en": "Payment API"}


def test_every_outage_is_listed_with_what_of_it_counts(tmp_path: Path) -> None:
    settings = config(tmp_path)
    outages = part(october(settings, facts(settings))).counted.outages
    assert [(one.state, int(one.counted), one.excluded, one.reason, one.open) for one in outages] == [
        (State.PARTIAL, 1146 * SECOND, 0, "status", False),
        (State.DOWN, 0, 690 * SECOND, "connection_refused", False),
        (State.DOWN, 990 * SECOND, 0, "connection_refused", False),
    ]
    assert sum(one.counted for one in outages) == part(october(settings, facts(settings))).account.counted


def test_a_window_announced_too_late_is_listed_and_excludes_nothing(tmp_path: Path) -> None:
    settings = config(tmp_path)
    exclusions = october(settings, facts(settings)).agreements[0].exclusions
    assert [(one.id, one.flaw) for one in exclusions] == [
        ("weekly", None),
        ("weekly", None),
        ("weekly", None),
        ("late", Flaw.LATE),
        ("weekly", None),
    ]
    (late,) = [one for one in exclusions if not one.valid]
    assert late.ahead == 9 * HOUR + 20 * MINUTE


def test_of_two_transitions_at_one_instant_the_later_recorded_wins(tmp_path: Path) -> None:
    settings = config(tmp_path)
    down = transition("10-05 00:00:00", State.DOWN)
    mended = replace(transition("10-05 00:00:00", State.UP), recorded_at=down.recorded_at + 1)
    known = Facts(transitions={"pay": (transition("09-30 00:00:00", State.UP), mended, down)})
    assert part(october(settings, known)).account.counted == 0
    known = Facts(transitions={"pay": (transition("09-30 00:00:00", State.UP), down, mended)})
    assert part(october(settings, known)).account.counted == 0


def test_before_the_first_fact_everything_is_unknown(tmp_path: Path) -> None:
    settings = config(tmp_path)
    statement = october(settings, Facts(transitions={"pay": (transition("10-11 00:00:00", State.UP),)}))
    pay, shop = part(statement), part(statement, "shop")
    assert pay.account.unobserved == 10 * DAY
    assert (shop.account.agreed, shop.account.availability) == (0, None)
    assert shop.account.coverage == 0
    assert pay.obstacles == (Obstacle.SENSITIVE, Obstacle.COVERAGE)
    assert shop.obstacles == (Obstacle.COVERAGE,)
    assert statement.verdict is Verdict.SENSITIVE


def test_the_running_month_is_counted_up_to_now_with_its_open_outage(tmp_path: Path) -> None:
    settings = config(tmp_path)
    known = Facts(
        transitions={"pay": (transition("09-30 00:00:00", State.UP), transition("10-05 00:00:00", State.DOWN))}
    )
    statement = october(settings, known, at("10-05 02:00:00"))
    (outage,) = part(statement).counted.outages
    assert outage.open
    assert outage.counted == 2 * HOUR
    assert statement.window == (OCTOBER, at("10-05 02:00:00"))
    assert statement.obstacles == (Obstacle.RUNNING, Obstacle.COVERAGE)
    assert statement.provisional


def test_late_batches_keep_a_statement_provisional_for_the_agreed_grace(tmp_path: Path) -> None:
    settings = config(tmp_path)
    assert october(settings, facts(settings), NOVEMBER + DAY - 1).obstacles == (Obstacle.GRACE,)
    assert october(settings, facts(settings), NOVEMBER + DAY).obstacles == ()


def test_an_outage_over_the_end_of_the_month_is_one_and_its_parts_add_up(tmp_path: Path) -> None:
    text = AGREEMENT.replace('partial_weight: "1/2"', 'partial_weight: "1/2", min_outage: 10m')
    settings = config(tmp_path, text)
    known = Facts(
        transitions={
            "pay": (
                transition("09-30 00:00:00", State.UP),
                transition("10-31 23:55:00", State.DOWN),
                transition("11-01 00:05:00", State.UP),
            )
        }
    )
    first = part(october(settings, known, NOVEMBER + 2 * DAY))
    second = part(compose(parties_of(settings, "harbour-bank"), parse_period("2026-11"), known, NOVEMBER + 2 * DAY))
    assert [one.account.counted for one in (first, second)] == [5 * MINUTE, 5 * MINUTE]
    assert first.counted.outages[0].start == second.counted.outages[0].start


def test_the_measuring_error_can_leave_a_verdict_in_doubt(tmp_path: Path) -> None:
    settings = config(tmp_path, exclusions="")
    budget = 2678  # seconds, of 31 days at 99.9 %

    def told(length: int, bound: int) -> tuple[bool | None, bool]:
        minutes, seconds = divmod(length, 60)
        known = Facts(
            transitions={
                "pay": (
                    transition("09-30 00:00:00", State.UP),
                    transition("10-05 10:00:00", State.DOWN, bound=bound),
                    transition(f"10-05 10:{minutes:02d}:{seconds:02d}", State.UP, bound=bound),
                )
            }
        )
        pay = part(october(settings, known))
        assert pay.counted.uncertainty == 2 * bound * SECOND
        assert pay.account.budget is not None
        return pay.account.budget.met, pay.counted.within_measuring_error

    assert told(budget - 100, 30) == (True, False)
    assert told(budget - 50, 30) == (True, True)
    assert told(budget + 50, 30) == (False, True)
    assert told(budget + 100, 30) == (False, False)


def test_a_new_version_counts_its_own_part_under_its_own_terms(tmp_path: Path) -> None:
    newer = AGREEMENT.replace("version: 1", "version: 2").replace("effective: 2026-01-01", "effective: 2026-10-16")
    newer = newer.replace('"99.9"', '"99.5"').replace('partial_weight: "1/2"', 'partial_weight: "1"')
    settings = config(tmp_path, AGREEMENT + newer, exclusions="")
    known = Facts(
        transitions={
            "pay": (
                transition("09-30 00:00:00", State.UP),
                transition("10-15 23:00:00", State.PARTIAL),
                transition("10-16 01:00:00", State.UP),
            )
        }
    )
    pay = part(october(settings, known))
    assert pay.account.counted == Fraction(HOUR, 2) + HOUR
    assert pay.account.agreed == 31 * DAY
    assert pay.account.budget is not None
    assert pay.account.budget.allowed == Fraction(15 * DAY, 1000) + Fraction(16 * DAY * 5, 1000)
    assert len(pay.counted.outages) == 1
    assert pay.counted.outages[0].counted == pay.account.counted
    assert pay.account.ledger.where(Class.COUNTED) == [(at("10-15 23:00:00"), at("10-16 01:00:00"))]
    assert pay.agreement.version == 2


def test_an_agreement_that_begins_inside_the_month_counts_from_then(tmp_path: Path) -> None:
    text = AGREEMENT.replace("2026-01-01", "2026-10-16")
    settings = config(tmp_path, text, exclusions="")
    pay = part(october(settings, facts(settings)))
    assert pay.account.service_time == 16 * DAY
    assert pay.account.ledger.where(Class.INACTIVE) == [(OCTOBER, at("10-16 00:00:00"))]
    assert pay.account.counted == 990 * SECOND


def test_a_yearly_target_shows_the_year_so_far(tmp_path: Path) -> None:
    settings = config(tmp_path, AGREEMENT.replace("period: month", "period: year"), exclusions="")
    known = facts(settings)
    pay = part(october(settings, known))
    assert pay.year_so_far is not None
    assert pay.year_so_far.window == (at("01-01 00:00:00"), NOVEMBER)
    assert pay.year_so_far.counted == pay.account.counted
    assert pay.year_so_far.unobserved > pay.account.unobserved
    assert part(october(config(tmp_path), known)).year_so_far is None


def test_the_year_so_far_counts_each_earlier_month_as_it_was_sealed(tmp_path: Path) -> None:
    settings = config(tmp_path, AGREEMENT.replace("period: month", "period: year"), exclusions="")
    known = facts(settings)
    parties, now = parties_of(settings, "harbour-bank"), at("12-03 09:00:00")
    sealed = replace(known, answer=Answer(word=Word.UNANSWERED, asked_at=LATER, at=LATER))
    month = parse_period("2026-10")
    october = part(compose(parties, month, sealed, now))

    def november(*earlier: tuple[Period, Word]) -> ComponentPart:
        return part(compose(parties, parse_period("2026-11"), replace(known, earlier=earlier), now))

    plain, accepted, silent = november(), november((month, Word.ACCEPTED)), november((month, Word.UNANSWERED))
    assert plain.year_so_far is not None and silent.year_so_far is not None
    assert accepted.year_so_far == plain.year_so_far
    assert silent.year_so_far.counted - plain.year_so_far.counted == october.account.unobserved > 0
    assert silent.year_so_far.counted == october.account.counted + silent.account.counted
    assert silent.account == plain.account, "the month itself counts by its own answer"
    assert october.year_so_far is not None
    assert october.year_so_far.counted == october.account.counted


def test_cases_are_those_that_were_open_in_the_period(tmp_path: Path) -> None:
    settings = config(tmp_path)
    known = facts(settings)
    (case,) = known.cases
    before = replace(case, id="OLD", reported_at=OCTOBER - 2 * DAY, closed_at=OCTOBER - DAY, commitments=())
    still = replace(case, id="STILL", reported_at=OCTOBER - 2 * DAY, closed_at=None)
    after = replace(case, id="NEW", reported_at=NOVEMBER)
    statement = october(settings, replace(known, cases=(case, before, still, after)))
    assert [one.id for one in statement.cases] == ["STILL", "CASE-7"]


@pytest.mark.parametrize(("due", "listed"), [(-HOUR, []), (0, ["LATE"]), (DAY, ["LATE"])])
def test_a_case_is_listed_in_the_period_its_last_time_limit_ended_in(
    tmp_path: Path, due: int, listed: list[str]
) -> None:
    settings = config(tmp_path)
    known = facts(settings)
    (case,) = known.cases
    review = CommitmentRecord(
        name="review", started_at=OCTOBER - DAY, due_at=OCTOBER + due, done_at=None, outcome=Outcome.MISSED
    )
    before = replace(case.commitments[0], due_at=OCTOBER - DAY, done_at=OCTOBER - DAY, outcome=Outcome.MET)
    solved = replace(case, id="LATE", reported_at=OCTOBER - 2 * DAY, closed_at=OCTOBER - DAY)
    late = replace(solved, commitments=(before, review))
    statement = october(settings, replace(known, cases=(late,)))
    assert [one.id for one in statement.cases] == listed
    assert [clock.name for _, clock in Page(statement, "en").clocks()] == ["review"] * len(listed)


def test_the_same_facts_give_the_same_statement(tmp_path: Path) -> None:
    settings = config(tmp_path)
    assert october(settings, facts(settings)) == october(settings, facts(settings))


@pytest.mark.parametrize(
    ("customer", "period", "says"),
    [
        ("acme", "2026-10", "no customer 'acme'; known: harbour-bank"),
        ("harbour-bank", "2026-12", "no agreement of 'harbour-bank' was in force in 2026-12"),
        ("harbour-bank", "2025-12", "no agreement of 'harbour-bank' was in force in 2025-12"),
    ],
)
def test_where_there_is_nothing_to_state_it_says_why(tmp_path: Path, customer: str, period: str, says: str) -> None:
    settings = config(tmp_path)
    with pytest.raises(NoStatement, match=says):
        compose(parties_of(settings, customer), parse_period(period), facts(settings), LATER)
