"""What a statement says of a case: the incidents' own value as sla's plain record."""

from collections.abc import Iterable, Mapping, Sequence

from config.agreement import Agreement
from config.instant import Instant
from incidents.case import Case, CaseRecorded
from incidents.clock import Clock, ClockState
from incidents.level import standing
from sla.record import CaseRecord, CommitmentRecord, Outcome
from upheld.casechanges import changes_of
from upheld.caseratings import ratings_of


def case_record(
    case: Case, clocks: Sequence[Clock], versions: Iterable[Agreement], log: Iterable[CaseRecorded] = ()
) -> CaseRecord:
    """`versions`: of agreements, among them the one it is owed under, unless nobody knows it any more.

    `log`: its events, where what was changed in it and how it was rated is to be told.
    """
    events = tuple(log)
    agreement = version_of(case, versions)
    levels = {} if agreement is None else {level.number: level.name for level in agreement.levels}
    level = standing(case, agreement)
    return CaseRecord(
        id=case.id,
        kind=case.kind,
        level=level,
        level_name=levels.get(level, str(level)),
        title=case.title,
        component=case.component,
        incident=case.incident,
        reported_at=case.reported_at,
        closed_at=case.resolved_at,
        agreement=case.agreement,
        changes=changes_of(case.id, events, agreement),
        ratings=ratings_of(case.id, events, agreement),
        commitments=tuple(
            CommitmentRecord(
                name=clock.name,
                started_at=clock.started_at,
                due_at=clock.due_at,
                done_at=clock.done_at,
                outcome=_OUTCOMES[clock.state],
            )
            for clock in sorted(clocks, key=_as_due)
        ),
    )


def version_of(case: Case, versions: Iterable[Agreement]) -> Agreement | None:
    """The one it is owed under; None where nobody knows it any more."""
    wanted = case.agreement, case.agreement_version
    return next((one for one in versions if (one.id, one.version) == wanted), None)


def _as_due(clock: Clock) -> tuple[Instant, bool, Instant, str]:
    """In the order in which they run out; an order that agreements keep in the ledger too, where keys have none."""
    return clock.started_at, clock.due_at is None, clock.due_at or 0, clock.name


_OUTCOMES: Mapping[ClockState, Outcome] = {
    ClockState.MET: Outcome.MET,
    ClockState.MISSED: Outcome.MISSED,
    ClockState.RUNNING: Outcome.OPEN,
    ClockState.PAUSED: Outcome.OPEN,
}
