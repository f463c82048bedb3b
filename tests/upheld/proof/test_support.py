"""From which days on the ledger must tell what was observed."""

from typing import Any

from config.instant import HOUR, MINUTE, SECOND, parse_rfc3339
from db.ledger.leaf import Entry
from upheld.proof.support import days_told, unsupported
from upheld.proof.told import Told


def test_a_day_is_told_of_an_hour_after_it_is_over() -> None:
    midnight = parse_rfc3339("2026-11-02T00:00:00Z")
    for cutoff, told in (("00:59:59", "2026-11-01"), ("01:00:00", "2026-11-02"), ("23:00:00", "2026-11-02")):
        assert days_told(parse_rfc3339(f"2026-11-02T{cutoff}Z")) == parse_rfc3339(f"{told}T00:00:00Z")
    assert days_told(midnight) == parse_rfc3339("2026-11-01T00:00:00Z")


BEGINS, ENDS = parse_rfc3339("2026-11-02T00:00:00Z"), parse_rfc3339("2026-11-03T00:00:00Z")
TWO = {"locations": {"local": "supplier", "branch": "customer"}, "quorum": {"bad": None, "fresh": 1}}
ONE = {
    "check": "shop/home",
    "component": "shop",
    "asked": True,
    "kind": "http",
    "question_sha256": "q",
    "interval_ms": MINUTE,
    "timeout_ms": 10 * SECOND,
    "attempts": 1,
    "fall": 3,
    "rise": 2,
    "recheck_ms": MINUTE,
    "degraded_over_ms": None,
    "down_when": {"mode": "any", "up": None},
}


def told(kind: str, stream: str, body: dict[str, Any], at: int) -> Told:
    return Told(entry=Entry(kind=kind, stream=stream, n=0, recorded_at=at, body=body), private={})


def defined(at: int, **changes: Any) -> Told:
    return told("check", "check/shop/home", {**ONE, **changes}, at)


def became(state: str, at: int) -> Told:
    body = {"component": "shop", "state": state, "happened_at": at, "by": "probe:local"}
    return told("transition", "transition/shop", body, at)


def ran(location: str, *pieces: tuple[str, int, int]) -> Told:
    """A day's runs, asked each minute: result, first and last hour."""
    runs = [
        {"result": result, "first_at": BEGINS + first * HOUR, "last_at": BEGINS + last * HOUR - MINUTE,
         "count": (last - first) * 60, "missing": []}
        for result, first, last in pieces
    ]  # fmt: skip
    body = {"check": "shop/home", "location": location, "day": BEGINS, "runs": runs}
    return told("observed", f"observed/shop/home@{location}", body, ENDS)


def found(*leaves: Told) -> list[str]:
    return list(unsupported(leaves, ["shop"], (BEGINS, ENDS)))


FINE = [became("up", BEGINS), ran("local", ("up", 0, 12), ("up", 12, 24))]


def test_a_change_of_the_component_s_rule_cuts_no_history_of_its_check() -> None:
    changed = defined(BEGINS + 9 * HOUR, down_when={"mode": "all", "up": None})
    assert found(defined(BEGINS), changed, *FINE) == []
    assert found(defined(BEGINS), defined(BEGINS + 9 * HOUR, interval_ms=2 * MINUTE), *FINE), "another question does"


def test_a_second_location_and_witnesses_cut_no_history() -> None:
    later = defined(BEGINS + 9 * HOUR, witnesses=["tcp://192.0.2.1:443"], **TWO)
    assert found(defined(BEGINS), later, *FINE, ran("branch", ("up", 10, 24))) == []


def test_two_locations_carry_a_line_that_one_of_them_alone_does_not() -> None:
    local = ran("local", ("up", 0, 9), ("down", 9, 13), ("up", 13, 24))
    branch = ran("branch", ("up", 0, 10), ("down", 10, 12), ("up", 12, 24))
    asked = defined(BEGINS, locations=TWO["locations"], quorum={"bad": 2, "fresh": 2})
    down = [became("up", BEGINS), became("down", BEGINS + 10 * HOUR), became("up", BEGINS + 12 * HOUR)]
    assert found(asked, *down, local, branch) == []
    assert found(defined(BEGINS), *down, local) != [], "by one location it was down longer"
    (hidden,) = found(asked, became("up", BEGINS), local, branch)
    assert (
        "recorded as up from 2026-11-02T10:00:00.000Z to 2026-11-02T12:00:00.000Z" in hidden and "says down" in hidden
    )


def test_a_tie_that_goes_on_from_before_is_believed_as_it_was_recorded() -> None:
    leaves = [ran("local", ("down", 0, 24)), ran("branch", ("up", 0, 24))]
    assert found(defined(BEGINS - HOUR, **TWO), became("up", BEGINS - HOUR), *leaves) == []


def test_with_fewer_locations_than_agreed_nothing_is_known() -> None:
    asked = defined(BEGINS, locations=TWO["locations"], quorum={"bad": 2, "fresh": 2})
    (hidden,) = found(asked, *FINE)
    assert "says unknown" in hidden
