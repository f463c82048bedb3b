"""Whether what waits in the outbox is still to be sent."""

from sqlalchemy import Connection

from incidents.incident import Progress
from incidents.paging import MERGED
from incidents.store import case as cases
from incidents.store import incident as incidents
from notify.message import Notification, Purpose

TAKEN = "somebody has the case"
_ALTHOUGH = frozenset(("incident.severity_raised", "incident.reminder", "incident.kept_informed"))
"""Pages that are wanted although somebody has acknowledged."""


def still_wanted(tx: Connection, told: Notification) -> str | None:
    """Why nobody needs it any more: a page for what is acknowledged, merged or resolved, or for a case that somebody
    has; None when it is to be sent."""
    if told.purpose is not Purpose.PAGE:
        return None
    if told.incident is None:
        case = cases.find(tx, told.case or "")
        return TAKEN if case is not None and case.responsible is not None else None
    progress = incidents.progress_of(tx, told.incident)
    if progress is None or progress is Progress.TRIGGERED:
        return None
    if progress is Progress.RESOLVED:
        return "the incident is resolved"
    if progress is Progress.MERGED:
        return MERGED
    return None if told.message.facts.get("event") in _ALTHOUGH else "the incident is acknowledged"
