"""Alerts that name no component of ours, and what to write so that they do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from console.rules import Rules
from console.visit import Visit
from console.voice import Voice
from incidents.intake import Entrance
from incidents.routing import UNROUTED, line
from incidents.store import alert
from incidents.store.alert import Alert

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
    write: str


class UnroutedPage:
    """Read-only: what mends it stands in the configuration."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        found = await self._rules.database.read(lambda tx: alert.newest_on(tx, UNROUTED, LIMIT))
        entrances = self._rules.entrances()
        rows = [_row(one, entrances.get(one.source), visit.voice) for one in found]
        return visit.page("unrouted.html", rows=rows, limit=LIMIT)


def _row(one: Alert, entrance: Entrance | None, voice: Voice) -> Row:
    known = list(voice.config.components)
    return Row(
        summary=one.summary,
        source=one.source,
        labels=list(one.labels.items()),
        last=voice.clock(one.last_received_at),
        count=one.count,
        fires=one.status == alert.FIRING,
        write="" if entrance is None else line(one.source, one.labels, entrance.options, known),
    )
