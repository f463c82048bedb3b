"""sla-definition.md read sentence by sentence; each line is one decision."""

from fractions import Fraction
from typing import Any

import pytest

from config.state import State
from sla.account import account
from sla.cases import CASE_TERMS
from sla.timeline import bridge, outages, timeline
from tests.sla.solving import account_of


def case(line: str, **more: Any) -> dict[str, Any]:
    """`line`: a letter a second from 0 (u up, g degraded, p partial, d down, ? unknown); the window is all of it."""
    names = {"u": "up", "g": "degraded", "p": "partial", "d": "down", "?": "unknown"}
    events = [{"t": t, "state": names[letter]} for t, letter in enumerate(line)]
    return {"window_start": 0, "window_end": len(line), "initial_state": "up", "events": events} | more


def ledger(result: dict[str, Any]) -> str:
    """A letter a second: i inactive, x excluded, ? unobserved, c counted, . rest."""
    letters = {"inactive": "i", "excluded": "x", "unobserved": "?", "counted": "c", "rest": "."}
    return "".join(letters[entry["class"]] * (entry["end"] - entry["start"]) for entry in result["ledger"])


@pytest.mark.parametrize(
    ("line", "params", "want"),
    [
        ("uudduu", {}, "..cc.."),
        ("uuppuu", {"partial_weight": "0"}, "......"),
        ("uugguu", {}, "......"),
        ("uugguu", {"degraded_weight": "1/10"}, "..cc.."),
        ("ud?du", {}, ".ccc."),
        ("ud??du", {"bridge_max_s": 2}, ".cccc."),
        ("ud???du", {"bridge_max_s": 2}, ".c???c."),
        ("ud?du", {"bridge_max_s": 0}, ".c?c."),
        ("ud?pu", {}, ".c?c."),
        ("up?du", {}, ".c?c."),
        ("?dd?", {}, "?cc?"),
        ("d?d?d", {}, "ccccc"),
        ("uduudu", {"min_outage_s": 2}, "......"),
        ("uduudu", {"min_outage_s": 4, "merge_gap_s": 2}, ".c..c."),
        ("uduudu", {"min_outage_s": 5, "merge_gap_s": 2}, "......"),
        ("uduudu", {"min_outage_s": 4, "merge_gap_s": 1}, "......"),
        ("ud?udu", {"min_outage_s": 4, "merge_gap_s": 2}, ".c?.c."),
        ("udguduu", {"min_outage_s": 4, "merge_gap_s": 2}, ".c..c.."),
        ("uddpu", {"min_outage_s": 3}, ".ccc."),
    ],
)
def test_loss_bridging_and_qualification(line: str, params: dict[str, Any], want: str) -> None:
    assert ledger(account_of(case(line, params=params))) == want


def test_a_short_exclusion_or_a_period_end_cannot_shave_an_outage_below_the_minimum() -> None:
    shaved = case("uddddu", exclusions=[{"start": 2, "end": 5}], params={"min_outage_s": 4})
    assert ledger(account_of(shaved)) == ".cxxx."
    clipped = case("uddddu", params={"min_outage_s": 4}) | {"window_end": 2, "observed_to": 6}
    assert ledger(account_of(clipped)) == ".c"


def test_an_exclusion_hides_unknown_time_and_lies_only_in_service_time() -> None:
    result = account_of(
        case("u????u", exclusions=[{"start": -9, "end": 3}, {"start": 2, "end": 4}], inactive=[{"start": 0, "end": 2}])
    )
    assert ledger(result) == "iixx?."
    assert result["excluded_s"] == 2


@pytest.mark.parametrize(
    ("events", "want"),
    [
        ([(-5, "down")], "cccc"),
        ([(0, "down")], "cccc"),
        ([(0, "down"), (-1, "up")], "cccc"),
        ([(-1, "down"), (-1, "up")], "...."),
        ([(2, "down"), (2, "up")], "...."),
        ([(2, "up"), (2, "down")], "..cc"),
        ([(2, "down"), (1, "unknown")], ".?cc"),
        ([(4, "down")], "...."),
        ([(9, "down")], "...."),
        ([(3, "down"), (3, "unknown"), (4, "down")], "...?"),
    ],
)
def test_events_count_by_their_instant_and_the_last_in_the_list_wins(events: list[tuple[int, str]], want: str) -> None:
    told = [{"t": t, "state": state} for t, state in events]
    got = account_of({"window_start": 0, "window_end": 4, "initial_state": "up", "events": told})
    assert ledger(got) == want


def test_the_raw_line_reaches_as_far_as_it_was_observed() -> None:
    facts = case("ddd???ddd") | {"window_start": 4, "window_end": 5, "observed_from": 0, "observed_to": 9}
    result = account_of(facts | {"params": {"min_outage_s": 9}})
    assert (ledger(result), result["outages"]) == ("c", 1)
    cut = account_of(facts | {"observed_to": 6, "params": {"min_outage_s": 9}})
    assert (ledger(cut), cut["outages"]) == ("?", 0)


