"""What the link to countersign leads to: the statement's number, verdict and hash, and one button. ADR 0112.

GET shows and never signs, because scanners of mail open links; who says nothing has not signed.
"""

from aiohttp import web

from config.language import choose
from console.form import Form
from console.issued import ToSign
from console.rules import Rules
from console.signature import Asked, read
from console.visit import Visit
from sla.page import Page
from sla.sealing import NotSealed


class CountersigningPage:
    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        asked, found = await self._find(visit)
        if asked is None or found is None:
            return visit.not_found()
        return self._over(visit, asked, found) or self._page(visit, asked, found, Form({}, visit.voice))

    async def sign(self, visit: Visit) -> web.Response:
        """By the button alone."""
        asked, found = await self._find(visit)
        statements = self._rules.statements
        if asked is None or found is None or statements is None:
            return visit.not_found()
        form, voice = Form(visit.typed, visit.voice), visit.voice
        if form.get("act") != "countersign":
            form.errors[""] = voice.t("Choose one of the buttons of the page.")
            return self._over(visit, asked, found) or self._page(visit, asked, found, form, status=422)
        try:
            await self._rules.database.write(lambda tx: statements.countersign_by_link(tx, asked, visit.now))
        except NotSealed:
            _, found = await self._find(visit)
            return (found and self._over(visit, asked, found)) or visit.not_found()
        return visit.page("answered.html", heading=voice.t("You have countersigned the statement"), rate=None)

    async def _find(self, visit: Visit) -> tuple[Asked | None, ToSign | None]:
        statements = self._rules.statements
        asked = read(self._rules.incidents().links, visit.request.match_info["token"])
        if asked is None or statements is None:
            return None, None
        return asked, await self._rules.database.read(lambda tx: statements.to_sign(tx, asked))

    def _over(self, visit: Visit, asked: Asked, found: ToSign) -> web.Response | None:
        why = found.over(asked, visit.now)
        if why is None:
            return None
        return visit.error(410, visit.voice.t("This link does nothing any more"), visit.voice.t(why))

    def _page(self, visit: Visit, asked: Asked, found: ToSign, form: Form, status: int = 200) -> web.Response:
        page, signer = Page(found.statement, visit.language), found.signer
        assert signer is not None, "shown only while the link holds"
        return visit.page(
            "countersign.html",
            status=status,
            form=form,
            number=page.number,
            period=page.period,
            customer=page.text(found.statement.customer_name),
            summary=page.summary(),
            sha256=asked.record_sha256,
            signer=choose(signer.name, visit.language),
            until=visit.voice.clock(asked.expires_at, seconds=False),
        )
