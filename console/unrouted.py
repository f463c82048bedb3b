"""Alerts that name no component of ours, and what to write so that they do; mails that became no case, and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from console import words
from console.rules import Rules
from console.user import Access, allowed
from console.visit import Visit
from console.voice import Voice
from incidents.intake import Entrance
from incidents.routing import UNROUTED, component_of, line
from incidents.store import alert, mail
from incidents.store.alert import Alert
from incidents.store.inbox import Post

UNROUTED_PAGE = "/desk/unrouted"
LIMIT = 200

Entrances = Callable[[], Mapping[str, Entrance]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`write`: a line of YAML; empty for a source that is not configured any more."""

    summary: str
    source: str
    labels: Sequence[tuple[str, str]]
    last: str
    count: int
    fires: bool
    write: str | None
    component: str
    """What it names by now; empty for a source that is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`case`: the one that lacks something of it; `report`: where a person records what it says."""

    sender: str
    subject: str
    text: str
    customer: str
    why: str
    detail: str
    received: str
    case: str
    report: str


class UnroutedPage:
    """Read-only: what mends it stands in the configuration."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        found = await self._rules.database.read(lambda tx: alert.newest_on(tx, UNROUTED, LIMIT))
        letters = await self._rules.database.read(lambda tx: mail.aside(tx, LIMIT))
        entrances = self._rules.entrances()
        rows = [_row(one, entrances.get(one.source), visit.voice) for one in found]
        may_open = allowed(visit.user, Access.CASES)
        return visit.page(
            "unrouted.html",
            rows=rows,
            letters=[_letter(one, visit.voice, may_open=may_open) for one in letters],
            limit=LIMIT,
        )


def _row(one: Alert, entrance: Entrance | None, voice: Voice) -> Row:
    known = list(voice.config.components)
    return Row(
        summary=one.summary,
        source=one.source,
        labels=list(one.labels.items()),
        last=voice.clock(one.last_received_at),
        count=one.count,
        fires=one.status == alert.FIRING,
        write=None if entrance is None else line(one.source, one.labels, entrance.options, known),
        component="" if entrance is None else voice.component(component_of(one.labels, entrance.options, known)),
    )


def _letter(one: Post, voice: Voice, *, may_open: bool) -> Letter:
    customer, said = mail.customer_of(one.source), one.envelope.get("headers", {})
    why, _, detail = (one.outcome or "").partition(": ")
    name, sender = said.get("name", ""), said.get("from", "")
    known = customer in voice.config.customers
    return Letter(
        sender=f"{name} <{sender}>" if name and sender else sender or name or voice.t("nobody"),
        subject=said.get("subject", ""),
        text=said.get("text", ""),
        customer=voice.customer(customer) if known else customer,
        why=voice.t(words.UNFILED.get(why, why)),
        detail=detail,
        received=voice.clock(one.received_at),
        case=said.get("case", ""),
        report=f"/desk/cases/new?customer={customer}" if may_open and known else "",
    )
