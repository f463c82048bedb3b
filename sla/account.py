"""Counting: one line of an agreement over one window. The law is sla-definition.md, 'Quantities'.

Time is summed in whole milliseconds; weights enter once, over their common denominator. Nothing is rounded.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import compress
from operator import itemgetter

from config.agreement import ExclusionEffect, UnknownPolicy
from config.instant import Instant, Span
from config.state import State
from sla.interval import Interval, Intervals, clip, intersect, subtract, total, union
from sla.terms import Terms
from sla.timeline import Line, Pieces, Timeline, bridge, cut, joined, outages


class Class(StrEnum):
    """What a moment of the window is to the count. Everything but `inactive` is service time."""

    INACTIVE = "inactive"
    EXCLUDED = "excluded"
    UNOBSERVED = "unobserved"
    COUNTED = "counted"
    REST = "rest"


class Verdict(StrEnum):
    MET = "met"
    MISSED = "missed"
    SENSITIVE = "sensitive"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much loss the targets allow and what is left of it (signed). `met` is None where nothing was agreed.

    `widest` is what they allow over the whole base, which the verdict reads.
    """

    allowed: Fraction
    widest: Fraction
    remaining: Fraction
    met: bool | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The counted quantities of one window, in milliseconds. Shares are of one, None where they would divide by 0."""

    window: Interval
    service_time: Span
    excluded: Span
    unobserved: Span
    observed_loss: Fraction
    counted: Fraction
    base: Span
    agreed: Span
    outages: tuple[Interval, ...]
    inferred: tuple[Interval, ...]
    budget: Budget | None
    ledger: Line[Class]

    @property
    def availability(self) -> Fraction | None:
        return _kept(self.counted, self.agreed)

    @property
    def lower(self) -> Fraction | None:
        """The availability if everything unobserved had been down."""
        return _kept(self.observed_loss + self.unobserved, self.base)

    @property
    def upper(self) -> Fraction | None:
        """The availability if everything unobserved had been up."""
        return _kept(self.observed_loss, self.base)

    @property
    def coverage(self) -> Fraction | None:
        """The observed part of duty time."""
        return _kept(Fraction(self.unobserved), self.service_time - self.excluded)


def account(line: Timeline, window: Interval, exclusions: Intervals, inactive: Intervals, terms: Terms) -> Account:
    """Count the window. `line` is the raw time line and must contain the window (ValueError if not).

    `exclusions` are the valid ones; `inactive` is time outside service hours or coverage. Both may overlap, nest, come
    in any order and reach out of the window.
    """
    if not line.starts[0] <= window[0] < window[1] <= line.end:
        raise ValueError("the time line does not contain the window")
    off = clip(union(inactive), window)
    service = subtract([window], off)
    excluded = intersect(service, union(exclusions))
    duty = subtract(service, excluded)

    bridged, inferred = bridge(line, terms.bridge_max)
    bridged, qualifying = qualified(bridged, terms)
    pieces = cut(bridged, duty)
    observed_loss = loss_of(pieces, terms)
    ledger = _ledger(off, excluded, pieces, terms, window[1])
    unobserved = ledger.where(Class.UNOBSERVED)
    unknown = total(unobserved)
    base = service if terms.exclusion_effect is ExclusionEffect.RETAINED else duty
    counted = observed_loss + unknown if terms.unknown_policy is UnknownPolicy.AS_DOWN else observed_loss
    agreed = total(base) - (unknown if terms.unknown_policy is UnknownPolicy.EXCLUDE else 0)
    return Account(
        window=window,
        service_time=total(service),
        excluded=total(excluded),
        unobserved=unknown,
        observed_loss=observed_loss,
        counted=counted,
        base=total(base),
        agreed=agreed,
        outages=tuple(_overlapping(qualifying, window)),
        inferred=tuple(_overlapping(inferred, window)),
        budget=judged(*_allowed(window, base, unobserved, terms), counted, observed_loss, unknown, agreed)
        if terms.targets
        else None,
        ledger=ledger,
    )


def loss_of(pieces: Pieces[State], terms: Terms) -> Fraction:
    """The integral of w over them: whole milliseconds are summed for each state, its weight multiplies the sum."""
    starts, ends, states = pieces
    loss = Fraction(0)
    for state in terms.lossy.intersection(states):
        held = [one is state for one in states]
        loss += terms.weights[state] * (sum(compress(ends, held)) - sum(compress(starts, held)))
    return loss


def _kept(loss: Fraction, time: Span) -> Fraction | None:
    return 1 - loss / time if time else None


def _overlapping(found: list[Interval], window: Interval) -> list[Interval]:
    """Those of sorted, disjoint intervals that have a moment inside the window, whole."""
    return found[bisect_right(found, window[0], key=itemgetter(1)) : bisect_left(found, window[1], key=itemgetter(0))]


def qualified(line: Timeline, terms: Terms) -> tuple[Timeline, list[Interval]]:
    """The line with the loss of too short outages taken away, and those that are long enough.

    What is unknown inside a forgiven one stays unknown.
    """
    found = outages(line, terms.lossy, terms.merge_gap)
    short = [(start, end) for start, end in found if end - start < terms.min_outage] if terms.min_outage else []
    if not short:
        return line, found
    states = line.values.copy()
    for start, end in short:
        for i in range(bisect_left(line.starts, start), bisect_left(line.starts, end)):
            if states[i] in terms.lossy:
                states[i] = State.UP
    return joined(line.starts, states, line.end), subtract(found, short)


def _allowed(window: Interval, base: Intervals, unobserved: Intervals, terms: Terms) -> tuple[Fraction, Fraction]:
    """(allowed, widest) of the budget, pooled over the target segments. Time in no segment has no budget."""
    allowed: list[Fraction] = []
    widest: list[Fraction] = []
    for target in terms.targets:
        within, missing = base, unobserved
        if window[0] < target.start or target.end < window[1]:
            segment = clip([window], (target.start, target.end))
            within, missing = intersect(base, segment), intersect(unobserved, segment)
        whole = total(within)
        left_out = total(missing) if terms.unknown_policy is UnknownPolicy.EXCLUDE else 0
        widest.append(target.slack * whole)
        allowed.append(target.slack * (whole - left_out) if left_out else widest[-1])
    return _sum(allowed), _sum(widest)


def _sum(parts: list[Fraction]) -> Fraction:
    """One target is the usual case, and nothing is added to it."""
    return sum(parts[1:], parts[0])


def judged(
    allowed: Fraction, widest: Fraction, counted: Fraction, observed_loss: Fraction, unobserved: Span, agreed: Span
) -> Budget:
    """The budget against what was counted. Equality meets."""
    return Budget(
        allowed=allowed,
        widest=widest,
        remaining=allowed - counted,
        met=counted <= allowed if agreed else None,
        verdict=_verdict(observed_loss, unobserved, widest) if agreed else Verdict.NOT_APPLICABLE,
    )


def _verdict(observed_loss: Fraction, unknown: Span, allowed: Fraction) -> Verdict:
    """The same under every unknown policy: `allowed` is the budget over the whole base."""
    if observed_loss + unknown <= allowed:
        return Verdict.MET
    return Verdict.MISSED if observed_loss > allowed else Verdict.SENSITIVE


def classes(terms: Terms) -> dict[State, Class]:
    """What each state is within duty time."""
    of = {state: Class.COUNTED if state in terms.lossy else Class.REST for state in State}
    return of | {State.UNKNOWN: Class.UNOBSERVED}


def _ledger(off: Intervals, excluded: Intervals, duty: Pieces[State], terms: Terms, end: Instant) -> Line[Class]:
    """The whole window in order, each moment in one class."""
    of = classes(terms)
    counted, held = duty[0], [of[state] for state in duty[2]]
    starts: list[Instant] = []
    values: list[Class] = []
    at = 0
    out = [*((start, Class.INACTIVE) for start, _ in off), *((start, Class.EXCLUDED) for start, _ in excluded)]
    for start, value in sorted(out):
        upto = bisect_left(counted, start, at)
        starts += [*counted[at:upto], start]
        values += [*held[at:upto], value]
        at = upto
    return joined(starts + counted[at:], values + held[at:], end)
