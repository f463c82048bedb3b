"""The port through which reports come to the desk and the room, and the rows of those that are owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from sqlalchemy import Connection

from config.instant import Instant
from console.issued import File
from console.voice import Voice
from sla.duereport import DueReport
from sla.report import Paper

SHOWN = 10
"""So many of the reports owed stand on the desk; the command lists all."""
_KINDS = {
    "incident": "Incident report",
    "completion": "Completion report",
    "quarterly": "Quarterly analysis",
    "inspection": "Inspection report",
}


class Reports(Protocol):
    """What the roof makes of stored facts."""

    def due(self, tx: Connection, now: Instant) -> Sequence[DueReport]:
        """Not issued yet, the nearest first."""

    def paper(self, tx: Connection, kind: str, subject: str, customer: str | None, now: Instant) -> Paper | None:
        """None: there is nothing to report on."""

    def file(self, paper: Paper, form: str, language: str) -> File:
        """It may take long. Raises LookupError for a form there is not, `sla.format.Unwritable`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    name: str
    customer: str
    subject: str
    due: str
    over: bool
    href: str


def due_rows(owed: Sequence[DueReport], voice: Voice) -> list[DueRow]:
    return [
        DueRow(
            name=voice.t(_KINDS[one.kind]),
            customer=voice.customer(one.customer),
            subject=one.subject,
            due=voice.t("no date agreed") if one.due_at is None else voice.clock(one.due_at),
            over=one.due_at is not None and one.due_at < voice.now,
            href=f"/desk/reports/{one.kind}/{quote(one.subject)}?customer={quote(one.customer)}",
        )
        for one in owed[:SHOWN]
    ]
