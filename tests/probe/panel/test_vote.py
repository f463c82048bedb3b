"""Several locations' votes make the line of the law, in whatever order they are heard."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.location import Quorum
from config.state import State
from probe.panel.vote import combine, drawn, restated, told
from probe.result import Outcome, Reason, Result
from probe.verdict import CheckChange, CheckState, Thresholds, judge, lapse
from tests.probe.line import line_by_definition, line_of_changes, result

U, S, D, X = State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN
PLACES = ("a", "b", "c")
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
        ([U, X, X], Quorum(bad=2), U, X),
        ([D], Quorum(bad=2), U, D),  # the others have no vote yet
        ([], MAJORITY, U, X),
        ([S, S, U], MAJORITY, U, S),
        ([S, D, U], MAJORITY, U, S),
        ([S, U], MAJORITY, U, U),
        ([S, U], MAJORITY, D, S),
    ],
)
def test_votes_make_a_state(votes: list[State], quorum: Quorum, before: State, state: State) -> None:
    assert combine(votes, quorum, before) is state


@given(st.sampled_from([U, S, D, X]), st.sampled_from([U, S, D, X]))
def test_one_location_alone_is_always_believed(vote: State, before: State) -> None:
    for quorum in (MAJORITY, Quorum(bad=1), Quorum(bad=2), Quorum(fresh=3)):
        assert combine([vote], quorum, before) is vote


def test_the_outage_starts_when_the_last_needed_location_first_failed() -> None:
    lines = {"a": [(0, U), (100, D), (160, U)], "b": [(0, U), (40, D)], "c": [(0, U)]}
    assert drawn(lines, Quorum(bad=2), 0, X) == [(0, U), (100, D), (160, U)]


def test_a_location_whose_evidence_lapsed_has_no_vote() -> None:
    lines = {"a": [(0, D)], "b": [(0, U), (50, X)], "c": [(0, U), (60, X)]}
    assert drawn(lines, MAJORITY, 0, X) == [(0, U), (60, D)], "at 50 one of two is a tie, which keeps"


def test_a_location_votes_from_its_first_piece_on() -> None:
    lines = {"a": [(0, U)], "b": [(50, X), (80, U)]}
    assert drawn(lines, Quorum(fresh=2), 0, X) == [(0, U), (50, X), (80, U)]


def test_what_others_took_for_granted_is_told_again_after_a_back_dated_change() -> None:
    own = [(60, U), (90, X), (95, U)]
    heard = [CheckChange(check="shop/home", state=D, happened_at=50, reason=Reason.STATUS)]
    assert [(one.happened_at, one.state, one.reason) for one in restated(own, heard)] == [
        (60, D, Reason.STATUS),
        (95, D, Reason.STATUS),
    ]
    assert list(restated(own, [*heard, CheckChange(check="shop/home", state=U, happened_at=60)])) == []


def test_a_change_keeps_the_reason_of_the_location_that_brought_it() -> None:
    cause = CheckChange(check="shop/home", state=D, happened_at=70, reason=Reason.TIMEOUT, bound_at=60)
    (one,) = told("shop/home", [(50, U), (70, D)], [(0, U)], 50, {70: cause})
    assert one == cause


terms_of_checks = st.builds(Thresholds, fall=st.integers(1, 3), rise=st.integers(1, 3), evidence=st.integers(15, 40))
heard = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 12), st.sampled_from(list(Outcome))), min_size=1, max_size=40
)


class Reader:
    """Hears one location after the other, as the store does, and keeps what is told of the check."""

    def __init__(self, quorum: Quorum) -> None:
        self.quorum = quorum
        self.votes: dict[str, dict[int, State]] = {one: {-1: X} for one in PLACES}
        self.line: list[CheckChange] = []

    def hear(self, place: str, changes: Sequence[CheckChange]) -> None:
        if not changes:
            return
        self.votes[place] |= {one.happened_at: one.state for one in changes}
        since = min(one.happened_at for one in changes)
        before = sorted({one.happened_at: one.state for one in self.line}.items())
        state = next((state for at, state in reversed(before) if at < since), X)
        lines = {one: sorted(votes.items()) for one, votes in self.votes.items()}
        self.line += told("shop/home", drawn(lines, self.quorum, since, state), before, since, {})


@given(heard, terms_of_checks, st.sampled_from([MAJORITY, Quorum(bad=1), Quorum(bad=2, fresh=2)]))
def test_what_is_told_is_always_the_line_of_all_locations_together(
    steps: list[tuple[str, int, Outcome]], terms: Thresholds, quorum: Quorum
) -> None:
    reader = Reader(quorum)
    states = dict.fromkeys(PLACES, CheckState())
    results: dict[str, list[Result]] = {place: [] for place in PLACES}
    now = 0
    for place, step, outcome in steps:
        now += step
        results[place].append(result(now, outcome))
        judged = judge(states[place], results[place][-1], terms)
        states[place] = judged.state
        reader.hear(place, judged.changes)
    for place, state in states.items():
        reader.hear(place, lapse(state, "shop/home", now, terms).changes)
    lines = {place: line_by_definition(results[place], terms, now) for place in results}
    together = drawn(lines, quorum, -1, X)
    assert line_of_changes(reader.line, now) == [piece for piece in together if piece[0] <= now]
