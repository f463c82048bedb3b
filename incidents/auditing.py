"""Findings of audits in the store: a case each, reviewed like any other, closed once its actions are done."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from config.agreement import CaseKind
from config.instant import Instant
from incidents import reviewing
from incidents.case import Case, CaseRecorded
from incidents.caseload import Caseload, NoSuchCase
from incidents.decide import Refused
from incidents.finding import FindingClosed, FindingRaised
from incidents.reviewing import Action
from incidents.store import case as cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`evidence`: what closed it; empty while it is open."""

    case: Case
    raised: FindingRaised
    evidence: str
    actions: tuple[Action, ...]


def raise_finding(
    tx: Connection, caseload: Caseload, customer: str, title: str, raised: FindingRaised, by: str, now: Instant
) -> Case:
    """A case of the kind complaint: it has that kind's clocks, and its review. Raises Refused."""
    made = caseload.open_by_person(
        tx, customer=customer, kind=CaseKind.COMPLAINT, title=title, by=by, reported_at=now, now=now
    )
    return caseload.record(tx, made.id, raised, by, now, now)


def close(tx: Connection, caseload: Caseload, case_id: str, evidence: str, by: str, now: Instant) -> Case:
    """Raises NoSuchCase, Refused."""
    case = cases.find(tx, case_id)
    if case is None:
        raise NoSuchCase(f"there is no case {case_id!r}; `upheld case list` lists them")
    after = caseload.record(tx, case_id, FindingClosed(evidence=evidence), by, now, now)
    actions = reviewing.actions(tx, case, reviewing.find(tx, case_id), now)
    if not actions:
        raise Refused(f"{case_id}: a finding is closed by what was done; agree a corrective action")
    if not all(one.done for one in actions):
        raise Refused(f"{case_id}: a finding is closed once all its corrective actions are done")
    return after


def find(tx: Connection, case: Case, now: Instant) -> Finding | None:
    """What was found, where the case is a finding."""
    return _of(tx, case, cases.events(tx, case.id), now)


def findings(tx: Connection, now: Instant) -> list[Finding]:
    """The newest first."""
    logs = cases.spoken(tx, (FindingRaised, FindingClosed))
    known = (cases.find(tx, id) for id in sorted(logs, reverse=True))
    found = (_of(tx, case, logs[case.id], now) for case in known if case is not None)
    return [one for one in found if one is not None]


def _of(tx: Connection, case: Case, log: Iterable[CaseRecorded], now: Instant) -> Finding | None:
    raised, evidence = None, ""
    for one in log:
        match one.event:
            case FindingRaised() as event:
                raised = event
            case FindingClosed(evidence=where):
                evidence = where
            case _:
                pass
    if raised is None:
        return None
    actions = reviewing.actions(tx, case, reviewing.find(tx, case.id), now)
    return Finding(case=case, raised=raised, evidence=evidence, actions=tuple(actions))
