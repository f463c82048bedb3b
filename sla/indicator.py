"""What an agreement promises as an indicator, worked out from the facts of a period. Pure, exact.

Every share has its n. What nothing here can tell is not measured, and says why; it is never a good figure. A clock
counts in the period in which it was met or missed, anything else of a case in the one in which it was reported.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from config.agreement import Agreement, CaseKind, Indicator
from config.instant import DAY, Instant
from sla.account import Verdict
from sla.entered import Entered, value_of
from sla.interval import Interval
from sla.period import Period
from sla.rating import given, mean_of
from sla.record import CaseRecord, CommitmentRecord, Outcome

RESPOND = "respond"
REPEATED_WITHIN = 30 * DAY
"""A fault of the same component so soon after another was solved is the same problem again."""


class Unmeasured(StrEnum):
    ENTERED = "entered"
    """It comes from outside, and nobody entered it."""
    NOTHING = "nothing"
    """There was nothing to count."""
    UNKNOWN = "unknown"
    """This version cannot work it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`value`: a share of one, a number, or the points of a mean, of `n`; None, and `unmeasured` says why.

    `met`: None where nothing is promised, nothing was measured, or the promise is of another kind of period.
    """

    agreement: str
    indicator: Indicator
    n: int
    value: Fraction | None
    unmeasured: Unmeasured | None = None
    met: bool | None = None
    entered: Entered | None = None
    """Where a person typed it in: who, with which proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Whose indicators, and what they count: its `cases`, whenever reported, and its components' `verdicts`.

    `entered`: figures in force, whatever they are of.
    """

    agreement: Agreement
    cases: Sequence[CaseRecord]
    verdicts: Sequence[Verdict]
    period: Period
    window: Interval
    entered: Sequence[Entered] = ()


def measured(counted: Promise) -> tuple[Measured, ...]:
    """In the agreement's order of ids."""
    return tuple(_measured(one, counted) for _, one in sorted(counted.agreement.indicators.items()))


def _measured(one: Indicator, counted: Promise) -> Measured:
    agreement, judged = counted.agreement.id, one.period is counted.period.kind
    if one.entered and (typed := _typed(one, counted)) is not None:
        figure = value_of(one, typed.value)
        met = _met(one, figure) if judged else None
        return Measured(agreement=agreement, indicator=one, n=typed.n, value=figure, met=met, entered=typed)
    known = None if one.entered else _counts(one, counted)
    if known is None:
        why = Unmeasured.ENTERED if one.entered else Unmeasured.UNKNOWN
        return Measured(agreement=agreement, indicator=one, n=0, value=None, unmeasured=why)
    n, value = known
    if value is None:
        return Measured(agreement=agreement, indicator=one, n=n, value=None, unmeasured=Unmeasured.NOTHING)
    return Measured(agreement=agreement, indicator=one, n=n, value=value, met=_met(one, value) if judged else None)


def _typed(one: Indicator, counted: Promise) -> Entered | None:
    wanted = counted.agreement.id, one.id, str(counted.period)
    return next((each for each in counted.entered if (each.agreement, each.indicator, each.period) == wanted), None)


def _counts(one: Indicator, counted: Promise) -> tuple[int, Fraction | None] | None:
    """n, and the value; None for what cannot be worked out from these facts."""
    if one.over == "ratings" and one.measure == "mean":
        ratings = given((rating for case in counted.cases for rating in case.ratings), counted.window)
        mean, scale = mean_of(ratings), Fraction(one.out_of or 5, 5)
        return len(ratings), None if mean is None else mean * scale
    found = _found(one, counted)
    if found is None:
        return None
    hits = sum(found)
    if one.measure == "count":
        return len(found), Fraction(hits)
    return len(found), Fraction(hits, len(found)) if found else None


def _found(one: Indicator, counted: Promise) -> list[bool] | None:
    """Of each that is counted whether it is what the indicator asks for."""
    if one.over == "components" and one.that == "target_met":
        return [verdict is Verdict.MET for verdict in counted.verdicts if verdict is not Verdict.NOT_APPLICABLE]
    if one.over != "cases":
        return None
    start, end = counted.window
    own = [case for case in counted.cases if not one.kinds or case.kind in one.kinds]
    reported = [case for case in own if start <= case.reported_at < end]
    match one.that:
        case "in_time":
            return list(_in_time(one, own, counted.window))
        case "any":
            return [True for _ in reported]
        case "resolved":
            return [resolved(case, end) for case in reported]
        case "at_first_contact":
            return [at_first_contact(case) for case in reported if case.incident is None]
        case "repeated":
            return [repeated(case, counted.cases) for case in reported]
        case _:
            return None


def _in_time(one: Indicator, cases: Sequence[CaseRecord], window: Interval) -> Iterator[bool]:
    """By the case's own limit, or by the time that the indicator names."""
    for case in cases:
        for clock in case.commitments:
            if clock.name != (one.commitment or RESPOND):
                continue
            ended = clock.ended_at if one.within is None else _ended_within(clock, one.within, window[1])
            if ended is None or not window[0] <= ended < window[1]:
                continue
            if one.within is None:
                yield clock.outcome is Outcome.MET
            else:
                yield clock.done_at is not None and clock.done_at <= clock.started_at + one.within


def _ended_within(clock: CommitmentRecord, within: int, now: Instant) -> Instant | None:
    """When it was decided; None while it is not."""
    limit = clock.started_at + within
    if clock.done_at is not None:
        return min(clock.done_at, limit)
    return limit if limit < now else None


def resolved(case: CaseRecord, end: Instant) -> bool:
    """Before the end of what is counted."""
    return case.closed_at is not None and case.closed_at < end


def at_first_contact(case: CaseRecord) -> bool:
    """Solved no later than it was answered."""
    answered = next((clock.done_at for clock in case.commitments if clock.name == RESPOND), None)
    return case.closed_at is not None and (answered is None or case.closed_at <= answered)


def repeated(case: CaseRecord, cases: Sequence[CaseRecord]) -> bool:
    """Whether a fault of the same component among them was solved not long before it was reported."""
    return case.component is not None and any(
        other.id != case.id
        and other.kind is CaseKind.FAULT
        and other.component == case.component
        and other.closed_at is not None
        and case.reported_at - REPEATED_WITHIN <= other.closed_at <= case.reported_at
        for other in cases
    )


def _met(one: Indicator, value: Fraction) -> bool | None:
    hundred = 100 if one.measure == "share" else 1
    if one.at_least is not None:
        return value * hundred >= Fraction(one.at_least)
    return None if one.at_most is None else value * hundred <= Fraction(one.at_most)
