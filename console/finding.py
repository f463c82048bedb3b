"""Findings of audits at the desk. Whys, actions and the end of one stand on the review page of its case."""

from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection
from typing_extensions import override

from config.language import choose
from console import words
from console.form import Form
from console.formpage import FormPage
from console.user import Access, allowed
from console.visit import Visit
from console.voice import Voice
from incidents import auditing
from incidents.auditing import Finding
from incidents.case import Case
from incidents.finding import FindingRaised, FindingState, Grade

FINDINGS = "/desk/findings"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    id: str
    title: str
    customer: str
    found: str
    grade: str
    state: str
    actions: str


class FindingPage(FormPage):
    """See the module."""

    async def act(self, visit: Visit) -> web.Response:
        form, voice = Form(visit.typed, visit.voice), visit.voice
        customer = form.one_of("customer", _customers(visit), voice.t("Choose a customer."))
        title = form.text("title", voice.t("Write what was found."))
        source = form.text("source", voice.t("Write which audit."))
        clause = form.text("clause", voice.t("Write which clause."))
        grade = form.one_of("grade", {one.value: "" for one in Grade}, voice.t("Choose how grave it is."))
        caseload, by = self._rules.caseload(), visit.user.by

        def record(tx: Connection) -> Case:
            raised = FindingRaised(source=source, clause=clause, grade=Grade(grade))
            return auditing.raise_finding(tx, caseload, customer, title, raised, by, visit.now)

        return await self._carry_out(visit, form, record, lambda made: f"/desk/cases/{made.id}/review")

    @override
    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        found = await self._rules.database.read(lambda tx: auditing.findings(tx, visit.now))
        voice = visit.voice
        return visit.page(
            "findings.html",
            status=status,
            form=form,
            rows=[_row(one, voice) for one in found],
            customers=_customers(visit),
            grades={one.value: voice.t(words.GRADES[one.value]) for one in Grade},
            may_open=allowed(visit.user, Access.CASES),
        )


def _customers(visit: Visit) -> dict[str, str]:
    return {id: choose(one.name, visit.language) for id, one in visit.config.customers.items()}


def _row(one: Finding, voice: Voice) -> FindingRow:
    late = sum(action.overdue(voice.now) for action in one.actions)
    done = sum(action.done for action in one.actions)
    actions = voice.t("{done} of {n} done", done=done, n=len(one.actions))
    return FindingRow(
        id=one.case.id,
        title=one.case.title,
        customer=voice.customer(one.case.customer),
        found=f"{one.raised.source}{voice.stop}{one.raised.clause}",
        grade=voice.t(words.GRADES[one.raised.grade.value]),
        state=voice.t("closed") if one.case.finding is FindingState.CLOSED else voice.t("open"),
        actions=f"{actions}{voice.comma}{voice.count(late, 'one overdue', '{n} overdue')}" if late else actions,
    )
