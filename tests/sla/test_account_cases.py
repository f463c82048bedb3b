"""The case format: every shipped case, every default, every wrong input with its line."""

import json
from typing import Any

import pytest

from sla.cases import account_cases
from tests.sla.solving import CASES, account_of, account_problems

SHIPPED: list[dict[str, Any]] = json.loads((CASES / "account.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", SHIPPED, ids=lambda case: str(case["id"]))
def test_a_shipped_case_counts_as_it_says(case: dict[str, Any]) -> None:
    result = account_of(case)
    assert {key: result[key] for key in case["expected"]} == case["expected"]


def test_a_list_is_answered_in_its_order_and_one_case_with_one_result() -> None:
    answers = account_of(SHIPPED)
    assert answers == [account_of(case) for case in SHIPPED]
    assert account_of([]) == []


def test_only_the_window_and_the_initial_state_must_be_there() -> None:
    assert account_of({"window_start": 10, "window_end": 20, "initial_state": "up"}) == {
        "service_time_s": 10,
        "excluded_s": 0,
        "unobserved_s": 0,
        "counted_down_s": 0,
        "agreed_s": 10,
        "availability": "1/1",
        "outages": 0,
        "lower": "1/1",
        "upper": "1/1",
        "ledger": [{"start": 10, "end": 20, "class": "rest"}],
    }


def test_absent_parameters_are_removed_exclude_no_minimum_no_gap_bridge_900_half_partial_degraded_free() -> None:
    case: dict[str, Any] = {
        "window_start": 0,
        "window_end": 10_000,
        "initial_state": "up",
        "events": [
            {"t": 100, "state": "down"},
            {"t": 200, "state": "unknown"},
            {"t": 1100, "state": "down"},
            {"t": 1101, "state": "degraded"},
            {"t": 2000, "state": "partial"},
            {"t": 2001, "state": "unknown"},
            {"t": 2101, "state": "up"},
        ],
        "exclusions": [{"start": 9000, "end": 9500}],
    }
    written = case | {
        "params": {
            "exclusion_effect": "removed",
            "unknown_policy": "exclude",
            "min_outage_s": 0,
            "merge_gap_s": 0,
            "bridge_max_s": 900,
            "partial_weight": "1/2",
            "degraded_weight": "0",
        }
    }
    assert account_of(case) == account_of(written)
    assert account_of(case)["counted_down_s"] == "2003/2"


def test_what_a_case_says_about_itself_is_ignored() -> None:
    bare = {"window_start": 0, "window_end": 5, "initial_state": "down"}
    told = bare | {"id": 7, "name": None, "note": ["x"], "expected": {"counted_down_s": 99}}
    assert account_of(told) == account_of(bare)


def test_weights_and_targets_may_be_written_as_fractions_decimals_or_whole_numbers() -> None:
    def counted(weight: object) -> object:
        case = {"window_start": 0, "window_end": 8, "initial_state": "partial", "params": {"partial_weight": weight}}
        return account_of(case)["counted_down_s"]

    assert [counted(weight) for weight in ("1/4", "0.25", "2/8", "1", 1, "0", 0, "1/3")] == [2, 2, 2, 8, 8, 0, 0, "8/3"]


def window(**more: object) -> dict[str, object]:
    return {"window_start": 0, "window_end": 100, "initial_state": "up"} | more


WRONG: list[tuple[object, str]] = [
    (window(window_end=0), "window_end: must be after window_start"),
    (window(window_end=-1), "window_end: must be after window_start"),
    (window(window_end=True), "window_end: must be a whole number, not true or false"),
    (window(window_end="100"), "window_end: must be a whole number, not a text"),
    (window(window_end=None), "window_end: must be a whole number, not null"),
    (window(window_end=100.0), "window_end: 100.0 is not exact"),
    (window(initial_state="UP"), "initial_state: must be one of up, degraded, partial, down, unknown"),
    (window(initial_state=None), "initial_state: must be one of"),
    ({"window_start": 0, "window_end": 1}, "initial_state: is missing"),
    (window(observed_from=1), "observed_from: must not be after window_start"),
    (window(observed_to=99), "observed_to: must not be before window_end"),
    (window(windows=1), "windows: unknown key"),
    (window(event=[]), "event: unknown key; did you mean events?"),
    (window(events={}), "events: must be a list, not an object"),
    (window(events=[1]), "events[0]: must be an object, not a number"),
    (window(events=[{"t": 1}]), "events[0].state: is missing"),
    (window(events=[{"t": 1, "state": "ok"}]), "events[0].state: must be one of"),
    (window(events=[{"t": 1.5, "state": "up"}]), "events[0].t: 1.5 is not exact"),
    (window(events=[{"t": 1, "state": "up", "by": "me"}]), "events[0].by: unknown key"),
    (window(exclusions=[{"start": 5, "end": 5}]), "exclusions[0].end: must be after start"),
    (window(exclusions=[{"start": 0, "end": 1}, {"start": 5, "end": 4}]), "exclusions[1].end: must be after start"),
    (window(exclusions=[{"start": 0}]), "exclusions[0].end: is missing"),
    (window(inactive=[{"start": 5, "end": 5}]), "inactive[0].end: must be after start"),
    (window(inactive=None), "inactive: must be a list, not null"),
    (window(params=[]), "params: must be an object, not a list"),
    (window(params={"exclusion_effect": "remove"}), "params.exclusion_effect: must be one of removed, retained"),
    (window(params={"unknown_policy": "as-down"}), "params.unknown_policy: must be one of exclude, as_down, as_up"),
    (window(params={"min_outage": 1}), "params.min_outage: unknown key; did you mean min_outage_s?"),
    (window(params={"min_outage_s": -1}), "params.min_outage_s: must be at least 0"),
    (window(params={"merge_gap_s": "60"}), "params.merge_gap_s: must be a whole number"),
    (window(params={"bridge_max_s": 1e3}), "params.bridge_max_s: 1000.0 is not exact"),
    (window(params={"partial_weight": "3/2"}), "params.partial_weight: must be an exact number from 0 to 1"),
    (window(params={"partial_weight": "1.01"}), "params.partial_weight: must be an exact number from 0 to 1"),
    (window(params={"partial_weight": 2}), "params.partial_weight: must be an exact number from 0 to 1"),
    (window(params={"degraded_weight": "-1/2"}), "params.degraded_weight: must be an exact number from 0 to 1"),
    (window(params={"degraded_weight": -1}), "params.degraded_weight: must be an exact number from 0 to 1"),
    (window(params={"degraded_weight": 0.5}), "params.degraded_weight: 0.5 is not exact"),
    (window(params={"degraded_weight": "1/0"}), "params.degraded_weight: must be an exact number from 0 to 1"),
    (window(params={"degraded_weight": "half"}), "params.degraded_weight: must be an exact number from 0 to 1"),
    (window(params={"degraded_weight": True}), "params.degraded_weight: must be an exact number from 0 to 1"),
    (window(params={"targets": {}}), "params.targets: must be a list"),
    (
        window(params={"targets": [{"from": 0, "to": 0, "target_pct": "99"}]}),
        "params.targets[0].to: must be after from",
    ),
    (
        window(params={"targets": [{"from": 0, "to": 9, "target_pct": "100.1"}]}),
        "params.targets[0].target_pct: must be an exact number from 0 to 100",
    ),
    (
        window(params={"targets": [{"from": 0, "to": 9, "target_pct": 99.9}]}),
        "params.targets[0].target_pct: 99.9 is not",
    ),
    (window(params={"targets": [{"from": 0, "to": 9}]}), "params.targets[0].target_pct: is missing"),
    (
        window(
            params={
                "targets": [{"from": 0, "to": 9, "target_pct": "99"}, {"from": 8, "to": 20, "target_pct": "99"}],
            }
        ),
        "params.targets[1]: overlaps another target segment",
    ),
    (window(expected={"share": 0.5}), "expected.share: 0.5 is not exact"),
    (5, "must be an object, not a number"),
]


@pytest.mark.parametrize(("case", "line"), WRONG, ids=[line for _, line in WRONG])
def test_a_wrong_case_is_one_line_with_its_path(case: object, line: str) -> None:
    (alone,) = account_problems(json.dumps(case))
    assert alone.startswith(line)
    (listed,) = account_problems(json.dumps([window(), case]))
    assert listed.startswith(f"cases[1].{line}" if isinstance(case, dict) else f"cases[1]: {line}")


def test_every_problem_is_said_at_once() -> None:
    problems = account_problems(json.dumps([window(window_end=0, initial_state="x"), window(), window(inactive=0)]))
    assert [line.split(":")[0] for line in problems] == [
        "cases[0].window_end",
        "cases[0].initial_state",
        "cases[2].inactive",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ('{"window_start": NaN, "window_end": 1, "initial_state": "up"}', "window_start: NaN is not exact"),
        ('{"window_start": 0, "window_end": Infinity, "initial_state": "up"}', "window_end: Infinity is not exact"),
        ('{"window_start": 0, "window_end": 1e2, "initial_state": "up"}', "window_end: 1e2 is not exact"),
        (
            '{"window_start": 0, "window_end": 9, "window_end": 9, "initial_state": "up"}',
            "window_end: stands more than",
        ),
        ('{"window_start": 0, "window_end": ' + "9" * 5000 + ', "initial_state": "up"}', "window_end: 9999"),
        ("[" * 100_000, "not JSON that can be read: nested too deeply"),
        (
            '{"a\\nb\\ud800": 1, "window_start": 0, "window_end": 9, "initial_state": "up"}',
            '"a\\nb\\ud800": unknown key',
        ),
        ('"text"', "must be an object, not a text"),
    ],
)
def test_what_is_no_case_at_all_is_said_in_one_printable_line(text: str, line: str) -> None:
    problems = account_problems(text)
    assert problems[0].startswith(line)
    assert all("\n" not in problem and problem.isprintable() for problem in problems)


def test_a_value_nested_as_deep_as_can_be_read_is_walked() -> None:
    deep = "[" * 800 + "1.5" + "]" * 800
    (line,) = account_problems(f'{{"note": {deep}, "window_start": 0, "window_end": 9, "initial_state": "up"}}')
    assert line.startswith("note[0]")


def test_long_whole_numbers_are_counted_exactly() -> None:
    end = 10**900
    result = json.loads(account_cases(json.dumps(window(window_end=end))))
    assert result["service_time_s"] == end
