"""Corrections lie over the recorded line; what favours the supplier needs the customer's word."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.instant import MINUTE, SECOND, Instant
from config.state import State
from sla.correction import Approved, Confirmed, Contested, Correction, CorrectionEvent, Requested, evolve, replay
from sla.line import Counted
from sla.overlay import Corrected, Standing, laid_over
from sla.parties import parties_of
from sla.period import parse_period
from sla.saying import correction_event, facts_of, kind_of, leaf_of, said_in_leaf
from sla.statement import compose
from sla.timeline import Timeline, timeline
from sla.word import Said
from tests.sla.contract import LATER, OCTOBER, at, config, facts

CUSTOMER = "harbour-bank"


def said(event: CorrectionEvent, when: str = "11-01 09:00:00", by: str = "person:chen") -> Said[CorrectionEvent]:
    return Said(event=event, happened_at=at(when), recorded_at=at(when), by=by)


def asked(
    start: str, end: str, state: State, *events: Said[CorrectionEvent], id: str = "C-12", by: str = "person:li"
) -> Correction:
    request = Requested(
        component="pay", start=at(start), end=at(end), state=state, reason="one network of two", evidence="log E-4471"
    )
    return replay(id, [said(request, "11-01 08:00:00", by), *events])


APPROVED = said(Approved())
OWN = said(Approved(), by="person:li")
CONFIRMED = said(Confirmed(customer=CUSTOMER), "11-02 09:00:00", f"customer:{CUSTOMER}")
CONTESTED = said(Contested(customer=CUSTOMER, reason="both failed"), "11-02 10:00:00", f"customer:{CUSTOMER}")


def counted(folder: Path, *corrections: Correction) -> Counted:
    """October's payments with these corrections."""
    written = config(folder)
    known = replace(facts(written), corrections=corrections)
    statement = compose(parties_of(written, CUSTOMER), parse_period("2026-10"), known, LATER)
    return next(part.counted for part in statement.components if part.component == "pay")


def only(found: Counted) -> Corrected:
    (one,) = found.corrections
    return one


def test_one_that_adds_loss_counts_as_soon_as_a_second_person_approved_it(tmp_path: Path) -> None:
    before = counted(tmp_path)
    found = counted(tmp_path, asked("10-20 10:00:00", "10-20 10:10:00", State.DOWN, APPROVED))
    assert found.account.counted == before.account.counted + 10 * MINUTE
    one = only(found)
    assert (one.standing, one.otherwise) == (Standing.APPLIED, before.account.availability)
    assert "C-12" in [outage.cause for outage in found.outages]


def test_nothing_counts_that_only_one_person_wants(tmp_path: Path) -> None:
    before = counted(tmp_path)
    found = counted(tmp_path, asked("10-20 10:00:00", "10-20 10:10:00", State.DOWN, OWN))
    assert found.account == before.account
    assert only(found).standing is Standing.REQUESTED
    assert only(found).counted_otherwise == before.account.counted + 10 * MINUTE


def test_one_in_the_suppliers_favour_waits_for_the_customers_word(tmp_path: Path) -> None:
    """The outage of the 21st, 16 min 30 s down, is said to have been none."""
    before = counted(tmp_path)
    late = ("10-21 22:04:00", "10-21 22:20:30", State.UP)
    lighter = before.account.counted - 990 * SECOND

    waiting = counted(tmp_path, asked(*late, APPROVED))
    assert waiting.account == before.account
    assert (only(waiting).standing, only(waiting).counted_otherwise) == (Standing.UNCONFIRMED, lighter)

    contested = counted(tmp_path, asked(*late, APPROVED, CONTESTED))
    assert (contested.account, only(contested).standing) == (before.account, Standing.CONTESTED)

    confirmed = counted(tmp_path, asked(*late, APPROVED, CONFIRMED))
    assert confirmed.account.counted == lighter
    assert (only(confirmed).standing, only(confirmed).otherwise) == (Standing.APPLIED, before.account.availability)


def test_the_customers_word_is_a_second_person(tmp_path: Path) -> None:
    late = ("10-21 22:04:00", "10-21 22:20:30", State.UP)
    assert only(counted(tmp_path, asked(*late, CONFIRMED))).standing is Standing.APPLIED
    himself = asked("10-20 10:00:00", "10-20 10:10:00", State.DOWN, by=f"customer:{CUSTOMER}")
    assert only(counted(tmp_path, himself)).standing is Standing.REQUESTED
    assert only(counted(tmp_path, evolve(himself, APPROVED))).standing is Standing.APPLIED


