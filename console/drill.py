"""Drills at the desk: begin one, and how each went. It ends on its own page, with a result."""

from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy import Connection
from typing_extensions import override

from config.language import choose
from console.form import Form
from console.formpage import FormPage
from console.reading import people_of
from console.user import Access, allowed
from console.visit import Visit
from console.voice import Voice
from incidents.drill import drilled
from incidents.drilling import Report, reports

DRILLS = "/desk/drills"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRow:
    id: str
    name: str
    began: str
    called: str
    answered: str
    result: str
    over: bool


class DrillPage(FormPage):
    """See the module."""

    async def act(self, visit: Visit) -> web.Response:
        form = Form(visit.typed, visit.voice)
        component = form.one_of("component", _components(visit), visit.voice.t("Choose a component."))
        incidents, by = self._rules.incidents(), visit.user.by
        return await self._carry_out(
            visit,
            form,
            lambda tx: incidents.drill(tx, component, None, by, visit.now),
            lambda made: f"/desk/incidents/{made.id}",
        )

    @override
    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        def read(tx: Connection) -> tuple[list[Report], dict[str, str | None]]:
            return reports(tx), people_of(tx)

        found, people = await self._rules.database.read(read)
        voice = replace(visit.voice, people=people)
        return visit.page(
            "drills.html",
            status=status,
            voice=voice,
            form=form,
            rows=[_row(one, voice) for one in found],
            components=_components(visit),
            may_act=allowed(visit.user, Access.INCIDENTS),
        )


def _components(visit: Visit) -> dict[str, str]:
    return {id: choose(one.name, visit.language) for id, one in visit.config.components.items()}


def _row(one: Report, voice: Voice) -> DrillRow:
    answered = voice.t("nobody answered")
    if one.answered_after is not None:
        length = voice.length(one.answered_after)
        answered = voice.t("{who}, after {length}", who=voice.who(one.answered_by), length=length)
    return DrillRow(
        id=one.incident.id,
        name=voice.component(drilled(one.incident.component)),
        began=voice.clock(one.incident.opened_at, seconds=False),
        called=voice.listed([voice.person(person) for person in one.called]),
        answered=answered,
        result=one.result or "",
        over=one.result is not None,
    )
