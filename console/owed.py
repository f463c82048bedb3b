"""The port through which reports come to the desk and the room, and the rows of those that are owed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from sqlalchemy import Connection

from config.instant import Instant
from console.issued import File
from console.voice import Voice
from sla.letter import step_text
from sla.paper.web import Back
from sla.report import Paper
from sla.reporting import Owed, State, next_step

SHOWN = 10
"""So many of the reports owed stand on the desk; the command lists all."""
KINDS = {
    "incident": "Incident report",
    "completion": "Completion report",
    "quarterly": "Quarterly analysis",
    "inspection": "Inspection report",
}


_STATES = {State.DUE: "not issued", State.ISSUED: "issued, not delivered", State.DELIVERED: "delivered"}


class NotWritten(Exception):
    """The text says why."""


class Reports(Protocol):
    """What the roof makes of stored facts."""

    def due(self, tx: Connection, now: Instant) -> Sequence[Owed]:
        """Not delivered yet, or only lately; the nearest first."""

    def paper(self, tx: Connection, kind: str, subject: str, customer: str | None, now: Instant) -> Paper | None:
        """None: there is nothing to report on."""

    def write(
        self, tx: Connection, kind: str, subject: str, customer: str, words: Mapping[str, str], by: str, now: Instant
    ) -> None:
        """What no stored fact says; the report goes out once nothing is missing. Raises NotWritten."""

    def file(self, paper: Paper, form: str, language: str, back: Back) -> File:
        """A page leads back. It may take long. Raises LookupError for a form there is not, `sla.format.Unwritable`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    name: str
    customer: str
    subject: str
    due: str
    over: bool
    state: str
    step: str
    href: str
    words: str
    """Where what is missing is written; empty where nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRow:
    name: str
    subject: str
    href: str


def sent_rows(delivered: Collection[tuple[str, str, str]], voice: Voice) -> list[SentRow]:
    """What a customer was sent, for his room: (customer, kind, subject), the newest of each kind first."""
    newest = sorted(delivered, key=lambda one: one[2], reverse=True)
    return [
        SentRow(name=voice.t(KINDS[kind]), subject=subject, href=f"/room/{quote(of)}/reports/{kind}/{quote(subject)}")
        for of, kind, subject in newest
        if kind in KINDS
    ]


def due_rows(owed: Sequence[Owed], voice: Voice) -> list[DueRow]:
    return [_row(one, voice) for one in owed[:SHOWN]]


def _row(one: Owed, voice: Voice) -> DueRow:
    of, step = one.report, next_step(one)
    path, whose = f"/desk/reports/{of.kind}/{quote(of.subject)}", f"?customer={quote(of.customer)}"
    state = voice.t(_STATES[one.state])
    at = one.standing.delivered_at
    return DueRow(
        name=voice.t(KINDS[of.kind]),
        customer=voice.customer(of.customer),
        subject=of.subject,
        due=voice.t("no date agreed") if of.due_at is None else voice.clock(of.due_at),
        over=one.over(voice.now),
        state=state if at is None else f"{state} {voice.clock(at)}",
        step="" if step is None else step_text(step, voice.language),
        href=f"{path}{whose}",
        words=f"{path}/words{whose}" if one.missing else "",
    )
