"""What links about shifts lead to, without an account: a person's calendar, and the question of a change of shifts."""

from aiohttp import web
from sqlalchemy import Connection

from config.language import CHINESE
from console.form import Form
from console.rules import Rules
from console.visit import Visit
from incidents import dutycalendar, offering, rostering
from incidents.decide import Refused
from incidents.offer import Offer, read
from incidents.oncall import Roster
from incidents.store import duty


class DutyPage:
    """GET of a question shows and never changes anything, because scanners of mail open links. The form needs no token
    of its own: nothing but the signed address lets it act (ADR 0136)."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def calendar(self, visit: Visit) -> web.Response:
        """For a calendar program; whoever has the address reads when its person is on call, and nothing else."""
        links, config = self._rules.incidents().links, visit.config
        id, given = dutycalendar.person_of(links, visit.request.match_info["token"]) or ("", 0)
        person = config.people.get(id)
        if person is None:
            return visit.not_found()
        window = dutycalendar.window(visit.now)

        def read(tx: Connection) -> tuple[int, Roster]:
            return duty.renewed(tx, id), rostering.roster_of(tx, config, *window)

        renewed, roster = await self._rules.database.read(read)
        if given != renewed:
            return visit.not_found()
        language: str = person.language or next((one for one in config.site.languages), CHINESE)
        found = dutycalendar.duties(roster, person.id, window)
        text = dutycalendar.text_of(found, person.id, links, language, visit.now)
        return web.Response(text=text, content_type="text/calendar", charset="utf-8", headers=_KEPT_BRIEFLY)

    async def show(self, visit: Visit) -> web.Response:
        offer = self._offer(visit)
        return visit.not_found() if offer is None else self._page(visit, offer, Form({}, visit.voice))

    async def accept(self, visit: Visit) -> web.Response:
        offer, config, now = self._offer(visit), visit.config, visit.now
        if offer is None:
            return visit.not_found()
        form = Form(visit.typed, visit.voice)
        try:
            await self._rules.database.write(lambda tx: offering.accept(tx, config, offer, now))
        except Refused as error:
            form.errors[""] = visit.voice.refusal(error)
            return self._page(visit, offer, form, status=409)
        return visit.page("answered.html", heading=visit.voice.t("The shifts are changed"), rate=None)

    def _offer(self, visit: Visit) -> Offer | None:
        return read(self._rules.incidents().links, visit.request.match_info["token"])

    def _page(self, visit: Visit, offer: Offer, form: Form, status: int = 200) -> web.Response:
        voice = visit.voice
        if visit.now >= offer.expires_at and status == 200:
            text = voice.t("It was valid for some days only. Nothing was changed.")
            return visit.error(410, voice.t("This link does nothing any more"), text)
        first, second = ([voice.clock(at, seconds=False) for at in shift] for shift in offer.theirs)
        return visit.page(
            "swap.html",
            status=status,
            form=form,
            rota=offer.rota,
            person=voice.person(offer.person),
            other=voice.person(offer.other),
            shifts=((voice.person(offer.other), *first), (voice.person(offer.person), *second)),
            reason=offer.reason,
        )


_KEPT_BRIEFLY = {"Cache-Control": "private, max-age=900"}
