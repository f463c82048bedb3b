"""The case format of `upheld account FILE`: JSON in, exact results out. sla-definition.md, 'Case format'.

Everything wrong is reported at once, a line for each: `cases[12].params.unknown_policy: …`. Seconds outside,
milliseconds inside.
"""

from fractions import Fraction

from config.agreement import ExclusionEffect, UnknownPolicy
from config.instant import SECOND, Instant
from config.state import State
from sla.account import Account, account
from sla.interval import Interval
from sla.reader import Reader, run
from sla.terms import BRIDGE_MAX, Target, Terms
from sla.timeline import timeline

IGNORED = ("id", "name", "note", "expected")
_REQUIRED = ("window_start", "window_end", "initial_state")
_OPTIONAL = ("events", "observed_from", "observed_to", "exclusions", "inactive", "params", *IGNORED)
_PARAMS = (
    "exclusion_effect",
    "unknown_policy",
    "min_outage_s",
    "merge_gap_s",
    "bridge_max_s",
    "partial_weight",
    "degraded_weight",
    "targets",
)


def account_cases(text: str) -> str:
    """The answer to a file of account cases. Raises sla.reader.Unreadable with every problem in it."""
    return run(text, _solve)


def result(counted: Account) -> dict[str, object]:
    """The result keys of sla-definition.md in its forms: seconds whole or "num/den", shares always "num/den"."""
    keys: dict[str, object] = {
        "service_time_s": seconds(counted.service_time),
        "excluded_s": seconds(counted.excluded),
        "unobserved_s": seconds(counted.unobserved),
        "counted_down_s": seconds(counted.counted),
        "agreed_s": seconds(counted.agreed),
        "availability": share(counted.availability),
        "outages": len(counted.outages),
        "lower": share(counted.lower),
        "upper": share(counted.upper),
    }
    if counted.budget is not None:
        keys["budget_s"] = seconds(counted.budget.allowed)
        keys["remaining_s"] = seconds(counted.budget.remaining)
        keys["met"] = counted.budget.met
        keys["verdict"] = counted.budget.verdict.value
    keys["ledger"] = [
        {"start": seconds(start), "end": seconds(end), "class": entry.value} for start, end, entry in counted.ledger
    ]
    return keys


def seconds(span: Fraction | int) -> int | str:
    """Milliseconds as seconds: whole, else a reduced "num/den"."""
    exact = Fraction(span) / SECOND
    return exact.numerator if exact.denominator == 1 else f"{exact.numerator}/{exact.denominator}"


def share(part: Fraction | None) -> str | None:
    """A reduced "num/den", "1/1" and "0/1" too; None stays None."""
    return None if part is None else f"{part.numerator}/{part.denominator}"


def _solve(case: Reader) -> dict[str, object] | None:
    already = len(case.problems)
    if not case.object(_REQUIRED, _OPTIONAL):
        return None
    window = _span(case, "window_start", "window_end")
    initial = case.at("initial_state").word(State) if case.has("initial_state") else None
    observed = _observed(case, window)
    events = [_event(place) for place in case.at("events").items()] if case.has("events") else []
    exclusions = _intervals(case, "exclusions")
    inactive = _intervals(case, "inactive")
    terms = _terms(case.at("params") if case.has("params") else Reader({}, "params", case.problems))
    if len(case.problems) > already or window is None or initial is None or observed is None:
        return None
    line = timeline(
        initial,
        [event for event in events if event is not None],
        observed_from=observed[0],
        observed_to=observed[1],
    )
    return result(account(line, window, exclusions, inactive, terms))


def _observed(case: Reader, window: Interval | None) -> Interval | None:
    """The range of the raw line: the window where nothing is said; it must contain the window."""
    start = case.at("observed_from").whole() if case.has("observed_from") else None
    end = case.at("observed_to").whole() if case.has("observed_to") else None
    if window is None:
        return None
    first = window[0] if start is None else start * SECOND
    last = window[1] if end is None else end * SECOND
    if first > window[0]:
        case.at("observed_from").wrong("must not be after window_start")
    if last < window[1]:
        case.at("observed_to").wrong("must not be before window_end")
    return first, last


def _event(place: Reader) -> tuple[Instant, State] | None:
    if not place.object(("t", "state"), ()):
        return None
    time = place.at("t").whole() if place.has("t") else None
    state = place.at("state").word(State) if place.has("state") else None
    return None if time is None or state is None else (time * SECOND, state)


def _intervals(case: Reader, key: str) -> list[Interval]:
    places = case.at(key).items() if case.has(key) else []
    spans = [_span(place, "start", "end") for place in places if place.object(("start", "end"), ())]
    return [span for span in spans if span is not None]


def _span(place: Reader, first: str, last: str) -> Interval | None:
    """The interval two keys give, in milliseconds; its end must be after its start."""
    start = place.at(first).whole() if place.has(first) else None
    end = place.at(last).whole() if place.has(last) else None
    if start is None or end is None:
        return None
    if end <= start:
        place.at(last).wrong(f"must be after {first}")
        return None
    return start * SECOND, end * SECOND


def _terms(params: Reader) -> Terms:
    """The terms of a case; where it is silent the case format's own defaults hold. Wrong ones leave a problem."""
    if not params.object((), _PARAMS):
        return CASE_TERMS
    effect = params.at("exclusion_effect").word(ExclusionEffect) if params.has("exclusion_effect") else None
    policy = params.at("unknown_policy").word(UnknownPolicy) if params.has("unknown_policy") else None
    lengths = {key: params.at(key).whole(least=0) for key in _PARAMS if key.endswith("_s") and params.has(key)}
    weights = {key: params.at(key).ratio(most=1) for key in _PARAMS if key.endswith("_weight") and params.has(key)}
    return Terms(
        exclusion_effect=effect or CASE_TERMS.exclusion_effect,
        unknown_policy=policy or CASE_TERMS.unknown_policy,
        min_outage=(lengths.get("min_outage_s") or 0) * SECOND,
        merge_gap=(lengths.get("merge_gap_s") or 0) * SECOND,
        bridge_max=BRIDGE_MAX if (longest := lengths.get("bridge_max_s")) is None else longest * SECOND,
        partial_weight=CASE_TERMS.partial_weight if (part := weights.get("partial_weight")) is None else part,
        degraded_weight=weights.get("degraded_weight") or CASE_TERMS.degraded_weight,
        targets=_targets(params) if params.has("targets") else (),
    )


def _targets(params: Reader) -> tuple[Target, ...]:
    found: list[Target] = []
    for place in params.at("targets").items():
        if not place.object(("from", "to", "target_pct"), ()):
            continue
        span = _span(place, "from", "to")
        percent = place.at("target_pct").ratio(most=100) if place.has("target_pct") else None
        if span is None or percent is None:
            continue
        if any(span[0] < other.end and other.start < span[1] for other in found):
            place.wrong("overlaps another target segment")
        found.append(Target(start=span[0], end=span[1], share=percent / 100))
    return tuple(found)


CASE_TERMS = Terms(
    exclusion_effect=ExclusionEffect.REMOVED,
    unknown_policy=UnknownPolicy.EXCLUDE,
    partial_weight=Fraction(1, 2),
    degraded_weight=Fraction(0),
    min_outage=0,
    merge_gap=0,
    bridge_max=BRIDGE_MAX,
    targets=(),
)
"""What a case means by an absent parameter. Agreements have no such defaults."""
