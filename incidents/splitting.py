"""Alerts of one incident that are a fault of their own: an incident beside it, told as one. Pure. ADR 0126."""

from collections.abc import Collection, Mapping, Sequence

from config.matcher import Matcher
from incidents.decide import Condition, Refused
from incidents.incident import Incident, Opened


def chosen(
    failing: Mapping[int, Mapping[str, str]], numbers: Collection[int], matchers: Sequence[Matcher]
) -> Collection[int]:
    """Of alerts by their numbers, with their labels: those named, and those that fit all matchers. Raises Refused."""
    unknown = sorted({*numbers} - failing.keys())
    if unknown:
        raise Refused(f"{unknown[0]}: no alert of that number fires on it")
    fitting = {number for number, labels in failing.items() if matchers and all(one.fits(labels) for one in matchers)}
    return {*numbers} | fitting


def check(origin: Incident, taken: Collection[int], because: str, *, left: bool) -> None:
    """`left`: something else fails of it. Raises Refused with what to do instead."""
    if not origin.unresolved:
        raise Refused(f"{origin.id} is already resolved; there is nothing to split")
    if not taken:
        raise Refused(f"no alert that fires on {origin.id} is so; choose at least one")
    if not left:
        raise Refused(f"nothing else fails of {origin.id}; leave at least one alert with it")
    if not because.strip():
        raise Refused("say what makes the two one fault, or two faults")


def opening(origin: Incident, condition: Condition) -> Opened:
    """As bad as its own alerts are; it began with them, not before the incident they were part of."""
    return Opened(
        component=origin.component,
        state=condition.state,
        severity=condition.severity.value,
        because=condition.severity.because,
        cause=condition.cause,
        title=condition.title,
        started_at=max(condition.since, origin.started_at),
    )
