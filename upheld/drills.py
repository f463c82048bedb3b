"""Drills: the command that begins one, and how each went as JSON. It ends as an incident does, with a result."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from incidents.drill import drilled
from incidents.drilling import Report, reports
from sla.cases import seconds
from upheld.call import Call, Command
from upheld.shown import at, incident_json


def drills_json(tx: Connection) -> list[dict[str, Any]]:
    """Newest first."""
    return [_shown(one) for one in reports(tx)]


def _shown(one: Report) -> dict[str, Any]:
    incident = one.incident
    return {
        "id": incident.id,
        "component": drilled(incident.component),
        "state": incident.progress.value,
        "severity": incident.severity,
        "opened_at": at(incident.opened_at),
        "resolved_at": at(incident.resolved_at),
        "called": list(one.called),
        "answered_by": one.answered_by,
        "answered_after_s": None if one.answered_after is None else seconds(one.answered_after),
        "result": one.result,
    }


def start(tx: Connection, call: Call) -> Any:
    """`component`; `severity` where it is not the component's usual one."""
    given = call.arguments
    made = call.rules.incidents.drill(tx, given["component"], given.get("severity"), call.by, call.now)
    return incident_json(tx, made)


COMMANDS: Mapping[str, Command] = {"drill.start": start}
