"""What a person can have done from the command line: one function a command, in one transaction, JSON in and out.

The same functions run inside the server (over its Unix socket) and, when none runs, in the command's own process.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection

from config.agreement import CaseKind
from config.identity import REFUSAL, resident_number
from config.level import STOPS
from config.node import ConfigError
from console import store as users
from console import user
from db.personal import mentions
from incidents.attaching import attach
from incidents.attachment import attachment
from incidents.case import (
    CONFIRM,
    RESOLVE,
    BeyondAbility,
    CaseEvent,
    CaseNoted,
    CaseResolved,
    Confirmed,
    Contested,
    Fulfilled,
    HandedOver,
    LevelChanged,
    LevelConfirmed,
    LevelContested,
    Rated,
    RatingFollowed,
    Resumed,
    Taken,
    UnderTest,
    Waiting,
)
from incidents.caseload import NoSuchCase
from incidents.decide import Refused
from incidents.scope import Scope, Urgency
from incidents.service import NotFound
from incidents.silence import matchers
from sla.contract import Refused as NotAgreed
from sla.parties import NoStatement
from sla.sealing import NotSealed
from sla.word import Refused as NotSettled
from upheld import holds, privacy
from upheld.agreements import COMMANDS as AGREEMENTS
from upheld.call import Call as Call
from upheld.call import Command
from upheld.drills import COMMANDS as DRILLS
from upheld.entering import COMMANDS as ENTERING
from upheld.findings import COMMANDS as FINDINGS
from upheld.issuance import COMMANDS as STATEMENTS
from upheld.obligations import COMMANDS as OBLIGATIONS
from upheld.oncall import COMMANDS as ONCALL
from upheld.posts import COMMANDS as POSTS
from upheld.proving import COMMANDS as PROVING
from upheld.reports.commands import COMMANDS as REPORTS
from upheld.reports.making import NoReport
from upheld.reviews import COMMANDS as REVIEWS
from upheld.samples import COMMANDS as SAMPLES
from upheld.settling import COMMANDS as SETTLING
from upheld.shown import case_json, incident_json
from upheld.silences import COMMANDS as SILENCES
from upheld.statements import Altered
from upheld.stops import COMMANDS as STOPS_OF_CLOCKS
from upheld.tokens.commands import COMMANDS as TOKENS
from upheld.tokens.token import Refused as NoToken

REFUSALS = (
    Refused,
    NotFound,
    NoSuchCase,
    user.Refused,
    NotAgreed,
    NotSettled,
    NoStatement,
    NotSealed,
    Altered,
    NoReport,
    ConfigError,
    holds.NoHold,
    privacy.Kept,
    NoToken,
)
"""What a person did wrong; everything else is our fault."""


def acknowledge(tx: Connection, call: Call) -> Any:
    id, over = call.arguments["id"], bool(call.arguments.get("over"))
    incident = call.rules.incidents.acknowledge(tx, id, call.by, call.now, "command", over=over)
    return incident_json(tx, incident)


def resolve(tx: Connection, call: Call) -> Any:
    reason = call.arguments.get("reason") or ""
    return incident_json(tx, call.rules.incidents.resolve(tx, call.arguments["id"], call.by, reason, call.now))


def escalate(tx: Connection, call: Call) -> Any:
    return incident_json(tx, call.rules.incidents.escalate(tx, call.arguments["id"], call.by, call.now))


def snooze(tx: Connection, call: Call) -> Any:
    id, until, reason = (call.arguments[name] for name in ("id", "until", "reason"))
    return incident_json(tx, call.rules.incidents.snooze(tx, id, until, call.by, reason, call.now))


def severity(tx: Connection, call: Call) -> Any:
    id, value, reason = (call.arguments[name] for name in ("id", "severity", "reason"))
    return incident_json(tx, call.rules.incidents.reclassify(tx, id, value, call.by, reason, call.now))


def merge(tx: Connection, call: Call) -> Any:
    id, into, reason = (call.arguments[name] for name in ("id", "into", "reason"))
    return incident_json(tx, call.rules.incidents.merge(tx, id, into, call.by, reason.strip(), call.now))


def split(tx: Connection, call: Call) -> Any:
    id, reason = call.arguments["id"], call.arguments["reason"].strip()
    numbers, match = call.arguments.get("alerts") or (), matchers(call.arguments.get("match") or ())
    incidents = call.rules.incidents
    if numbers or match:
        return incident_json(tx, incidents.split_out(tx, id, numbers, match, call.by, reason, call.now))
    return incident_json(tx, incidents.split(tx, id, call.by, reason, call.now))


def note(tx: Connection, call: Call) -> Any:
    text = call.arguments["text"]
    return incident_json(tx, call.rules.incidents.note(tx, call.arguments["id"], call.by, text, call.now))


def case_open(tx: Connection, call: Call) -> Any:
    given = call.arguments
    case = call.rules.caseload.open_by_person(
        tx,
        customer=given["customer"],
        kind=CaseKind(given["kind"]),
        title=given["title"],
        by=call.by,
        reported_at=given["reported_at"] if given.get("reported_at") is not None else call.now,
        now=call.now,
        level=given.get("level"),
        scope=None if given.get("scope") is None else Scope(given["scope"]),
        urgency=None if given.get("urgency") is None else Urgency(given["urgency"]),
        component=given.get("component"),
        caller=given.get("caller"),
    )
    return case_json(case, call.rules.caseload.clocks(case, call.now))


def _fulfilled(name: str, text: str) -> CaseEvent:
    return Fulfilled(commitment=name, how=text)


CASE_EVENTS: Mapping[str, Callable[[str], CaseEvent]] = {
    "note": lambda text: CaseNoted(text=text),
    **{name: partial(_fulfilled, name) for name in STOPS if name not in (RESOLVE, CONFIRM)},
    "respond": lambda text: Fulfilled(commitment="respond", how=text or "told by a person"),
    "accept": lambda text: Fulfilled(commitment="accept", how=text or "accepted"),
    "beyond": lambda text: BeyondAbility(reason=text),
    "testing": lambda text: UnderTest(plan=text),
    "waiting": lambda text: Waiting(awaited=text),
    "resumed": lambda text: Resumed(),
    "resolved": lambda text: CaseResolved(how=text),
    "confirmed": lambda text: Confirmed(text=text),
    "contested": lambda text: Contested(reason=text),
}


def case_event(tx: Connection, call: Call) -> Any:
    """`id, what`; `text`, or `reason` where it is one."""
    given = call.arguments
    happened_at = given["happened_at"] if given.get("happened_at") is not None else call.now
    event = CASE_EVENTS[given["what"]](given.get("text") or given.get("reason") or "")
    case = call.rules.caseload.record(tx, given["id"], event, call.by, happened_at, call.now)
    return case_json(case, call.rules.caseload.clocks(case, call.now))


def case_take(tx: Connection, call: Call) -> Any:
    """By whoever says it, unless another person is named."""
    person = call.arguments.get("person") or call.by.partition(":")[2]
    return _said(tx, call, Taken(person=person))


def case_hand_over(tx: Connection, call: Call) -> Any:
    return _said(tx, call, HandedOver(to=call.arguments["to"], next_action=call.arguments["next"]))


def case_attach(tx: Connection, call: Call) -> Any:
    """`id, name, body` in base64."""
    given = call.arguments
    file = attachment(given["name"], b64decode(given["body"]))
    attach(tx, call.rules.caseload, given["id"], file, call.by, call.now)
    return {"id": given["id"], "name": file.name, "media_type": file.media_type, "sha256": file.sha256}


def case_level(tx: Connection, call: Call) -> Any:
    return _said(tx, call, LevelChanged(level=call.arguments["level"], reason=call.arguments["reason"]))


def case_confirm_level(tx: Connection, call: Call) -> Any:
    return _said(tx, call, LevelConfirmed(text=call.arguments["text"]))


def case_contest_level(tx: Connection, call: Call) -> Any:
    return _said(tx, call, LevelContested(reason=call.arguments["reason"]))


def case_rate(tx: Connection, call: Call) -> Any:
    event = Rated(scores=call.arguments["scores"], comment=call.arguments.get("comment") or "")
    return _said(tx, call, event)


def case_follow_up(tx: Connection, call: Call) -> Any:
    return _said(tx, call, RatingFollowed(cause=call.arguments["cause"], measure=call.arguments["measure"]))


def _said(tx: Connection, call: Call, event: CaseEvent) -> Any:
    """Now, of the case `id`."""
    case = call.rules.caseload.record(tx, call.arguments["id"], event, call.by, call.now, call.now)
    return case_json(case, call.rules.caseload.clocks(case, call.now))


def user_add(tx: Connection, call: Call) -> Any:
    given = call.arguments
    made = users.add_user(
        tx,
        name=given["name"],
        password_hash=given["password_hash"],
        role=given["role"],
        customer=given.get("customer"),
        person=given.get("person"),
        now=call.now,
    )
    return {"user": made.name, "role": made.role.value, "customer": made.customer}


def user_password(tx: Connection, call: Call) -> Any:
    users.set_password(tx, call.arguments["name"], call.arguments["password_hash"])
    return {"user": call.arguments["name"]}


def user_role(tx: Connection, call: Call) -> Any:
    given = call.arguments
    changed = users.set_role(tx, given["name"], given["role"], given.get("customer"))
    return {"user": changed.name, "role": changed.role.value, "customer": changed.customer}


AGREEMENT = "agreement."
"""How the commands begin after which other terms hold."""


def _without_identity_numbers(command: Command) -> Command:
    """Whatever a person writes, in any command."""

    def guarded(tx: Connection, call: Call) -> Any:
        if mentions(dict(call.arguments), resident_number):
            raise Refused(REFUSAL)
        return command(tx, call)

    return guarded


_COMMANDS: Mapping[str, Command] = {
    **{f"{AGREEMENT}{name}": command for name, command in AGREEMENTS.items()},
    **SETTLING,
    **STATEMENTS,
    **OBLIGATIONS,
    **REVIEWS,
    **STOPS_OF_CLOCKS,
    **SAMPLES,
    **FINDINGS,
    **DRILLS,
    **ENTERING,
    **ONCALL,
    **SILENCES,
    **holds.COMMANDS,
    **REPORTS,
    **privacy.COMMANDS,
    **TOKENS,
    **PROVING,
    **POSTS,
    "incident.ack": acknowledge,
    "incident.resolve": resolve,
    "incident.note": note,
    "incident.escalate": escalate,
    "incident.severity": severity,
    "incident.snooze": snooze,
    "incident.merge": merge,
    "incident.split": split,
    "case.open": case_open,
    "case.event": case_event,
    "case.take": case_take,
    "case.hand-over": case_hand_over,
    "case.attach": case_attach,
    "case.level": case_level,
    "case.confirm-level": case_confirm_level,
    "case.contest-level": case_contest_level,
    "case.rate": case_rate,
    "case.follow-up": case_follow_up,
    "user.add": user_add,
    "user.password": user_password,
    "user.role": user_role,
}
COMMANDS: Mapping[str, Command] = {name: _without_identity_numbers(command) for name, command in _COMMANDS.items()}
