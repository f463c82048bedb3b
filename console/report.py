"""A report by telephone, mail or form becomes a case: who reported what and when, apart from when it was written."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection

from config.agreement import CaseKind
from config.instant import Instant
from config.language import choose
from console import words
from console.attachment import attach_all
from console.form import Form, written
from console.reading import components_of
from console.rules import Rules
from console.visit import Visit, see_other
from incidents.case import Case
from incidents.decide import Refused
from incidents.scope import Scope, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A form's fields, read."""

    customer: str
    kind: CaseKind
    title: str
    component: str | None
    level: int | None
    scope: Scope | None
    urgency: Urgency | None
    caller: str | None
    reported_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be chosen for one customer: id -> text."""

    components: Mapping[str, str]
    kinds: Mapping[str, str]
    levels: Mapping[str, str]
    scopes: Mapping[str, str]
    urgencies: Mapping[str, str]


class ReportPage:
    """Which customer first, since components and levels are those of his agreement."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        asked = visit.request.query.get("customer", "")
        known = list(visit.config.customers)
        if asked not in known and len(known) != 1:
            return visit.page("choose.html", customers={one: visit.voice.customer(one) for one in known})
        customer = asked if asked in known else known[0]
        return self._page(visit, Form({"customer": customer}, visit.voice))

    async def act(self, visit: Visit) -> web.Response:
        form = Form(visit.typed, visit.voice)
        if form.get("customer") not in visit.config.customers:
            return visit.not_found()
        report = read_report(form, form.get("customer"), visit)
        if form.good:
            made = await open_case(self._rules, report, visit, form)
            if made is not None:
                return see_other(f"/desk/cases/{made.id}")
        return self._page(visit, form, status=422)

    def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        return visit.page(
            "report.html",
            status=status,
            form=form,
            customer=visit.voice.customer(form.get("customer")),
            several=len(visit.config.customers) > 1,
            choices=choices_of(form.get("customer"), visit),
            example=written(visit.now, visit.voice.zone),
        )


async def open_case(rules: Rules, report: Report, visit: Visit, form: Form) -> Case | None:
    """None: refused, and the form says why."""
    caseload, by = rules.caseload(), visit.user.by

    def opened(tx: Connection) -> Case:
        made = caseload.open_by_person(
            tx,
            customer=report.customer,
            kind=report.kind,
            title=report.title,
            by=by,
            reported_at=report.reported_at,
            now=visit.now,
            level=report.level,
            scope=report.scope,
            urgency=report.urgency,
            component=report.component,
            caller=report.caller,
        )
        attach_all(tx, caseload, made.id, visit)
        return made

    try:
        return await rules.database.write(opened)
    except Refused as error:
        form.errors[""] = visit.voice.refusal(error)
        return None


def choices_of(customer: str, visit: Visit) -> Choices:
    voice = visit.voice
    agreements = [one for one in visit.config.customers[customer].agreements if one.in_force(visit.now)]
    levels = {
        str(level.number): f"{level.number}, {choose(level.name, visit.language)}"
        for agreement in agreements
        for level in agreement.levels
    }
    return Choices(
        components={name: voice.component(name) for name in components_of(visit.config, customer, visit.now)},
        kinds={kind.value: voice.t(words.KINDS[kind.value]) for kind in CaseKind},
        levels=levels,
        scopes={scope.value: voice.t(words.SCOPES[scope.value]) for scope in Scope},
        urgencies={urgency.value: voice.t(words.URGENCIES[urgency.value]) for urgency in Urgency},
    )


def read_report(form: Form, customer: str, visit: Visit) -> Report:
    """What does not fit stands in `form.errors`."""
    voice, choices = visit.voice, choices_of(customer, visit)
    kind = form.one_of(
        "kind", choices.kinds, voice.t("Choose what it is: a fault, a question, a complaint, a request.")
    )
    component = form.get("component") or None
    if component is not None:
        form.one_of("component", choices.components, voice.t("Choose a component of the agreement, or none."))
    level = form.get("level") or None
    if level is not None:
        form.one_of("level", choices.levels, voice.t("Choose a level of the agreement, or none."))
    scope, urgency = form.get("scope") or None, form.get("urgency") or None
    if scope is not None or urgency is not None:
        together = voice.t("Say both, how many it concerns and how it hampers work, or neither.")
        form.one_of("scope", choices.scopes, together)
        form.one_of("urgency", choices.urgencies, together)
    return Report(
        customer=customer,
        kind=CaseKind(kind) if kind in choices.kinds else CaseKind.FAULT,
        title=form.text("title", voice.t("Write what does not work, in the customer’s words.")),
        component=component,
        level=int(level) if level is not None and level in choices.levels else None,
        scope=Scope(scope) if scope is not None and scope in choices.scopes else None,
        urgency=Urgency(urgency) if urgency is not None and urgency in choices.urgencies else None,
        caller=form.get("caller")[:200] or None,
        reported_at=form.instant("reported_at"),
    )
