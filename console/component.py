"""One component's time line: how it was measured, its incidents, and what was changed on it."""

from aiohttp import web
from sqlalchemy import Connection

from config.instant import DAY
from config.look.state import Shown, word
from console import timeline
from console.listing import incident_row
from console.rules import Rules
from console.store import transitions_between
from console.visit import Visit
from incidents.incident import Incident
from incidents.store import change, incident, transition
from incidents.store.change import Changed
from incidents.store.transition import Transition

DAYS = 14


class ComponentPage:
    """Read-only."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        id, voice = visit.request.match_info["id"], visit.voice
        if id not in voice.config.components:
            return visit.not_found()
        since = visit.now - DAYS * DAY

        def read(tx: Connection) -> tuple[Transition | None, list[Transition], list[Changed], list[Incident]]:
            around = transitions_between(tx, id, since, visit.now + 1)
            changes = change.between(tx, id, since, visit.now + 1)
            return transition.newest(tx, id), around, changes, incident.latest_of(tx, id, since)

        newest, around, changes, incidents = await self._rules.database.read(read)
        state = Shown.UNKNOWN if newest is None else Shown(newest.state.value)
        return visit.page(
            "component.html",
            name=voice.component(id),
            days=DAYS,
            state=state.value,
            state_word=word(state, voice.language),
            incidents=[incident_row(one, (), voice) for one in incidents],
            rows=timeline.newest_first(timeline.measured_rows(around, voice), timeline.change_rows(changes, voice)),
        )
