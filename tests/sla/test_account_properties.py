"""What sla-definition.md says is always true, and agreement with a slow second reading of it."""

import itertools
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sla import oracle
from tests.sla.solving import account_of

pytestmark = pytest.mark.slow

STATES = st.sampled_from(["up", "degraded", "partial", "down", "unknown"])


@st.composite
def intervals(draw: st.DrawFn) -> list[dict[str, int]]:
    starts = draw(st.lists(st.tuples(st.integers(-8, 45), st.integers(1, 20)), max_size=4))
    return [{"start": start, "end": start + length} for start, length in starts]


@st.composite
def targets(draw: st.DrawFn) -> list[dict[str, object]]:
    edges = sorted(draw(st.sets(st.integers(-5, 45), min_size=2, max_size=4)))
    pairs = [(edges[i], edges[i + 1]) for i in range(0, len(edges) - 1, draw(st.integers(1, 2)))]
    percents = st.sampled_from(["99.9", "50", "75.5", "100", "0", "12.345"])
    return [{"from": start, "to": end, "target_pct": draw(percents)} for start, end in pairs]


PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "exclusion_effect": st.sampled_from(["removed", "retained"]),
        "unknown_policy": st.sampled_from(["exclude", "as_down", "as_up"]),
        "min_outage_s": st.integers(0, 9),
        "merge_gap_s": st.integers(0, 5),
        "bridge_max_s": st.integers(0, 6),
        "partial_weight": st.sampled_from(["0", "1/2", "1/3", "1"]),
        "degraded_weight": st.sampled_from(["0", "1/5", "1"]),
        "targets": targets(),
    },
)


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.integers(0, 5))
    end = start + draw(st.integers(1, 40))
    case: dict[str, Any] = {
        "window_start": start,
        "window_end": end,
        "initial_state": draw(STATES),
        "events": draw(
            st.lists(st.fixed_dictionaries({"t": st.integers(-8, 55), "state": STATES}), max_size=draw(st.just(14)))
        ),
        "exclusions": draw(intervals()),
        "inactive": draw(intervals()),
        "params": draw(PARAMS),
    }
    if draw(st.booleans()):
        case["observed_from"] = start - draw(st.integers(0, 8))
    if draw(st.booleans()):
        case["observed_to"] = end + draw(st.integers(0, 8))
    return case


def with_params(case: dict[str, Any], **params: object) -> dict[str, Any]:
    return case | {"params": case["params"] | params}


