"""Reviews of cases: commands of people, and what a review looks like as JSON."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant
from incidents import auditing, reviewing
from incidents.case import Case, CaseEvent
from incidents.caseload import NoSuchCase
from incidents.review import Aim, ReviewConfirmed, ReviewContested, WhyAnswered
from incidents.reviewing import Action, Plan
from incidents.store import case as cases
from upheld.call import Call, Command
from upheld.findings import finding_json
from upheld.shown import at


def review_json(tx: Connection, case: Case, now: Instant) -> dict[str, Any]:
    known, finding = reviewing.find(tx, case.id), auditing.find(tx, case, now)
    return {
        "id": case.id,
        "customer": case.customer,
        "state": case.review.value,
        "title": case.title,
        "finding": None if finding is None else finding_json(finding),
        "summary": known.text,
        "answer": known.answer,
        "whys": [
            {"number": one.rank, "why": one.why, "because": one.because, "evidence": one.evidence} for one in known.whys
        ],
        "actions": [_action_json(one, now) for one in reviewing.actions(tx, case, known, now)],
    }


def _action_json(one: Action, now: Instant) -> dict[str, Any]:
    state = "done" if one.done else "overdue" if one.overdue(now) else "open"
    owner = (one.owed.owner or "").removeprefix("person:")
    said = {"id": one.owed.id, "aim": one.aim.value, "text": one.owed.then, "owner": owner, "state": state}
    return {**said, "due_at": at(one.owed.due_at), "done_at": at(one.owed.closed_at)}


def _shown(tx: Connection, id: str, now: Instant) -> dict[str, Any]:
    case = cases.find(tx, id)
    if case is None:
        raise NoSuchCase(f"there is no case {id!r}; `upheld case list` lists them")
    return review_json(tx, case, now)


def why(tx: Connection, call: Call) -> Any:
    """`id, why, because`; `evidence`, and `number` where a row is written anew; else it is the next."""
    given = call.arguments
    known = reviewing.find(tx, given["id"]).whys
    rank = given["number"] if given.get("number") is not None else max((one.rank for one in known), default=0) + 1
    event = WhyAnswered(rank=rank, why=given["why"], because=given["because"], evidence=given.get("evidence") or "")
    return _said(tx, call, event)


def action(tx: Connection, call: Call) -> Any:
    """`id, text, aim, owner, due_at`."""
    given = call.arguments
    plan = Plan(text=given["text"], aim=Aim(given["aim"]), owner=given["owner"], due_at=given["due_at"])
    reviewing.agree(tx, call.rules.config, call.rules.caseload, given["id"], plan, call.by, call.now)
    return _shown(tx, given["id"], call.now)


def present(tx: Connection, call: Call) -> Any:
    """`id, text`."""
    reviewing.present(tx, call.rules.caseload, call.arguments["id"], call.arguments["text"], call.by, call.now)
    return _shown(tx, call.arguments["id"], call.now)


def confirm(tx: Connection, call: Call) -> Any:
    return _said(tx, call, ReviewConfirmed(text=call.arguments.get("text") or ""))


def contest(tx: Connection, call: Call) -> Any:
    return _said(tx, call, ReviewContested(reason=call.arguments["reason"]))


def _said(tx: Connection, call: Call, event: CaseEvent) -> Any:
    call.rules.caseload.record(tx, call.arguments["id"], event, call.by, call.now, call.now)
    return _shown(tx, call.arguments["id"], call.now)


COMMANDS: Mapping[str, Command] = {
    "review.why": why,
    "review.action": action,
    "review.present": present,
    "review.confirm": confirm,
    "review.contest": contest,
}
