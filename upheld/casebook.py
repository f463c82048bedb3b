"""What a statement says of a case: the incidents' own value as sla's plain record."""

from collections.abc import Iterable, Mapping, Sequence

from config.agreement import Agreement
from config.instant import Instant
from incidents.case import Case
from incidents.clock import Clock, ClockState
from sla.record import CaseRecord, CommitmentRecord, Outcome


def case_record(case: Case, clocks: Sequence[Clock], versions: Iterable[Agreement]) -> CaseRecord:
    """`versions`: of agreements, among them the one it is owed under, unless nobody knows it any more."""
    levels = {
        level.number: level.name
        for one in versions
        if (one.id, one.version) == (case.agreement, case.agreement_version)
        for level in one.levels
    }
    return CaseRecord(
        id=case.id,
        kind=case.kind,
        level=case.level,
        level_name=levels.get(case.level, str(case.level)),
        title=case.title,
        component=case.component,
        incident=case.incident,
        reported_at=case.reported_at,
        closed_at=case.resolved_at,
        agreement=case.agreement,
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


def _as_due(clock: Clock) -> tuple[Instant, bool, Instant, str]:
    """In the order in which they run out; an order that agreements keep in the ledger too, where keys have none."""
    return clock.started_at, clock.due_at is None, clock.due_at or 0, clock.name


_OUTCOMES: Mapping[ClockState, Outcome] = {
    ClockState.MET: Outcome.MET,
    ClockState.MISSED: Outcome.MISSED,
    ClockState.RUNNING: Outcome.OPEN,
    ClockState.PAUSED: Outcome.OPEN,
}
