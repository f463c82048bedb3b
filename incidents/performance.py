"""How fast incidents were noticed, taken and ended, and how well cases were solved. Pure, exact.

Nothing is dropped: what is not over yet counts with the time so far, what ended without the fact is named apart. A
percentile is the smallest value that so large a part does not exceed (nearest rank), so each is one that was measured.
Source of the shares: ADR 0056; of the times: ADR 0105.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from config.agreement import CaseKind
from config.instant import Instant, Span
from incidents.case import RESPOND, Case
from incidents.incident import Incident
from sla.indicator import at_first_contact, repeated, resolved
from sla.interval import Interval
from sla.record import CaseRecord, CommitmentRecord, Outcome

WORKAROUND = "workaround"


class Timing(StrEnum):
    DETECT = "detect"  # from the beginning to the opening
    ACKNOWLEDGE = "acknowledge"  # from the opening to the first person who took it
    MITIGATE = "mitigate"  # from the beginning to a workaround, or to the end
    RESOLVE = "resolve"  # from the beginning to the end


class Share(StrEnum):
    RESOLVED = "resolved"  # of the cases reported
    AT_FIRST_CONTACT = "at_first_contact"  # of those that a person reported
    FIRST_TIME = "first_time"  # of those that had a result: the first one held
    REPEATED = "repeated"  # of the faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """`n` is what the percentiles are of; `waiting` of them are not over and count with the time so far.

    `without`: over, and the fact never came; not in `n`.
    """

    severity: int
    of: Timing
    n: int
    waiting: int
    without: int
    median: Span | None
    p90: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    of: Share
    n: int
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Of the incidents opened and the cases reported in `window`."""

    window: Interval
    incidents: int
    cases: int
    times: tuple[Timed, ...]
    shares: tuple[Shared, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """`incidents` opened in `window`; `cases` those owed, whenever reported, of which some are of these incidents.

    `recovered_at`: of an incident ended by hand while it still failed, when it was well again.
    """

    window: Interval
    incidents: Sequence[Incident]
    cases: Sequence[Case]
    recovered_at: Mapping[str, Instant] = field(default_factory=dict)


def performance(worked: Worked, now: Instant) -> Performance:
    """Times by severity, the worst first, each as it was said last."""
    start, end = worked.window
    reported = [one for one in worked.cases if start <= one.reported_at < end]
    severities = sorted({one.severity for one in worked.incidents})
    return Performance(
        window=worked.window,
        incidents=len(worked.incidents),
        cases=len(reported),
        times=tuple(_timed(worked, severity, of, now) for severity in severities for of in Timing),
        shares=tuple(_shared(of, reported, worked.cases, end) for of in Share),
    )


def _timed(worked: Worked, severity: int, of: Timing, now: Instant) -> Timed:
    known: list[Span] = []
    waiting = without = 0
    for one in worked.incidents:
        if one.severity != severity or (of is Timing.DETECT and one.split_from is not None):
            continue  # what was split off was noticed with what it was split from
        over = _over(one, worked.recovered_at)
        begun = one.opened_at if of is Timing.ACKNOWLEDGE else one.started_at
        until = _until(of, one, over, worked.cases)
        if until is None and of is Timing.ACKNOWLEDGE and not one.unresolved:
            without += 1
            continue
        waiting += until is None
        known.append(max(0, (now if until is None else until) - begun))
    known.sort()
    return Timed(
        severity=severity,
        of=of,
        n=len(known),
        waiting=waiting,
        without=without,
        median=nearest_rank(known, 50),
        p90=nearest_rank(known, 90),
    )


def _until(of: Timing, one: Incident, over: Instant | None, cases: Iterable[Case]) -> Instant | None:
    match of:
        case Timing.DETECT:
            return one.opened_at
        case Timing.ACKNOWLEDGE:
            return one.acknowledged_at
        case Timing.RESOLVE:
            return over
        case Timing.MITIGATE:
            around = [case.fulfilled.get(WORKAROUND) for case in cases if case.incident == one.id]
            return min((at for at in (*around, over) if at is not None), default=None)


def _over(one: Incident, recovered_at: Mapping[str, Instant]) -> Instant | None:
    """A click ends the calls, not the fault."""
    if one.unresolved or one.muted:
        return None
    return recovered_at.get(one.id, one.resolved_at)


def nearest_rank(known: Sequence[Span], percent: int) -> Span | None:
    """Of values in ascending order; None of none."""
    return known[-(-len(known) * percent // 100) - 1] if known else None


def _shared(of: Share, reported: Sequence[Case], cases: Sequence[Case], end: Instant) -> Shared:
    found = _found(of, reported, cases, end)
    return Shared(of=of, n=len(found), hits=sum(found))


def _found(of: Share, reported: Sequence[Case], cases: Sequence[Case], end: Instant) -> list[bool]:
    match of:
        case Share.RESOLVED:
            return [resolved(_plain(one), end) for one in reported]
        case Share.AT_FIRST_CONTACT:
            return [at_first_contact(_plain(one)) for one in reported if one.incident is None]
        case Share.FIRST_TIME:
            return [len(one.rounds) == 1 for one in reported if one.rounds[0].resolved_at is not None]
        case Share.REPEATED:
            own: dict[str, list[CaseRecord]] = {}
            for one in cases:
                own.setdefault(one.customer, []).append(_plain(one))
            return [repeated(_plain(one), own[one.customer]) for one in reported if one.kind is CaseKind.FAULT]


def _plain(case: Case) -> CaseRecord:
    """As far as the shares look."""
    answered = case.fulfilled.get(RESPOND)
    respond = CommitmentRecord(
        name=RESPOND,
        started_at=case.started_at,
        due_at=None,
        done_at=answered,
        outcome=Outcome.OPEN if answered is None else Outcome.MET,
    )
    return CaseRecord(
        id=case.id,
        kind=case.kind,
        level=case.level,
        level_name="",
        title=case.title,
        component=case.component,
        incident=case.incident,
        reported_at=case.reported_at,
        closed_at=case.resolved_at,
        commitments=(respond,),
        agreement=case.agreement,
    )