def share(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


@settings(max_examples=600, deadline=None)
@given(cases())
def test_both_readings_of_the_definition_agree(case: dict[str, Any]) -> None:
    assert account_of(case) == oracle.solve(case)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_service_time_splits_exactly_into_excluded_unobserved_counted_and_rest(case: dict[str, Any]) -> None:
    result = account_of(case)
    sums = dict.fromkeys(("inactive", "excluded", "unobserved", "counted", "rest"), 0)
    for entry in result["ledger"]:
        sums[entry["class"]] += entry["end"] - entry["start"]
    assert sums["excluded"] == result["excluded_s"]
    assert sums["unobserved"] == result["unobserved_s"]
    assert sum(sums.values()) == case["window_end"] - case["window_start"]
    assert sum(sums.values()) - sums["inactive"] == result["service_time_s"]
    edges = [entry["start"] for entry in result["ledger"]] + [result["ledger"][-1]["end"]]
    assert edges[0] == case["window_start"]
    assert edges[1:] == [entry["end"] for entry in result["ledger"]]


@settings(max_examples=150, deadline=None)
@given(cases())
def test_retained_is_never_below_removed(case: dict[str, Any]) -> None:
    retained = share(account_of(with_params(case, exclusion_effect="retained"))["availability"])
    removed = share(account_of(with_params(case, exclusion_effect="removed"))["availability"])
    assert removed is None or (retained is not None and retained >= removed)


@settings(max_examples=150, deadline=None)
@given(cases(), st.integers(0, 40), st.integers(1, 10))
def test_an_added_exclusion_never_lowers_the_retained_figure(case: dict[str, Any], start: int, length: int) -> None:
    case = with_params(case, exclusion_effect="retained")
    wider = case | {"exclusions": [*case["exclusions"], {"start": start, "end": start + length}]}
    before, after = share(account_of(case)["availability"]), share(account_of(wider)["availability"])
    assert before is None or (after is not None and after >= before)


@settings(max_examples=150, deadline=None)
@given(cases(), st.integers(0, 40), st.integers(1, 10))
def test_more_loss_never_raises_availability(case: dict[str, Any], start: int, length: int) -> None:
    """Up time turned into down: the line is rewritten second by second."""
    line = oracle.raw_line(case)
    first, last = min(line), max(line) + 1

    def written(worse: bool) -> dict[str, Any]:
        down = range(start, start + length) if worse else range(0)
        events = [{"t": t, "state": "down" if t in down and s == "up" else s} for t, s in line.items()]
        return case | {"events": events, "observed_from": first, "observed_to": last}

    # The line is bridged already; what is added may not make new neighbours for an unknown piece.
    plain = with_params(case, bridge_max_s=0)["params"]
    before = share(account_of(written(False) | {"params": plain})["availability"])
    after = share(account_of(written(True) | {"params": plain})["availability"])
    assert (before is None) == (after is None)
    assert before is None or after is None or after <= before


@settings(max_examples=150, deadline=None)
@given(cases(), st.integers(1, 5))
def test_the_sum_over_parts_of_the_window_is_the_whole(case: dict[str, Any], step: int) -> None:
    start, end = case["window_start"], case["window_end"]
    case = case | {"observed_from": case.get("observed_from", start), "observed_to": case.get("observed_to", end)}
    whole = account_of(case)
    edges = [*range(start, end, step), end]
    parts = [
        account_of(case | {"window_start": first, "window_end": last}) for first, last in itertools.pairwise(edges)
    ]
    keys = ["service_time_s", "excluded_s", "unobserved_s", "counted_down_s", "agreed_s"]
    keys += ["budget_s", "remaining_s"] if "budget_s" in whole else []
    for key in keys:
        assert sum(Fraction(part[key]) for part in parts) == Fraction(whole[key]), key


@settings(max_examples=150, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter_but_for_ties(case: dict[str, Any], chance: Any) -> None:
    one_at_a_time = {event["t"]: event for event in case["events"]}
    case = case | {"events": list(one_at_a_time.values())}
    shuffled = {key: list(value) if isinstance(value, list) else value for key, value in case.items()}
    for key in ("events", "exclusions", "inactive"):
        chance.shuffle(shuffled[key])
    if "targets" in case["params"]:
        turned = list(case["params"]["targets"])
        chance.shuffle(turned)
        shuffled = with_params(shuffled, targets=turned)
    assert account_of(shuffled) == account_of(case)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_bounds_coverage_and_verdict_do_not_depend_on_the_unknown_policy(case: dict[str, Any]) -> None:
    results = [account_of(with_params(case, unknown_policy=word)) for word in ("exclude", "as_down", "as_up")]
    for key in ("lower", "upper", "service_time_s", "excluded_s", "unobserved_s", "outages", "ledger"):
        assert results[0][key] == results[1][key] == results[2][key]
    verdicts = {result.get("verdict") for result in results if result["agreed_s"]}
    assert len(verdicts) <= 1


@settings(max_examples=150, deadline=None)
@given(cases())
def test_under_exclude_the_figure_lies_between_its_bounds(case: dict[str, Any]) -> None:
    result = account_of(with_params(case, unknown_policy="exclude"))
    figure, lower, upper = share(result["availability"]), share(result["lower"]), share(result["upper"])
    if figure is not None and lower is not None and upper is not None:
        assert lower <= figure <= upper <= 1
