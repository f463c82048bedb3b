"""A report as a page or on paper, on the desk and in the room."""

import asyncio
from urllib.parse import quote

from aiohttp import web

from console.rules import Rules
from console.visit import Visit
from sla.format import Unwritable
from sla.paper.web import Back
from sla.report import Paper


class PapersPage:
    """`?format=pdf`; without it a page."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def desk(self, visit: Visit) -> web.Response:
        """Drafts too."""
        found = await self._paper(visit, visit.request.query.get("customer"))
        back = Back(href="/desk", text=visit.voice.t("Back to the desk"))
        return visit.not_found() if found is None else await self._sent(visit, found, back)

    async def room(self, visit: Visit) -> web.Response:
        """What was issued to this customer, and the forms of his own cases."""
        customer = visit.request.match_info["customer"]
        found = await self._paper(visit, customer)
        if found is None or found.frame.customer != customer or (found.report.draft and found.frame.issue is None):
            return visit.not_found()
        back = Back(href=f"/room/{quote(customer)}", text=visit.voice.t("Back to the room"))
        return await self._sent(visit, found, back)

    async def _paper(self, visit: Visit, customer: str | None) -> Paper | None:
        reports, asked = self._rules.reports, visit.request.match_info
        if reports is None:
            return None
        port = reports
        return await self._rules.database.read(
            lambda tx: port.paper(tx, asked["kind"], asked["subject"], customer, visit.now)
        )

    async def _sent(self, visit: Visit, paper: Paper, back: Back) -> web.Response:
        reports, voice = self._rules.reports, visit.voice
        assert reports is not None
        try:
            form = visit.request.query.get("format", "html")
            file = await asyncio.to_thread(reports.file, paper, form, visit.language, back)
        except LookupError:
            return visit.not_found()
        except Unwritable as error:
            return visit.error(503, voice.t("This paper cannot be made here"), str(error))
        kind, _, charset = file.content_type.partition("; charset=")
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(file.name)}",
        }
        return web.Response(body=file.body, content_type=kind, charset=charset or None, headers=headers)