def test_outages_are_those_whose_span_overlaps_the_window_excluded_inactive_or_gap() -> None:
    line = case("uddduuddduudddu", exclusions=[{"start": 0, "end": 5}], inactive=[{"start": 5, "end": 10}])
    assert account_of(line)["outages"] == 3
    in_the_gap = line | {"window_start": 4, "window_end": 6, "observed_from": 0, "observed_to": 15}
    assert account_of(in_the_gap)["outages"] == 0
    assert account_of(in_the_gap | {"params": {"merge_gap_s": 2}})["outages"] == 1
    touching = line | {"window_start": 4, "window_end": 9, "observed_from": 0, "observed_to": 15}
    assert account_of(touching)["outages"] == 1


def test_unknown_policy_moves_the_figure_and_not_the_bounds() -> None:
    facts = case("ddd???uuuu")
    figures = {}
    for policy in ("exclude", "as_down", "as_up"):
        result = account_of(facts | {"params": {"unknown_policy": policy}})
        figures[policy] = (result["counted_down_s"], result["agreed_s"], result["availability"])
        assert (result["lower"], result["upper"], ledger(result)) == ("2/5", "7/10", "ccc???....")
    assert figures == {"exclude": (3, 7, "4/7"), "as_down": (6, 10, "2/5"), "as_up": (3, 10, "7/10")}


def test_nothing_agreed_has_no_figure_and_no_verdict_but_a_budget() -> None:
    targets = [{"from": 0, "to": 4, "target_pct": "50"}]
    all_unknown = account_of(case("????", params={"targets": targets}))
    assert all_unknown["availability"] is None
    assert (all_unknown["lower"], all_unknown["upper"]) == ("0/1", "1/1")
    assert (all_unknown["met"], all_unknown["verdict"], all_unknown["budget_s"]) == (None, "not_applicable", 0)
    excluded = case("dddd", exclusions=[{"start": 0, "end": 4}])
    removed = account_of(excluded | {"params": {"targets": targets}})
    assert (removed["lower"], removed["upper"], removed["verdict"]) == (None, None, "not_applicable")
    retained = account_of(excluded | {"params": {"targets": targets, "exclusion_effect": "retained"}})
    assert (retained["availability"], retained["budget_s"], retained["verdict"]) == ("1/1", 2, "met")


def test_target_segments_are_clipped_and_time_in_none_has_no_budget() -> None:
    targets = [{"from": -50, "to": 2, "target_pct": "50"}, {"from": 8, "to": 100, "target_pct": "75"}]
    result = account_of(case("uuuuduuu?u", exclusions=[{"start": 0, "end": 1}], params={"targets": targets}))
    assert (result["budget_s"], result["remaining_s"], result["met"]) == ("3/4", "-1/4", False)
    # The verdict reads the budget over everything: 1/2 + 2/4 = 1, down 1, unknown 1.
    assert result["verdict"] == "sensitive"
    outside = account_of(case("uuuu", params={"targets": [{"from": 90, "to": 99, "target_pct": "50"}]}))
    assert (outside["budget_s"], outside["remaining_s"], outside["met"], outside["verdict"]) == (0, 0, True, "met")


def test_equality_meets_and_the_smallest_part_more_misses() -> None:
    def told(percent: str) -> tuple[object, object]:
        targets = [{"from": 0, "to": 1000, "target_pct": percent}]
        result = account_of(
            {
                "window_start": 0,
                "window_end": 1000,
                "initial_state": "up",
                "events": [{"t": 10, "state": "down"}, {"t": 11, "state": "up"}],
                "params": {"targets": targets},
            }
        )
        return result["met"], result["verdict"]

    assert told("99.9") == (True, "met")
    assert told("99.900000000000000000001") == (False, "missed")
    assert told("100") == (False, "missed")


def test_seconds_and_shares_are_reduced_and_shares_always_fractions() -> None:
    result = account_of(case("uup", params={"targets": [{"from": 0, "to": 3, "target_pct": "0"}]}))
    assert (result["counted_down_s"], result["availability"]) == ("1/2", "5/6")
    assert (result["budget_s"], result["remaining_s"]) == (3, "5/2")
    assert account_of(case("ddd"))["availability"] == "0/1"


def test_a_line_says_which_pieces_were_inferred() -> None:
    line = timeline(State.DOWN, [(10, State.UNKNOWN), (12, State.DOWN)], observed_from=0, observed_to=20)
    bridged, inferred = bridge(line, 2)
    assert (bridged.values, inferred) == ([State.DOWN], [(10, 12)])
    assert outages(bridged, {State.DOWN}, 0) == [(0, 20)]


def test_the_line_must_contain_the_window() -> None:
    line = timeline(State.UP, [], observed_from=0, observed_to=20)
    with pytest.raises(ValueError, match="does not contain"):
        account(line, (0, 21), [], [], CASE_TERMS)
    with pytest.raises(ValueError, match="end after its start"):
        timeline(State.UP, [], observed_from=5, observed_to=5)


def test_coverage_is_the_observed_part_of_duty_time() -> None:
    line = timeline(State.UP, [(5, State.UNKNOWN), (7, State.UP)], observed_from=0, observed_to=20)
    assert account(line, (0, 20), [(0, 10)], [], CASE_TERMS).coverage == 1
    assert account(line, (0, 20), [(6, 16)], [], CASE_TERMS).coverage == Fraction(9, 10)
    assert account(line, (0, 20), [(0, 20)], [], CASE_TERMS).coverage is None