def test_unmeasured_time_said_to_have_been_up_favours_the_supplier(tmp_path: Path) -> None:
    unknown = ("10-15 03:00:00", "10-15 03:04:00", State.UP)
    waiting = counted(tmp_path, asked(*unknown, APPROVED))
    assert (only(waiting).standing, waiting.account.unobserved) == (Standing.UNCONFIRMED, 4 * MINUTE)
    confirmed = counted(tmp_path, asked(*unknown, APPROVED, CONFIRMED))
    assert confirmed.account.unobserved == 0


def test_a_second_correction_lies_over_the_first(tmp_path: Path) -> None:
    before = counted(tmp_path)
    first = asked("10-20 10:00:00", "10-20 10:10:00", State.DOWN, APPROVED)
    over = said(Approved(), "11-01 12:00:00")
    second = asked("10-20 10:05:00", "10-20 10:20:00", State.PARTIAL, over, CONFIRMED, id="C-13")
    confirmed_first = evolve(first, CONFIRMED)
    found = counted(tmp_path, second, confirmed_first)
    assert found.account.counted == before.account.counted + 5 * MINUTE + 15 * MINUTE / 2
    assert [one.correction.id for one in found.corrections] == ["C-12", "C-13"]


def test_corrections_of_other_components_and_other_months_are_not_listed(tmp_path: Path) -> None:
    elsewhere = replace(asked("10-20 10:00:00", "10-20 10:10:00", State.DOWN, APPROVED), component="shop")
    earlier = asked("09-25 10:00:00", "09-25 10:10:00", State.DOWN, APPROVED)
    assert counted(tmp_path, elsewhere, earlier).corrections == ()


def test_its_events_come_back_from_the_store_and_from_a_leaf_as_they_were() -> None:
    request = Requested(component="pay", start=1, end=2, state=State.UP, reason="r", evidence="e")
    for event in (request, Approved(), CONFIRMED.event, CONTESTED.event):
        assert correction_event(kind_of(event), facts_of(event)) == event
        one = Said(event=event, happened_at=1, recorded_at=2, by="person:li", seen_by_customer_at=2)
        body, private = leaf_of(one)
        assert said_in_leaf(body, private, 2, correction=True) == one
        assert not {"by", "evidence", "reason"} & set(body)


STATES = st.sampled_from(list(State))
INSTANTS = st.integers(min_value=-20, max_value=120)


@given(
    events=st.lists(st.tuples(st.integers(min_value=0, max_value=99), STATES), max_size=8),
    start=INSTANTS,
    length=st.integers(min_value=1, max_value=60),
    state=STATES,
)
def test_what_is_laid_over_holds_inside_and_nothing_else_changes(
    events: list[tuple[Instant, State]], start: Instant, length: int, state: State
) -> None:
    line = timeline(State.UP, events, observed_from=0, observed_to=100)
    over = laid_over(line, (start, start + length), state)

    def states(of: Timeline) -> list[State]:
        return [one for first, last, one in of for _ in range(first, last)]

    before, after = states(line), states(over)
    assert len(after) == 100
    for moment in range(100):
        assert after[moment] is (state if start <= moment < start + length else before[moment])
    assert all(left is not right for left, right in zip(over.values, over.values[1:], strict=False))


@st.composite
def corrections(draw: st.DrawFn) -> list[Correction]:
    found = []
    for number in range(draw(st.integers(min_value=1, max_value=4))):
        start = OCTOBER + draw(st.integers(min_value=0, max_value=40)) * 18 * 60 * MINUTE
        request = Requested(
            component="pay",
            start=start,
            end=start + draw(st.integers(min_value=1, max_value=600)) * MINUTE,
            state=draw(STATES),
            reason="r",
            evidence="e",
        )
        words = [CONFIRMED] if draw(st.booleans()) else []
        found.append(replay(f"C-{number}", [said(request, by="person:li"), APPROVED, *words]))
    return found


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Counted]:
    folder = tmp_path_factory.mktemp("october")
    return partial(counted, folder)


@settings(max_examples=40)
@given(known=corrections(), order=st.randoms(use_true_random=False))
@pytest.mark.slow
def test_the_order_does_not_matter_and_no_unconfirmed_one_makes_the_figure_better(
    october: Callable[..., Counted], known: list[Correction], order: Random
) -> None:
    shuffled = order.sample(known, len(known))
    reported = october(*known)
    assert october(*shuffled) == reported
    without = october(*[one for one in known if one.word(CUSTOMER)])
    assert reported.account.counted >= without.account.counted
    assert (reported.account.availability or 0) <= (without.account.availability or 0)
    assert (reported.account.lower or 0) <= (without.account.lower or 0)
