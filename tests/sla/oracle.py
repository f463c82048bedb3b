"""A second reading of sla-definition.md, slow on purpose: one second after another, sets of seconds, no intervals."""

from fractions import Fraction
from typing import Any

LOSSY = ("down", "partial", "degraded")


def raw_line(case: dict[str, Any]) -> dict[int, str]:
    """Second -> state over the observed range, bridged."""
    start = case.get("observed_from", case["window_start"])
    end = case.get("observed_to", case["window_end"])
    line: dict[int, str] = {}
    for t in range(start, end):
        state, best = case["initial_state"], None
        for event in case.get("events", []):
            if event["t"] <= t and (best is None or event["t"] >= best):
                state, best = event["state"], event["t"]
        line[t] = state
    bridge_max = case.get("params", {}).get("bridge_max_s", 900)
    bridged = dict(line)
    for t, state in line.items():
        if state == "unknown":
            first, last = t, t
            while line.get(first - 1) == "unknown":
                first -= 1
            while line.get(last + 1) == "unknown":
                last += 1
            between = line.get(first - 1) == "down" and line.get(last + 1) == "down"
            if between and last + 1 - first <= bridge_max:
                bridged[t] = "down"
    return bridged


def weights(params: dict[str, Any]) -> dict[str, Fraction]:
    return {
        "up": Fraction(0),
        "unknown": Fraction(0),
        "down": Fraction(1),
        "partial": Fraction(params.get("partial_weight", "1/2")),
        "degraded": Fraction(params.get("degraded_weight", "0")),
    }


def qualifying(loss: dict[int, Fraction], params: dict[str, Any]) -> list[tuple[int, int]]:
    """(first second, last second) of each outage that is long enough."""
    found: list[tuple[int, int]] = []
    for t in sorted(t for t, w in loss.items() if w > 0):
        if found and t - found[-1][1] - 1 <= params.get("merge_gap_s", 0):
            found[-1] = (found[-1][0], t)
        else:
            found.append((t, t))
    return [(a, b) for a, b in found if b + 1 - a >= params.get("min_outage_s", 0)]


def inside(intervals: list[dict[str, int]], t: int) -> bool:
    return any(one["start"] <= t < one["end"] for one in intervals)


def form(value: Fraction | int) -> int | str:
    value = Fraction(value)
    return int(value) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def kept(loss: Fraction, time: int) -> str | None:
    if time == 0:
        return None
    value = 1 - loss / time
    return f"{value.numerator}/{value.denominator}"


def solve(case: dict[str, Any]) -> dict[str, Any]:
    params = case.get("params", {})
    window = range(case["window_start"], case["window_end"])
    line = raw_line(case)
    weight = weights(params)
    loss = {t: weight[state] for t, state in line.items()}
    outages = qualifying(loss, params)
    counted = {t for a, b in outages for t in range(a, b + 1) if loss[t] > 0}

    a0 = {t for t in window if not inside(case.get("inactive", []), t)}
    x0 = {t for t in a0 if inside(case.get("exclusions", []), t)}
    a1 = a0 - x0
    u = {t for t in a1 if line[t] == "unknown"}
    cd_obs = sum((loss[t] for t in counted & a1), Fraction(0))
    base = a0 if params.get("exclusion_effect", "removed") == "retained" else a1
    policy = params.get("unknown_policy", "exclude")
    agreed = len(base) - (len(u) if policy == "exclude" else 0)
    cd = cd_obs + (len(u) if policy == "as_down" else 0)
    result: dict[str, Any] = {
        "service_time_s": len(a0),
        "excluded_s": len(x0),
        "unobserved_s": len(u),
        "counted_down_s": form(cd),
        "agreed_s": agreed,
        "availability": kept(cd, agreed),
        "outages": sum(1 for a, b in outages if a < window.stop and b >= window.start),
        "lower": kept(cd_obs + len(u), len(base)),
        "upper": kept(cd_obs, len(base)),
    }
    if params.get("targets"):
        result |= budget(params["targets"], base, u, policy, agreed, cd, cd_obs)
    result["ledger"] = ledger(window, a0, x0, u, counted)
    return result


def budget(
    targets: list[dict[str, Any]],
    base: set[int],
    u: set[int],
    policy: str,
    agreed: int,
    cd: Fraction,
    cd_obs: Fraction,
) -> dict[str, Any]:
    b = widest = Fraction(0)
    for target in targets:
        allowed = 1 - Fraction(target["target_pct"]) / 100
        segment = range(target["from"], target["to"])
        whole = sum(t in segment for t in base)
        unknown = sum(t in segment for t in u)
        b += allowed * (whole - (unknown if policy == "exclude" else 0))
        widest += allowed * whole
    verdict = "met" if cd_obs + len(u) <= widest else "missed" if cd_obs > widest else "sensitive"
    return {
        "budget_s": form(b),
        "remaining_s": form(b - cd),
        "met": None if agreed == 0 else cd <= b,
        "verdict": "not_applicable" if agreed == 0 else verdict,
    }


def ledger(window: range, a0: set[int], x0: set[int], u: set[int], counted: set[int]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for t in window:
        name = "rest"
        for entry, seconds in (("counted", counted), ("unobserved", u), ("excluded", x0)):
            name = entry if t in seconds else name
        name = name if t in a0 else "inactive"
        if entries and entries[-1]["class"] == name:
            entries[-1]["end"] = t + 1
        else:
            entries.append({"start": t, "end": t + 1, "class": name})
    return entries
