"""One incident: its clocks, its time line, who was told; acknowledge, resolve, note."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from aiohttp import web
from sqlalchemy import Connection

from config.instant import Instant
from config.look.state import Shown, word
from config.model import Component
from console import reading, timeline, told
from console.exchange import exchange
from console.form import Form
from console.listing import by_clock, case_row, incident_row
from console.reading import IncidentFacts
from console.rules import Rules
from console.unrouted import UNROUTED_PAGE
from console.user import Access, allowed
from console.visit import Visit, see_other
from console.voice import Voice
from incidents import rostering
from incidents.decide import Refused
from incidents.drill import drilled, of_drill
from incidents.incident import Incident
from incidents.routing import UNROUTED
from incidents.service import Incidents, NotFound
from incidents.severity import MILDEST, WORST
from incidents.silence import matchers
from incidents.store.incident import Conflict
from incidents.why import explain

CHANNEL = "desk"
TICK = "alert-"
"""How the name of a box to tick begins; the number of its alert follows."""
LONGEST_NUMBER = 19
SEVERITIES = {str(one): str(one) for one in range(WORST, MILDEST + 1)}

Work = Callable[[Connection, Incidents, str, Form, Instant, str], Incident]


class IncidentPage:
    """See the module."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        return await self._page(visit, Form({}, visit.voice))

    async def act(self, visit: Visit) -> web.Response:
        """One of the acts, by the button that was pressed."""
        form = Form(visit.typed, visit.voice)
        name = form.get("act")
        if name == "resolve":
            form.text("reason", visit.voice.t("Write why it is over: what was done, or what was wrong with the alarm."))
        if name == "note":
            form.text("text", visit.voice.t("Write what you know, in one sentence."))
        if name == "snooze":
            form.text("calm", visit.voice.t("Write why nobody needs to be called until then."))
            form.coming("until", visit.voice.t("Write until when."))
        if name == "merge":
            form.text("into", visit.voice.t("Write the number of the incident it is part of."))
            form.text("same", visit.voice.t("Write what makes the two one fault."))
        if name == "split":
            form.text("apart", visit.voice.t("Write what makes them two faults."))
        if name == "split_out":
            form.text("own", visit.voice.t("Write what makes them two faults."))
            if not _ticked(form) and not form.get("fits"):
                form.errors["fits"] = visit.voice.t("Choose at least one alert, or write which labels they have.")
        if name == "severity":
            form.text("why", visit.voice.t("Write what makes it better or worse than it looks."))
            form.one_of("severity", SEVERITIES, visit.voice.t("Choose a severity."))
        work = _ACTS.get(name)
        if work is None or not form.good:
            return await self._page(visit, form, status=422)
        incidents, id, by = self._rules.incidents(), visit.request.match_info["id"], visit.user.by
        try:
            await self._rules.database.write(lambda tx: work(tx, incidents, id, form, visit.now, by))
        except NotFound:
            return visit.not_found()
        except Refused as error:
            form.errors[""] = visit.voice.refusal(error)
        except Conflict:
            form.errors[""] = visit.voice.t("Somebody else changed it at the same moment. Look at it and repeat.")
        if not form.good:
            return await self._page(visit, form, status=409)
        return see_other("/desk" if form.get("back") == "desk" else f"/desk/incidents/{id}")

    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        caseload, id = self._rules.caseload(), visit.request.match_info["id"]
        facts = await self._rules.database.read(lambda tx: reading.incident(tx, caseload, id, visit.now))
        if facts is None:
            return visit.not_found()
        who = await self._rules.database.read(lambda tx: rostering.who_at(tx, visit.config, facts.incident.opened_at))
        me = visit.user.person
        because = explain(facts.events, facts.told, who)
        mine = () if me is None else explain(facts.events, facts.told, who, me)
        voice = replace(visit.voice, people=facts.people)
        return visit.page(
            "incident.html",
            status=status,
            voice=voice,
            form=form,
            severities={one: visit.voice.t("Severity {n}", n=one) for one in SEVERITIES},
            may_act=allowed(visit.user, Access.INCIDENTS),
            mine_already=facts.incident.acknowledged_by == visit.user.by,
            because=[(voice.clock(one.at), one.said(visit.language, voice.person)) for one in because],
            mine=[(voice.clock(one.at), one.said(visit.language, voice.person)) for one in mine],
            **_view(facts, voice),
        )


