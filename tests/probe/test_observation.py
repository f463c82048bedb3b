"""Runs hold every result, and list what was not asked."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from config.instant import DAY
from probe.observation import MISSING_LIMIT, Run, extend, hole
from probe.result import Outcome, Result
from tests.probe.line import result

INTERVAL, TIMEOUT = 60, 10


def runs_of(results: list[Result]) -> list[Run]:
    run: Run | None = None
    finished = []
    for one in results:
        run, ended = extend(run, one, INTERVAL, TIMEOUT)
        finished += [ended] if ended else []
    return [*finished, run] if run else finished


def test_equal_results_are_one_run_with_summed_latency() -> None:
    (run,) = runs_of([result(at, Outcome.UP, latency_us=at + 1) for at in (0, 60, 120)])
    assert (run.first_at, run.last_at, run.count, run.missing) == (0, 120, 3, ())
    assert (run.latency_sum_us, run.latency_max_us) == (1 + 61 + 121, 121)


def test_another_outcome_begins_another_run() -> None:
    runs = runs_of(
        [result(0, Outcome.UP), result(60, Outcome.DOWN), result(120, Outcome.DOWN), result(180, Outcome.UP)]
    )
    assert [(run.outcome, run.count) for run in runs] == [(Outcome.UP, 1), (Outcome.DOWN, 2), (Outcome.UP, 1)]


def test_a_missing_tick_is_listed_by_its_instant() -> None:
    (run,) = runs_of([result(0, Outcome.UP), result(60, Outcome.MISSED), result(120, Outcome.UP)])
    assert (run.count, run.missing) == (2, (60,))


def test_rechecks_between_ticks_are_counted_and_leave_no_hole() -> None:
    (run,) = runs_of([result(0, Outcome.DOWN), result(20, Outcome.DOWN, tick=0), result(60, Outcome.DOWN)])
    assert (run.count, run.missing) == (3, ())


def test_a_hole_longer_than_two_intervals_and_the_timeout_ends_the_run() -> None:
    longest = 2 * INTERVAL + TIMEOUT
    assert len(runs_of([result(0, Outcome.UP), result(longest, Outcome.UP, tick=120)])) == 1
    assert len(runs_of([result(0, Outcome.UP), result(longest + 1, Outcome.UP, tick=120)])) == 2


def test_a_run_full_of_missing_ticks_is_closed() -> None:
    runs = runs_of([result(at, Outcome.UP) for at in range(0, 120 * (MISSING_LIMIT + 2), 120)])
    assert [len(run.missing) for run in runs] == [MISSING_LIMIT, 0]


def test_midnight_ends_a_run_and_what_was_missed_lies_on_its_day() -> None:
    before, after = DAY - 60, DAY + 60
    first, second = runs_of([result(before, Outcome.UP, latency_us=1), result(after, Outcome.UP, latency_us=2)])
    assert (first.last_at, first.missing, first.latency_sum_us) == (before, (), 1)
    assert (second.first_at, second.missing, second.latency_sum_us) == (after, (DAY,), 2)

    first, second = runs_of([result(DAY - 90, Outcome.UP), result(DAY + 30, Outcome.UP)])
    assert (first.missing, second.missing) == ((DAY - 30,), ())


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from([Outcome.UP, Outcome.DOWN, Outcome.INVALID]))))
def test_no_result_is_lost_and_no_latency_either(steps: list[tuple[int, Outcome]]) -> None:
    at, given_results = DAY - 10 * INTERVAL, []
    for step, outcome in steps:
        at += step * INTERVAL
        given_results.append(result(at, outcome, latency_us=at))
    runs = runs_of(given_results)
    assert sum(run.count for run in runs) == len(given_results)
    assert sum(run.latency_sum_us for run in runs) == sum(one.answer.latency_us for one in given_results)
    for run in runs:
        ticks = set(range(run.first_at, run.last_at + 1, INTERVAL))
        asked = {one.tick for one in given_results if run.first_at <= one.started_at <= run.last_at}
        inside = {tick for tick in run.missing if run.first_at <= tick <= run.last_at}
        assert ticks == asked | inside
        days = {at // DAY for at in (run.first_at, run.last_at, *run.missing)}
        assert len(days) == 1


def lines_of(results: list[Result]) -> list[Run]:
    """Runs, and between them what was not asked."""
    runs = runs_of(results)
    ticks = {one.started_at: one.tick for one in results}
    holes = [part for one, other in itertools.pairwise(runs) for part in hole(one, other, ticks[other.first_at])]
    return sorted([*runs, *holes], key=lambda run: run.first_at)


def test_a_long_hole_is_a_run_of_missed_results_within_its_day() -> None:
    first, missed, last = lines_of([result(0, Outcome.UP), result(600, Outcome.UP)])
    assert (first.outcome, missed.outcome, last.outcome) == (Outcome.UP, Outcome.MISSED, Outcome.UP)
    assert (missed.first_at, missed.last_at, missed.count) == (60, 540, 9)
    days = lines_of([result(DAY - 60, Outcome.UP), result(3 * DAY, Outcome.DOWN)])[1:-1]
    assert [(one.first_at, one.count) for one in days] == [(DAY, DAY // 60), (2 * DAY, DAY // 60)]


@given(
    st.lists(
        st.tuples(st.one_of(st.integers(1, 4), st.integers(1, 5000)), st.sampled_from([Outcome.UP, Outcome.DOWN])),
        min_size=1,
        max_size=8,
    )
)
def test_every_tick_from_the_first_to_the_last_is_asked_or_stands_as_missed(steps: list[tuple[int, Outcome]]) -> None:
    step = 600_000
    at, given = 0, list[Result]()
    for ticks, outcome in steps:
        at += ticks * step
        given.append(result(at, outcome))
    run, listed = None, set[int]()
    for one in given:
        before = run
        run, ended = extend(before, one, step, 10_000)
        assert run is not None
        parts = hole(ended, run, one.tick) if ended is not None else ()
        for part in parts:
            stretch = range(part.first_at, part.last_at + 1, step)
            assert part.count == len(stretch) and part.first_at // DAY == part.last_at // DAY
            assert listed.isdisjoint(stretch)
            listed.update(stretch)
        for one_run in (ended, run):
            listed.update(one_run.missing if one_run is not None else ())
    assert listed == set(range(steps[0][0] * step, at, step)) - {one.tick for one in given}
