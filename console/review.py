"""The review of a case: five whys, corrective actions, the customer's word. The desk writes it, the room answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from aiohttp import web
from sqlalchemy import Connection

from config.language import choose
from config.look.figure import full_day
from console import words
from console.form import Form
from console.reading import people_of
from console.rules import Rules
from console.user import Access, allowed
from console.visit import Visit, see_other
from console.voice import Voice
from incidents import auditing, reviewing
from incidents.auditing import Finding
from incidents.case import Case
from incidents.caseload import Caseload, NoSuchCase
from incidents.decide import Refused
from incidents.finding import FindingState
from incidents.review import Aim, ReviewConfirmed, ReviewContested, ReviewState, WhyAnswered
from incidents.reviewed import Review
from incidents.reviewing import Action, Plan
from incidents.store import case as cases
from incidents.store.incident import Conflict

Say: TypeAlias = Callable[[Connection, Caseload], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    text: str
    aim: str
    owner: str
    due: str
    state: str
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    case: Case
    review: Review
    actions: list[Action]
    people: Mapping[str, str | None]
    finding: Finding | None


class ReviewPage:
    """One page for both sides: `/desk/cases/{id}/review` and `/room/{customer}/cases/{id}/review`."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        return await self._page(visit, Form({}, visit.voice))

    async def act(self, visit: Visit) -> web.Response:
        facts = await self._read(visit)
        if facts is None:
            return visit.not_found()
        form = Form(visit.typed, visit.voice)
        say = _asked(form, facts, visit) if visit.request.match_info.get("customer") else _written(form, facts, visit)
        if not form.good or say is None:
            return await self._page(visit, form, status=422)
        caseload = self._rules.caseload()
        try:
            await self._rules.database.write(lambda tx: say(tx, caseload))
        except NoSuchCase:
            return visit.not_found()
        except Refused as error:
            form.errors[""] = visit.voice.refusal(error)
        except Conflict:
            form.errors[""] = visit.voice.t("Somebody else changed it at the same moment. Look at it and repeat.")
        if not form.good:
            return await self._page(visit, form, status=409)
        return see_other(visit.request.path)

    async def _read(self, visit: Visit) -> _Facts | None:
        place = visit.request.match_info
        id, customer = place["id"], place.get("customer")

        def read(tx: Connection) -> _Facts | None:
            case = cases.find(tx, id)
            if case is None or customer not in (None, case.customer):
                return None
            review = reviewing.find(tx, id)
            actions = reviewing.actions(tx, case, review, visit.now)
            finding = auditing.find(tx, case, visit.now)
            return _Facts(case=case, review=review, actions=actions, people=people_of(tx), finding=finding)

        return await self._rules.database.read(read)

    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        facts = await self._read(visit)
        if facts is None:
            return visit.not_found()
        voice, customer = replace(visit.voice, people=facts.people), visit.request.match_info.get("customer")
        case, state = facts.case, facts.case.review
        guest = customer is not None and allowed(visit.user, Access.GUEST, customer)
        works = customer is None and allowed(visit.user, Access.CASES)
        writes = works and state is not ReviewState.CONFIRMED
        return visit.page(
            "review.html",
            status=status,
            voice=voice,
            form=form,
            case=case,
            home=f"/room/{customer}" if customer else f"/desk/cases/{case.id}",
            customer=voice.customer(case.customer),
            state=voice.t(words.REVIEWS[state.value]),
            summary=facts.review.text,
            answer=facts.review.answer,
            whys=facts.review.whys,
            actions=[_row(one, voice, visit) for one in facts.actions],
            writes=writes,
            presents=writes and state is not ReviewState.PRESENTED and not case.open,
            finding=facts.finding,
            grade="" if facts.finding is None else voice.t(words.GRADES[facts.finding.raised.grade.value]),
            closes=works and case.finding is FindingState.OPEN,
            asks=guest and state is ReviewState.PRESENTED,
            aims={one.value: voice.t(words.AIMS[one.value]) for one in Aim},
            owners={one: voice.person(one) for one in visit.config.people},
        )


def _row(one: Action, voice: Voice, visit: Visit) -> ActionRow:
    overdue = one.overdue(visit.now)
    state = voice.t("done") if one.done else voice.t("overdue") if overdue else voice.t("open")
    due = "" if one.owed.due_at is None else full_day(one.owed.due_at - 1, voice.zone, voice.language)
    return ActionRow(
        text=choose(one.owed.then, voice.language),
        aim=voice.t(words.AIMS[one.aim.value]),
        owner=voice.who(one.owed.owner),
        due=due,
        state=state,
        overdue=overdue,
    )


def _written(form: Form, facts: _Facts, visit: Visit) -> Say | None:
    """What the desk says; what does not fit stands in `form.errors`."""
    voice, id, by, now = visit.voice, facts.case.id, visit.user.by, visit.now
    match form.get("act"):
        case "why":
            event = WhyAnswered(
                rank=max((one.rank for one in facts.review.whys), default=0) + 1,
                why=form.text("why", voice.t("Write the question.")),
                because=form.text("because", voice.t("Write the answer; the next question asks why of it.")),
                evidence=form.get("evidence"),
            )
            return lambda tx, caseload: caseload.record(tx, id, event, by, now, now)
        case "action":
            text = form.text("text", voice.t("Write what is done, in one sentence."))
            aim = form.one_of("aim", {one.value: "" for one in Aim}, voice.t("Choose what it is for."))
            owner = form.one_of("owner", dict.fromkeys(visit.config.people, ""), voice.t("Choose who does it."))
            due_at = form.coming("due_at", voice.t("Write until when."))
            if not form.good:
                return None
            plan = Plan(text=text, aim=Aim(aim), owner=owner, due_at=due_at)
            return lambda tx, caseload: reviewing.agree(tx, visit.config, caseload, id, plan, by, now)
        case "close":
            evidence = form.text("evidence", voice.t("Write where it can be seen."))
            return lambda tx, caseload: auditing.close(tx, caseload, id, evidence, by, now)
        case "present":
            summary = form.text("summary", voice.t("Sum it up in a sentence; the customer reads it."))
            return lambda tx, caseload: reviewing.present(tx, caseload, id, summary, by, now)
        case _:
            form.errors[""] = voice.t("Choose one of the buttons of the page.")
            return None


def _asked(form: Form, facts: _Facts, visit: Visit) -> Say | None:
    """What the customer says."""
    id, by, now = facts.case.id, visit.user.by, visit.now
    match form.get("act"):
        case "confirm":
            confirmed = ReviewConfirmed(text=form.get("text"))
            return lambda tx, caseload: caseload.record(tx, id, confirmed, by, now, now)
        case "contest":
            contested = ReviewContested(reason=form.text("text", visit.voice.t("Write what is missing.")))
            return lambda tx, caseload: caseload.record(tx, id, contested, by, now, now)
        case _:
            form.errors[""] = visit.voice.t("Choose one of the buttons of the page.")
            return None
