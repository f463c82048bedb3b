"""Several locations in one process: their votes make the line of the law, in whatever order they are heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.state import State
from probe.panel import Location, Owner, Panel, Quorum, combine, drawn
from probe.result import Outcome, Result
from probe.verdict import CheckChange, CheckState, Thresholds, judge, lapse
from tests.probe.line import line_by_definition, line_of_changes, result

U, S, D, X = State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN
PLACES = [Location(id="a"), Location(id="b", owner=Owner.CUSTOMER), Location(id="c", owner=Owner.THIRD_PARTY)]
MAJORITY = Quorum()


@pytest.mark.parametrize(
    "votes, quorum, before, state",
    [
        ([U, U, D], MAJORITY, U, U),
        ([U, D, D], MAJORITY, U, D),
        ([D, D, X], MAJORITY, U, D),
        ([U, D, X], MAJORITY, U, U),  # a tie of the fresh keeps
        ([U, D, X], MAJORITY, D, D),
        ([U, D, X], MAJORITY, S, S),
        ([U, D, X], MAJORITY, X, X),
        ([X, X, X], MAJORITY, D, X),
        ([U, X, X], Quorum(fresh=2), U, X),
        ([U, D, X], Quorum(bad=1, fresh=2), U, D),
        ([U, U, D], Quorum(bad=2), D, U),
        ([U, D, D], Quorum(bad=2), U, D),
        ([S, S, U], MAJORITY, U, S),
        ([S, D, U], MAJORITY, U, S),
        ([S, U], MAJORITY, U, U),
        ([S, U], MAJORITY, D, S),
    ],
)
def test_votes_make_a_state(votes: list[State], quorum: Quorum, before: State, state: State) -> None:
    assert combine(votes, quorum, before) is state


def change(at: int, state: State) -> CheckChange:
    return CheckChange(check="shop/home", state=state, happened_at=at)


def test_the_outage_starts_when_the_last_needed_location_first_failed() -> None:
    panel = Panel("shop/home", PLACES, Quorum(bad=2, fresh=2))
    for place in PLACES:
        panel.hear(place.id, [change(0, U)])
    assert panel.hear("a", [change(100, D)]) == ()
    # Confirmed later and back-dated: it failed before the other did.
    assert [(one.happened_at, one.state) for one in panel.hear("b", [change(40, D)])] == [(100, D)]
    assert [(one.happened_at, one.state) for one in panel.hear("a", [change(160, U)])] == [(160, U)]
    assert panel.state is U


def test_a_location_whose_evidence_lapsed_has_no_vote() -> None:
    panel = Panel("shop/home", PLACES, MAJORITY)
    for place, state in zip(PLACES, (D, U, U), strict=True):
        panel.hear(place.id, [change(0, state)])
    assert panel.state is U
    panel.hear("b", [change(50, X)])
    assert panel.state is U, "one of two keeps the state"
    panel.hear("c", [change(60, X)])
    assert panel.state is D


terms_of_checks = st.builds(Thresholds, fall=st.integers(1, 3), rise=st.integers(1, 3), evidence=st.integers(15, 40))
heard = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 12), st.sampled_from(list(Outcome))), min_size=1, max_size=40
)


@given(heard, terms_of_checks, st.sampled_from([MAJORITY, Quorum(bad=1), Quorum(bad=2, fresh=2)]))
def test_what_is_told_is_always_the_line_of_all_locations_together(
    steps: list[tuple[str, int, Outcome]], terms: Thresholds, quorum: Quorum
) -> None:
    panel = Panel("shop/home", PLACES, quorum)
    states = {place.id: CheckState() for place in PLACES}
    results: dict[str, list[Result]] = {place.id: [] for place in PLACES}
    told, now = list[CheckChange](), 0
    for place, step, outcome in steps:
        now += step
        results[place].append(result(now, outcome))
        judged = judge(states[place], results[place][-1], terms)
        states[place] = judged.state
        told += panel.hear(place, judged.changes)
    for place, state in states.items():
        told += panel.hear(place, lapse(state, "shop/home", now, terms).changes)
    lines = {place: line_by_definition(results[place], terms, now) for place in results}
    together = drawn(lines, quorum, -1, State.UNKNOWN)
    assert line_of_changes(told, now) == [piece for piece in together if piece[0] <= now]
