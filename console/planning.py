"""Planned work is written down at the desk: on what, when, and what happens meanwhile."""

from collections.abc import Mapping

from aiohttp import web
from typing_extensions import override

from config.agreement import Category
from config.language import choose
from console.form import Form, written
from console.formpage import FormPage
from console.settled import CALLS, COUNTS, OPENS, SHOWN
from console.settling import DESK
from console.visit import Visit
from sla.exclusions import Exclusions
from sla.proposal import Proposed

PLANNING = f"{DESK}/new"
ON = "on-"
"""How the name of a component's field begins."""
SWITCHES: Mapping[str, str] = {"open": OPENS, "page": CALLS, "count": COUNTS, "publish": SHOWN}
"""Field -> what it says when it is on."""
_LEFT_ALONE = {"publish": "yes"}


class PlanningPage(FormPage):
    """A proposal like any other: a second person approves it, and notice is given."""

    @override
    async def show(self, visit: Visit) -> web.Response:
        return await self._page(visit, Form(_LEFT_ALONE, visit.voice))

    async def act(self, visit: Visit) -> web.Response:
        form, voice = Form(visit.typed, visit.voice), visit.voice
        components = tuple(one for one in visit.config.components if form.get(f"{ON}{one}"))
        if not components:
            form.errors["components"] = voice.t("Choose what is worked on.")
        start = form.coming("start", voice.t("Write when the work begins."))
        end = form.coming("end", voice.t("Write when the work ends."))
        plan = Proposed(
            components=components,
            category=Category.MAINTENANCE,
            start=start,
            end=end,
            timezone=voice.zone,
            text=form.text("text", voice.t("Write what is done; the customer reads it.")),
            page=bool(form.get("page")),
            open=bool(form.get("open")),
            count=bool(form.get("count")),
            publish=bool(form.get("publish")),
        )
        exclusions, by = Exclusions(visit.config), visit.user.speaks_as
        return await self._carry_out(
            visit, form, lambda tx: exclusions.propose(tx, plan, by, visit.now), lambda _: DESK
        )

    @override
    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        return visit.page(
            "planning.html",
            status=status,
            form=form,
            components={f"{ON}{id}": choose(one.name, visit.language) for id, one in visit.config.components.items()},
            switches={name: visit.voice.t(text) for name, text in SWITCHES.items()},
            example=written(visit.now, visit.voice.zone),
        )
