"""The case library: what was written of every case, found again by its words."""

from aiohttp import web
from sqlalchemy import Connection

from console.form import Form
from console.listing import named
from console.rules import Rules
from console.visit import Visit
from incidents.library import LISTED, Found, Where
from incidents.recalling import leafed, searched

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
    """Read-only; what is looked for stands in the address. Without words the newest cases are leafed through."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        voice, form = visit.voice, Form(visit.request.query, visit.voice)
        text, before = form.get("q"), form.get("before") or None

        def read(tx: Connection) -> tuple[list[Found], bool]:
            if text:
                return searched(tx, visit.config, text, None, visit.now), False
            return leafed(tx, visit.config, before, visit.now)

        found, more = await self._rules.database.read(read)
        return visit.page(
            "library.html",
            form=form,
            asked=bool(text),
            limit=LISTED,
            later=bool(before) and not text,
            older=found[-1].entry.case.id if more else "",
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