def _view(facts: IncidentFacts, voice: Voice) -> Mapping[str, object]:
    incident = facts.incident
    rows = timeline.newest_first(
        timeline.measured_rows(facts.changes, voice),
        timeline.change_rows(facts.deeds, voice),
        timeline.incident_rows(facts.events, voice),
    )
    cases = by_clock([case_row(one, voice) for one in facts.cases])
    component = voice.config.components.get(drilled(incident.component))
    return {
        "incident": incident_row(incident, facts.cases, voice),
        "began": voice.clock(incident.started_at),
        "resolved": voice.clock(incident.resolved_at) if incident.resolved_at is not None else "",
        "failing": facts.state.failing,
        "now_state": facts.state.value,
        "now_word": word(Shown(facts.state.value), voice.language),
        "rows": rows,
        "messages": told.messages(facts.told, voice),
        "strips": cases[:_STRIPS],
        "cases": cases[_STRIPS:],
        "links": _links(component, voice),
        "again": incident.recurrence_of,
        "whole": incident.merged_into if incident.unresolved else None,
        "parts_of_it": incident.parts,
        "origin": incident.split_from,
        "alerts": [(f"{TICK}{one.id}", one, voice.clock(one.starts_at)) for one in facts.alerts],
        "drill": of_drill(incident.component),
        "place": _place(incident, component),
        "first": exchange(facts.first, voice),
        "before": [(one, voice.clock(one.opened_at, seconds=False)) for one in facts.before],
    }


def _place(incident: Incident, component: Component | None) -> str:
    """Where more of what it is about stands."""
    if component is not None:
        return f"/desk/components/{component.id}"
    return UNROUTED_PAGE if incident.component == UNROUTED else ""


def _links(component: Component | None, voice: Voice) -> list[tuple[str, str]]:
    """Where an engineer looks next; only what is an address becomes a link."""
    if component is None:
        return []
    known = [(voice.t("Runbook"), component.runbook), (voice.t("Dashboard"), component.dashboard)]
    return [(text, link) for text, link in known if link is not None and link.startswith(("https://", "http://"))]


_STRIPS = 3
"""Cases whose clocks are shown, the nearest first; the others are only named."""


def _acknowledge(tx: Connection, incidents: Incidents, id: str, form: Form, now: Instant, by: str) -> Incident:
    return incidents.acknowledge(tx, id, by, now, CHANNEL)


def _take_over(tx: Connection, incidents: Incidents, id: str, form: Form, now: Instant, by: str) -> Incident:
    return incidents.acknowledge(tx, id, by, now, CHANNEL, over=True)


def _resolve(tx: Connection, incidents: Incidents, id: str, form: Form, now: Instant, by: str) -> Incident:
    return incidents.resolve(tx, id, by, form.get("reason"), now)


def _note(tx: Connection, incidents: Incidents, id: str, form: Form, now: Instant, by: str) -> Incident:
    return incidents.note(tx, id, by, form.get("text"), now)


def _snooze(tx: Connection, incidents: Incidents, id: str, form: Form, now: Instant, by: str) -> Incident:
    return incidents.snooze(tx, id, form.coming("until"), by, form.get("calm"), now)


def _merge(tx: Connection, incidents: Incidents, id: str, form: Form, now: Instant, by: str) -> Incident:
    try:
        return incidents.merge(tx, id, form.get("into"), by, form.get("same"), now)
    except NotFound as error:  # a slip of the pen, and what was typed is shown again
        raise Refused(f"{form.get('into')}: there is no such incident") from error


def _split(tx: Connection, incidents: Incidents, id: str, form: Form, now: Instant, by: str) -> Incident:
    return incidents.split(tx, id, by, form.get("apart"), now)


def _split_out(tx: Connection, incidents: Incidents, id: str, form: Form, now: Instant, by: str) -> Incident:
    fits = matchers([one for one in form.get("fits").split("\n") if one.strip()])
    return incidents.split_out(tx, id, _ticked(form), fits, by, form.get("own"), now)


def _ticked(form: Form) -> list[int]:
    """Numbers of the alerts that were chosen."""
    named = (name.removeprefix(TICK) for name in form.values if name.startswith(TICK))
    return [int(one) for one in named if one.isascii() and one.isdigit() and len(one) < LONGEST_NUMBER]


def _reclassify(tx: Connection, incidents: Incidents, id: str, form: Form, now: Instant, by: str) -> Incident:
    return incidents.reclassify(tx, id, int(form.get("severity")), by, form.get("why"), now)


_ACTS: Mapping[str, Work] = {
    "acknowledge": _acknowledge,
    "take_over": _take_over,
    "resolve": _resolve,
    "note": _note,
    "severity": _reclassify,
    "snooze": _snooze,
    "merge": _merge,
    "split": _split,
    "split_out": _split_out,
}
