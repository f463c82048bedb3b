"""The case library: what was written of every case, found again by its words."""

from aiohttp import web

from console.form import Form
from console.listing import named
from console.rules import Rules
from console.visit import Visit
from incidents.library import LISTED, Where
from incidents.recalling import searched

LIBRARY = "/desk/library"

PLACES = {
    Where.TITLE: "Title",
    Where.COMPONENT: "Component",
    Where.CAUSE: "Cause",
    Where.HELPED: "What helped",
    Where.WHY: "Why",
    Where.ACTION: "Corrective action",
    Where.REVIEW: "Review",
}


class LibraryPage:
    """Read-only; what is looked for stands in the address."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        voice, form = visit.voice, Form(visit.request.query, visit.voice)
        text = form.get("q")
        found = await self._rules.database.read(lambda tx: searched(tx, visit.config, text, None, visit.now))
        return visit.page(
            "library.html",
            form=form,
            asked=bool(text),
            limit=LISTED,
            found=[
                (
                    one.entry.case,
                    named(one.entry.case, voice),
                    voice.customer(one.entry.case.customer),
                    [(voice.t(PLACES[each.where]), each.text) for each in one.passages],
                )
                for one in found
            ],
        )
