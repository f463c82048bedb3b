"""Findings of audits: commands of people, and what one looks like as JSON."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant
from incidents import auditing
from incidents.auditing import Finding
from incidents.finding import FindingRaised, Grade
from incidents.store import case as cases
from upheld.call import Call, Command
from upheld.shown import at


def findings_json(tx: Connection, now: Instant) -> list[dict[str, Any]]:
    """The newest first."""
    return [_row(one, now) for one in auditing.findings(tx, now)]


def one(tx: Connection, id: str, now: Instant) -> dict[str, Any] | None:
    """None where no case of that number is a finding."""
    case = cases.find(tx, id)
    found = None if case is None else auditing.find(tx, case, now)
    return None if found is None else _row(found, now)


def finding_json(one: Finding) -> dict[str, Any]:
    return {
        "state": one.case.finding.value,
        "source": one.raised.source,
        "clause": one.raised.clause,
        "grade": one.raised.grade.value,
        "evidence": one.evidence,
    }


def open_(tx: Connection, call: Call) -> Any:
    """`customer, title, source, clause, grade`."""
    given = call.arguments
    raised = FindingRaised(source=given["source"], clause=given["clause"], grade=Grade(given["grade"]))
    made = auditing.raise_finding(tx, call.rules.caseload, given["customer"], given["title"], raised, call.by, call.now)
    return one(tx, made.id, call.now)


def close(tx: Connection, call: Call) -> Any:
    """`id, evidence`."""
    auditing.close(tx, call.rules.caseload, call.arguments["id"], call.arguments["evidence"], call.by, call.now)
    return one(tx, call.arguments["id"], call.now)


def _row(one: Finding, now: Instant) -> dict[str, Any]:
    return {
        "id": one.case.id,
        "customer": one.case.customer,
        "title": one.case.title,
        "opened_at": at(one.case.opened_at),
        **finding_json(one),
        "review": one.case.review.value,
        "actions": len(one.actions),
        "overdue": sum(action.overdue(now) for action in one.actions),
    }


COMMANDS: Mapping[str, Command] = {"finding.open": open_, "finding.close": close}
