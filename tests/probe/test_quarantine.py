"""The crowd of those that turned bad at once, and what becomes of their results; sla-definition.md, edges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probe.quarantine import Seen, crowd, host_of, seen_of
from probe.result import Outcome, Reason
from probe.verdict import CheckChange, CheckState, Thresholds, judge, lapse, restate
from tests.probe.line import line_by_definition, line_of_changes, result


def seen(number: int, bad_since: int | None = None, good_at: int | None = None, host: str | None = None) -> Seen:
    name = host or f"h{number}.example"
    return Seen(check=f"c/{number}", host=name, interval=60, bad_since=bad_since, good_at=good_at)


def test_five_distinct_hosts_within_one_interval_are_a_crowd_and_four_are_none() -> None:
    assert crowd(()) is None
    five = crowd(seen(number, bad_since=number * 15) for number in range(5))
    assert five is not None and five.gathered and five.since == 0
    four = crowd([*(seen(number, bad_since=number) for number in range(4)), seen(9, bad_since=3, host="h3.example")])
    assert four is not None and not four.gathered and not four.possible


def test_what_turned_bad_more_than_an_interval_before_the_last_is_another_story() -> None:
    found = crowd(seen(number, bad_since=at) for number, at in enumerate((0, 30, 40, 50, 61)))
    assert found is not None
    assert (found.since, found.gathered, found.possible) == (30, False, False)
    assert "c/0" not in found.checks


def test_nearly_all_means_nine_of_ten_of_those_asked_since() -> None:
    bad = [seen(number, bad_since=10) for number in range(9)]
    assert (one := crowd([*bad, seen(20, good_at=11)])) is not None and one.gathered
    assert (one := crowd([*bad, seen(20, good_at=11), seen(21, good_at=12)])) is not None and not one.possible
    # An answer from before says nothing; who was not asked since keeps the question open.
    assert (one := crowd([*bad, seen(20, good_at=11), seen(21, good_at=9)])) is not None and one.gathered
    few = [*bad[:2], *(seen(number, good_at=5) for number in range(20, 24))]
    assert (one := crowd(few)) is not None and not one.gathered and one.possible


def test_a_host_that_answers_another_check_is_not_bad() -> None:
    bad = [seen(number, bad_since=10) for number in range(5)]
    found = crowd([*bad, seen(9, good_at=12, host="h0.example")])
    assert found is not None and "h0.example" not in found.bad and "c/0" not in found.checks


@pytest.mark.parametrize(
    "target, host",
    [
        ("https://Shop.example.com:8443/x", "shop.example.com"),
        ("db.example.com:5432", "db.example.com"),
        ("[2001:db8::1]:22", "2001:db8::1"),
        ("192.0.2.7", "192.0.2.7"),
        ("http://localhost/", None),
        ("http://app.localhost:8080/", None),
        ("127.8.0.1:80", None),
        ("[::1]:80", None),
        ("http://[::ffff:127.0.0.1]/", None),
        ("", None),
        ("http://[/", None),
    ],
)
def test_this_machine_is_no_host_that_counts(target: str, host: str | None) -> None:
    assert host_of(target) == host


OUTCOMES = (Outcome.UP, Outcome.UP, Outcome.DOWN, Outcome.DOWN, Outcome.INVALID, Outcome.MISSED)


@settings(max_examples=500)
@given(
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from(OUTCOMES)), min_size=1, max_size=25),
    st.builds(Thresholds, fall=st.integers(2, 4), rise=st.integers(1, 3), evidence=st.integers(20, 70)),
    st.lists(st.sampled_from(OUTCOMES), max_size=6),
)
def test_restated_is_as_if_the_run_had_been_invalid_from_its_start(
    steps: list[tuple[int, Outcome]], terms: Thresholds, later: list[Outcome]
) -> None:
    state, changes, heard, at = CheckState(), list[CheckChange](), [], 0
    for step, outcome in steps:
        at += step
        heard.append(result(at, outcome))
        judged = judge(state, heard[-1], terms)
        state, changes = judged.state, [*changes, *judged.changes]
    since = state.down.since if not state.down.on else None
    again = restate(state, "shop/home", Reason.QUARANTINED)
    assert bool(again.changes) == (since is not None)
    state, changes = again.state, [*changes, *again.changes]
    if since is not None:
        assert seen_of("c", "h", 60, state).bad_since is None
        heard = [
            result(one.started_at, Outcome.INVALID)
            if one.started_at >= since and one.answer.outcome is Outcome.DOWN
            else one
            for one in heard
        ]
    for outcome in later:
        at += 10
        heard.append(result(at, outcome))
        judged = judge(state, heard[-1], terms)
        state, changes = judged.state, [*changes, *judged.changes]
    changes += lapse(state, "shop/home", at, terms).changes
    assert line_of_changes(changes, at) == line_by_definition(heard, terms, at)
