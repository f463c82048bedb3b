"""The receipt of a report: its number, when it was made, and until when what is owed, as the customer keeps it."""

from dataclasses import replace

from aiohttp import web

from config.language import choose
from console import reading
from console.listing import case_row
from console.rules import Rules
from console.visit import Visit


class ReceiptPage:
    """The room's own; the same receipt goes out by mail."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        caseload, place = self._rules.caseload(), visit.request.match_info
        facts = await self._rules.database.read(lambda tx: reading.case(tx, caseload, place["id"], visit.now))
        known = visit.config.customers.get(place["customer"])
        if facts is None or known is None or facts.standing.case.customer != place["customer"]:
            return visit.not_found()
        voice, case = replace(visit.voice, people=facts.people), facts.standing.case
        mailed = [choose(one.name, visit.language) for one in known.contacts if one.email]
        return visit.page(
            "receipt.html",
            voice=voice,
            case=case_row(facts.standing, voice),
            caller=case.caller,
            reported=voice.clock(case.reported_at),
            recorded=voice.clock(case.opened_at),
            mailed=voice.listed(mailed) if mailed else "",
            room=f"/room/{place['customer']}",
        )
