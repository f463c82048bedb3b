"""The state of a check follows from its results exactly as sla-definition.md says."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.state import State
from probe.result import Outcome, Reason, Result
from probe.verdict import CheckChange, CheckState, Judgement, Thresholds, cease, evidence_of, judge, lapse
from tests.probe.line import line_by_definition, line_of_changes, result

WORDS = {
    "u": Outcome.UP,
    "d": Outcome.DOWN,
    "s": Outcome.DEGRADED,
    "i": Outcome.INVALID,
    "m": Outcome.MISSED,
}
TERMS = Thresholds(fall=3, rise=2, evidence=evidence_of(10, 5))


def results(words: str, step: int = 10) -> list[Result]:
    """`uud` = up at 0, up at 10, down at 20; a blank is a tick without any result."""
    return [result(index * step, WORDS[word]) for index, word in enumerate(words) if word != " "]


def told(given: Sequence[Result], terms: Thresholds = TERMS) -> list[CheckChange]:
    state, changes = CheckState(), list[CheckChange]()
    for one in given:
        judgement = judge(state, one, terms)
        state = judgement.state
        changes += judgement.changes
    return changes


@pytest.mark.parametrize(
    "words, expected",
    [
        ("u", [(0, "up")]),
        ("uuuu", [(0, "up")]),
        ("udu", [(0, "up")]),
        ("uddu", [(0, "up")]),
        ("uddd", [(0, "up"), (10, "down")]),
        ("udddu", [(0, "up"), (10, "down")]),
        ("udddudu", [(0, "up"), (10, "down")]),
        ("uddduu", [(0, "up"), (10, "down"), (40, "up")]),
        ("ddd", [(0, "up"), (0, "down")]),
        ("dd", [(0, "up")]),
        ("udmdmd", [(0, "up"), (10, "down")]),
        ("udidd", [(0, "up"), (20, "unknown"), (30, "up"), (10, "down"), (30, "down")]),
        ("uiiu", [(0, "up"), (10, "unknown"), (30, "up")]),
        ("uddd  iu", [(0, "up"), (10, "down"), (55, "unknown"), (70, "down")]),
        ("u   u", [(0, "up"), (25, "unknown"), (40, "up")]),
        ("usss", [(0, "up"), (10, "degraded")]),
        ("udss", [(0, "up"), (10, "degraded")]),
        ("uuss", [(0, "up")]),
        ("udddssuu", [(0, "up"), (10, "down"), (40, "degraded"), (60, "up")]),
        ("udddsuu", [(0, "up"), (10, "down"), (40, "degraded"), (50, "up")]),
        ("usssddd", [(0, "up"), (10, "degraded"), (40, "down")]),
    ],
)
def test_a_line_of_results_gives_these_changes(words: str, expected: list[tuple[int, str]]) -> None:
    assert [(change.happened_at, change.state.value) for change in told(results(words))] == expected


def test_both_bounds_of_an_outage_are_kept() -> None:
    changes = told(results("uudddduu"))
    assert [(change.happened_at, change.bound_at) for change in changes] == [(0, None), (20, 10), (60, 50)]


@pytest.mark.parametrize(
    "words, bound",
    [
        ("uu   u", 10),  # lapsed: 10 was the last answer
        ("uud   u", 10),  # the last one that said up; what came after it was never confirmed
        ("uus   u", 10),
        ("uui", 10),
        ("uudi", 10),
        ("udddu   d", 30),
        ("d   u", 0),  # nobody ever said up
    ],
)
def test_where_it_becomes_unknown_the_last_result_that_said_the_state_is_kept(words: str, bound: int) -> None:
    assert [change.bound_at for change in told(results(words)) if change.state is State.UNKNOWN] == [bound]


def test_a_ceased_check_keeps_it_too() -> None:
    state = CheckState()
    for one in results("uud"):
        state = judge(state, one, TERMS).state
    (change,) = cease(state, "shop/home", 27, Reason.CHECK_EDITED, TERMS).changes
    assert (change.happened_at, change.bound_at) == (27, 10)


def test_what_holds_until_the_next_report_is_not_in_doubt_before_it_becomes_unknown() -> None:
    terms = Thresholds(fall=1, rise=1, evidence=None)
    changes = told([result(0, Outcome.UP), result(700, Outcome.INVALID)], terms)
    assert [(change.happened_at, change.bound_at) for change in changes] == [(0, None), (700, None)]


def test_a_down_change_carries_the_reason_of_its_results_and_an_up_change_none() -> None:
    changes = told(results("udddii"))
    assert [change.reason for change in changes] == [None, Reason.STATUS, Reason.NETWORK_UNREACHABLE]


def test_rechecks_are_asked_for_while_a_change_is_unconfirmed_and_never_while_a_confirmed_outage_goes_on() -> None:
    state, wanted = CheckState(), ""
    for one in results("uuddddduduuusu"):
        judgement = judge(state, one, TERMS)
        state, wanted = judgement.state, wanted + ("r" if judgement.recheck else ".")
    assert wanted == "..rr...r.r..r."


def test_a_result_that_comes_out_of_order_rewrites_nothing() -> None:
    state = judge(CheckState(), result(100, Outcome.UP), TERMS).state
    assert judge(state, result(90, Outcome.DOWN), TERMS) == Judgement(state=state)


def test_evidence_lapses_at_the_end_of_its_life_and_only_once() -> None:
    state = judge(CheckState(), result(100, Outcome.UP), TERMS).state
    assert lapse(state, "shop/home", 124, TERMS).changes == ()
    gone = lapse(state, "shop/home", 500, TERMS)
    assert [(change.happened_at, change.state, change.reason) for change in gone.changes] == [
        (125, State.UNKNOWN, Reason.LAPSED)
    ]
    assert lapse(gone.state, "shop/home", 900, TERMS).changes == ()


def test_evidence_without_an_end_never_lapses() -> None:
    terms = Thresholds(fall=1, rise=1, evidence=None)
    state = judge(CheckState(), result(0, Outcome.UP), terms).state
    assert lapse(state, "shop/home", 10**12, terms).changes == ()


def test_an_edited_check_is_unknown_from_that_instant_and_starts_without_a_streak() -> None:
    state = CheckState()
    for one in results("uddd"):
        state = judge(state, one, TERMS).state
    ended = cease(state, "shop/home", 33, Reason.CHECK_EDITED, TERMS)
    assert [(change.happened_at, change.state, change.reason) for change in ended.changes] == [
        (33, State.UNKNOWN, Reason.CHECK_EDITED)
    ]
    assert judge(ended.state, result(40, Outcome.DOWN), TERMS).state.state is State.UP


def test_a_removed_check_whose_evidence_had_lapsed_is_unknown_from_the_lapse() -> None:
    state = judge(CheckState(), result(0, Outcome.UP), TERMS).state
    ended = cease(state, "shop/home", 1000, Reason.CHECK_REMOVED, TERMS)
    assert [(change.happened_at, change.reason) for change in ended.changes] == [(25, Reason.LAPSED)]


timelines = st.lists(st.tuples(st.integers(1, 30), st.sampled_from(list(Outcome))), max_size=40)
terms_of_checks = st.builds(Thresholds, fall=st.integers(1, 4), rise=st.integers(1, 4), evidence=st.integers(5, 40))


@settings(max_examples=1500)
@given(timelines, terms_of_checks, st.integers(0, 60), st.data())
@pytest.mark.slow
def test_the_changes_told_so_far_are_always_the_line_the_definition_draws(
    steps: list[tuple[int, Outcome]], terms: Thresholds, rest: int, data: st.DataObject
) -> None:
    state, changes, heard, at = CheckState(), list[CheckChange](), list[Result](), 0
    for step, outcome in steps:
        if data.draw(st.booleans(), "lapse between"):
            looked = lapse(state, "shop/home", at + data.draw(st.integers(0, step), "look"), terms)
            state, changes = looked.state, [*changes, *looked.changes]
        at += step
        heard.append(result(at, outcome))
        judgement = judge(state, heard[-1], terms)
        state = CheckState.from_dict(json.loads(json.dumps(judgement.state.to_dict())))
        assert state == judgement.state
        changes += judgement.changes
        looked_at = [*changes, *lapse(state, "shop/home", at, terms).changes]
        assert line_of_changes(looked_at, at) == line_by_definition(heard, terms, at)
    changes += lapse(state, "shop/home", at + rest, terms).changes
    assert line_of_changes(changes, at + rest) == line_by_definition(heard, terms, at + rest)


def test_a_state_that_nobody_saw_for_more_than_two_intervals_is_told_as_seen_again() -> None:
    """Good at 0, two bad results, then a kill: what was down meanwhile may have been longer than two intervals."""
    terms = replace(TERMS, apart=20)
    given = [*results("udd"), result(34, Outcome.UP)]
    assert told(given, terms)[1:] == [
        CheckChange(check=given[0].check, state=State.UP, happened_at=34, reason=Reason.MISSED, bound_at=0)
    ]
    assert told([*results("udd"), result(20, Outcome.UP)], terms)[1:] == []
    silent = [result(0, Outcome.UP), result(21, Outcome.UP)]
    assert [(one.happened_at, one.bound_at) for one in told(silent, terms)[1:]] == [(21, 0)]


def test_an_outage_that_nobody_saw_for_so_long_is_told_so_too_and_evidence_that_lapsed_is_unknown_instead() -> None:
    terms = replace(TERMS, apart=20)
    down = [*results("uddd"), result(54, Outcome.DOWN)]
    assert [(one.state, one.happened_at, one.bound_at) for one in told(down, terms)[2:]] == [(State.DOWN, 54, 30)]
    lapsed = [*results("udd"), result(46, Outcome.UP)]
    assert [one.state for one in told(lapsed, terms)] == [State.UP, State.UNKNOWN, State.UP]
