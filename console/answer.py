"""What a link in a mail leads to: one question, answered by one button, without an account.

GET shows and never acts, because scanners of mail open links; POST acts. An old link says what became of its matter.
"""

from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection

from console.form import MARKS, Form
from console.listing import scores_of
from console.rules import Rules
from console.visit import Visit
from incidents.case import Case, CaseEvent, CaseProgress, Confirmed, Contested, Rated
from incidents.decide import Refused
from incidents.incident import Incident, Progress
from incidents.link import Act, Link, mark_of
from incidents.service import NotFound
from incidents.store import case as cases
from incidents.store import incident as incidents
from incidents.store.incident import Conflict

CHANNEL = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """The incident or case of a link; neither where there is none any more."""

    incident: Incident | None = None
    case: Case | None = None


class AnswerPage:
    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        link, matter = await self._find(visit)
        over = _over(link, matter, visit)
        if link is None or over is not None:
            return visit.error(410 if link is not None else 404, *(over or _unknown(visit)))
        return self._page(visit, link, matter, Form({}, visit.voice))

    async def act(self, visit: Visit) -> web.Response:
        link, matter = await self._find(visit)
        over = _over(link, matter, visit)
        if link is None or over is not None:
            return visit.error(410 if link is not None else 404, *(over or _unknown(visit)))
        form = Form(visit.typed, visit.voice)
        try:
            done = await self._carry_out(link, matter, form, visit)
        except (Refused, NotFound, Conflict):
            _, matter = await self._find(visit)
            return visit.error(409, *(_over(link, matter, visit) or _unknown(visit)))
        if done is None:
            return self._page(visit, link, matter, form, status=422)
        _, after = await self._find(visit)
        rate = None
        if link.act is Act.CONFIRM and after.case is not None and not after.case.open:
            rate = self._rules.incidents().links.rate(after.case, visit.now)
        return visit.page("answered.html", heading=done, rate=rate)

    async def _find(self, visit: Visit) -> tuple[Link | None, Matter]:
        link = self._rules.incidents().links.read(visit.request.match_info["token"])
        if link is None:
            return None, Matter()

        def find(tx: Connection) -> Matter:
            if link.act is Act.ACKNOWLEDGE:
                return Matter(incident=incidents.find(tx, link.subject))
            return Matter(case=cases.find(tx, link.subject))

        return link, await self._rules.database.read(find)

    async def _carry_out(self, link: Link, matter: Matter, form: Form, visit: Visit) -> str | None:
        """The sentence that says what was done; None when the form has a mistake."""
        voice, now = visit.voice, visit.now
        if link.act is Act.ACKNOWLEDGE:
            rules = self._rules.incidents()
            await self._rules.database.write(lambda tx: rules.acknowledge(tx, link.subject, link.by, now, CHANNEL))
            return voice.t("You have acknowledged it")
        event = _word(link, matter, form, visit)
        if event is None or not form.good:
            return None
        caseload = self._rules.caseload()
        await self._rules.database.write(lambda tx: caseload.record(tx, link.subject, event, link.by, now, now))
        match event:
            case Confirmed():
                return voice.t("You have confirmed the result")
            case Contested():
                return voice.t("You have said what is still wrong; we go on working")
            case _:
                return voice.t("Thank you for your rating")

    def _page(self, visit: Visit, link: Link, matter: Matter, form: Form, status: int = 200) -> web.Response:
        voice, incident, case = visit.voice, matter.incident, matter.case
        component = incident.component if incident is not None else (case.component if case is not None else None)
        title = incident.title if incident is not None else case.title if case is not None else ""
        return visit.page(
            "answer.html",
            status=status,
            form=form,
            act=link.act.value,
            number=link.subject,
            component=voice.component(component) if component else "",
            title=voice.cause(title),
            since=voice.time(incident.started_at) if incident is not None else "",
            taken=voice.who(incident.acknowledged_by) if incident is not None and incident.acknowledged_by else "",
            scores=scores_of(case, voice) if case is not None else {},
            marks=MARKS,
        )


def _word(link: Link, matter: Matter, form: Form, visit: Visit) -> CaseEvent | None:
    voice, case = visit.voice, matter.case
    match link.act, form.get("act"):
        case Act.CONFIRM, "confirm":
            return Confirmed(text=form.get("text"))
        case Act.CONFIRM, "contest":
            missing = voice.t("Write what is still wrong, so that we know where to look.")
            return Contested(reason=form.text("text", missing))
        case Act.RATE, "rate" if case is not None:
            return Rated(scores=form.marks(scores_of(case, voice)), comment=form.get("text"))
        case _:
            form.errors[""] = voice.t("Choose one of the buttons of the page.")
            return None


def _over(link: Link | None, matter: Matter, visit: Visit) -> tuple[str, str] | None:
    """Heading and text where the link does nothing any more; None while it holds."""
    if link is None:
        return None
    voice, incident, case = visit.voice, matter.incident, matter.case
    heading = voice.t("This link does nothing any more")
    if incident is None and case is None:
        return _unknown(visit)
    if visit.now >= link.expires_at:
        return heading, voice.t("It was valid for some days only. Nothing was changed.")
    if incident is not None:
        if incident.progress is Progress.RESOLVED:
            return heading, voice.t("The incident is resolved. Nothing was changed.")
        if incident.cycle != link.mark:
            return heading, voice.t("The incident was opened anew since; use the newest mail. Nothing was changed.")
        if incident.progress is Progress.ACKNOWLEDGED and incident.snoozed_until is None:
            who = voice.who(incident.acknowledged_by or "")
            return heading, voice.t("{who} has acknowledged it already. Nothing was changed.", who=who)
    if case is not None:
        if case.open or mark_of(case) != link.mark:
            return heading, voice.t("The case is being worked on again; use the newest mail. Nothing was changed.")
        if link.act is Act.CONFIRM and case.progress is CaseProgress.CONFIRMED:
            return heading, voice.t("The result is confirmed already. Nothing was changed.")
    return None


def _unknown(visit: Visit) -> tuple[str, str]:
    voice = visit.voice
    text = voice.t("The link is incomplete or not ours. Open it from the mail again. Nothing was changed.")
    return voice.t("There is no such page"), text
