"""From checks to their component, against the sentences of the law."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import Instant
from config.state import State
from incidents.impact import Combine, all_down, any_down, changes_since, fewer_than_up
from probe.panel.vote import state_at

U, G, P, D, X = State.UP, State.DEGRADED, State.PARTIAL, State.DOWN, State.UNKNOWN
ORDER = (D, X, P, G, U)
THREES = list(itertools.product(State, repeat=3))


def test_any_down_is_the_worst_with_unknown_between_down_and_partial() -> None:
    for states in THREES:
        assert any_down(states) is next(state for state in ORDER if state in states), states


def test_all_down_is_down_iff_all_are() -> None:
    for states in THREES:
        assert (all_down(states) is D) == (set(states) == {D}), states


def test_all_down_is_unknown_iff_it_could_be_down() -> None:
    """Some down and the rest unknown: whether all are down depends on what nobody saw."""
    for states in THREES:
        could_be = set(states) <= {D, X} and X in states
        assert (all_down(states) is X) == could_be, states


@pytest.mark.parametrize(
    ("states", "expected"), [((D, P), P), ((D, G), G), ((D, U), U), ((X, U), U), ((X, G), G), ((D, X), X), ((X, X), X)]
)
def test_all_down_otherwise_is_the_worst_of_what_is_known_and_not_down(
    states: tuple[State, ...], expected: State
) -> None:
    assert all_down(states) is expected


@pytest.mark.parametrize("k", [1, 2, 3])
def test_k_of_n_is_what_every_reading_of_the_unknown_ones_agrees_on(k: int) -> None:
    """Each unknown check read as up, then as down: where both say the same, that is it; else unknown."""
    for states in THREES:
        down_at_best = sum(state is not D for state in states) < k
        down_at_worst = sum(state not in (D, X) for state in states) < k
        found = fewer_than_up(k)(states)
        assert (found is D) == down_at_best, states
        assert (found is X) == (down_at_worst and not down_at_best), states


def test_k_of_n_hides_a_bad_check_it_can_do_without_but_not_one_it_needs() -> None:
    assert fewer_than_up(2)((U, U, D)) is U
    assert fewer_than_up(2)((U, U, G)) is U
    assert fewer_than_up(2)((U, G, D)) is G
    assert fewer_than_up(2)((U, G, P)) is G
    assert fewer_than_up(3)((U, G, P)) is P


@pytest.mark.parametrize("combine", [any_down, all_down, fewer_than_up(1), fewer_than_up(2)])
def test_no_check_at_all_says_nothing(combine: Combine) -> None:
    assert combine(()) is X


def test_a_line_is_unknown_before_its_first_change() -> None:
    line = [(100, U), (200, D)]

    assert [state_at(line, at) for at in (99, 100, 199, 200, 10**15)] == [X, U, U, D, D]


lines = st.dictionaries(
    st.sampled_from("abc"),
    st.dictionaries(st.integers(0, 12), st.sampled_from(State), max_size=6).map(lambda line: sorted(line.items())),
    min_size=1,
)


@given(lines, st.integers(0, 12), st.sampled_from([any_down, all_down, fewer_than_up(2)]))
def test_the_changes_say_at_every_instant_what_the_checks_say_together(
    checks: dict[str, list[tuple[Instant, State]]], since: Instant, combine: Combine
) -> None:
    found = changes_since(checks, combine, since)

    assert found[0][0] == since
    assert all(one[1] is not other[1] for one, other in itertools.pairwise(found))
    for at in range(since, 14):
        assert state_at(found, at) is combine([state_at(line, at) for line in checks.values()])
