"""What nobody saw any more and is counted all the same is in doubt; it can turn a verdict."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from config.instant import Instant
from config.state import State
from sla.account import Account, account
from sla.cases import CASE_TERMS
from sla.doubt import turns, uncertainty
from sla.interval import Interval
from sla.line import raw_line
from sla.record import Transition
from sla.terms import Target, Terms, UnknownPolicy

MINUTE = 60
WINDOW = 0, 1000 * MINUTE
UP, DOWN, UNKNOWN = State.UP, State.DOWN, State.UNKNOWN


def told(*changes: tuple[Instant, State, Instant | None]) -> list[Transition]:
    """(happened, state, last seen otherwise), in minutes."""
    return [
        Transition(
            state=state,
            happened_at=at * MINUTE,
            recorded_at=at * MINUTE,
            bound_at=None if bound is None else bound * MINUTE,
        )
        for at, state, bound in changes
    ]


def doubted(
    transitions: Sequence[Transition],
    *,
    terms: Terms = CASE_TERMS,
    exclusions: Sequence[Interval] = (),
    inactive: Sequence[Interval] = (),
    settled: Sequence[Interval] = (),
) -> int:
    """In minutes."""
    minutes = [[(a * MINUTE, b * MINUTE) for a, b in some] for some in (exclusions, inactive, settled)]
    line = raw_line(transitions, WINDOW, 2 * WINDOW[1])
    found = account(line, WINDOW, minutes[0], minutes[1], terms)
    return uncertainty(line, transitions, [(terms, WINDOW)], minutes[2], found) // MINUTE


OUTAGE = told((-10, UP, None), (100, DOWN, 99), (140, UP, 138))
ABSENCE = told((-10, UP, None), (100, UNKNOWN, 97), (140, UP, None))


def test_both_edges_of_an_outage_are_in_doubt() -> None:
    assert doubted(OUTAGE) == 1 + 2


def test_what_was_seen_last_before_an_absence_is_in_doubt_up_to_where_unknown_begins() -> None:
    assert doubted(ABSENCE) == 3


def test_unknown_time_is_not_doubted_twice() -> None:
    before = told((-10, UP, None), (100, UNKNOWN, 97), (140, DOWN, 97), (150, UP, 149))
    after = told((-10, UP, None), (100, DOWN, 99), (140, UNKNOWN, 137), (180, UP, 137))
    assert (doubted(before), doubted(after)) == (3 + 1, 1 + 3)


def test_an_absence_within_an_outage_that_counts_as_down_is_not_in_doubt() -> None:
    assert doubted(told((-10, UP, None), (100, DOWN, 99), (110, UNKNOWN, 108), (120, DOWN, 108), (140, UP, 138))) == 3


def test_only_time_that_counts_is_in_doubt() -> None:
    assert doubted(ABSENCE, exclusions=[(98, 99)]) == 2
    assert doubted(ABSENCE, inactive=[(0, 99)]) == 1
    assert doubted(ABSENCE, settled=[(90, 200)]) == 0


def test_at_either_end_of_the_period_as_much_is_in_doubt_as_lies_in_it() -> None:
    assert doubted(told((-10, UP, None), (1, DOWN, -5), (9, UP, None))) == 1
    assert doubted(told((-10, UP, None), (1005, DOWN, 997))) == 3
    assert doubted(told((-10, UP, None), (1005, UNKNOWN, 1001))) == 0


def test_an_outage_that_is_too_short_to_count_has_no_edges() -> None:
    assert doubted(OUTAGE, terms=replace(CASE_TERMS, min_outage=60 * MINUTE)) == 0


def test_doubt_reaches_no_further_back_than_the_state_it_is_of() -> None:
    assert doubted(told((-10, UP, None), (100, DOWN, 50), (101, UP, 50))) == 50 + 1


def judged(transitions: Sequence[Transition], allowed: int, policy: UnknownPolicy) -> tuple[Account, int]:
    """Under a target that allows so many minutes."""
    share = 1 - Fraction(allowed * MINUTE, WINDOW[1])
    terms = replace(CASE_TERMS, unknown_policy=policy, targets=(Target(start=WINDOW[0], end=WINDOW[1], share=share),))
    line = raw_line(transitions, WINDOW, WINDOW[1])
    found = account(line, WINDOW, [], [], terms)
    return found, uncertainty(line, transitions, [(terms, WINDOW)], [], found)


@pytest.mark.parametrize("policy", list(UnknownPolicy))
def test_a_promise_that_only_unknown_time_and_doubt_together_could_break_is_in_doubt(policy: UnknownPolicy) -> None:
    """Forty minutes unknown, three presumed: an outage of 43 minutes may be hidden there."""
    assert [turns(*judged(ABSENCE, allowed, policy)) for allowed in (42, 43)] == [True, False]


def test_downtime_that_doubt_could_take_back_is_in_doubt() -> None:
    assert [turns(*judged(OUTAGE, allowed, UnknownPolicy.EXCLUDE)) for allowed in (36, 37, 42, 43)] == [
        False,
        True,
        True,
        False,
    ]


def test_without_a_promise_nothing_turns() -> None:
    line = raw_line(OUTAGE, WINDOW, WINDOW[1])
    assert not turns(account(line, WINDOW, [], [], CASE_TERMS), 3 * MINUTE)


def test_a_state_that_was_seen_again_after_long_is_in_doubt_between_the_two() -> None:
    again = replace(told((200, UP, 190))[0], reason="missed")
    assert doubted([*OUTAGE, again]) == 1 + 2 + 10
    assert doubted([*OUTAGE, replace(again, reason=None)]) == 1 + 2
    line = raw_line([*OUTAGE, again], WINDOW, 2 * WINDOW[1])
    assert line == raw_line(OUTAGE, WINDOW, 2 * WINDOW[1]), "it changes nothing that is counted"
