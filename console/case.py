"""One case: its clocks, its events; progress, waiting, what was fulfilled, resolved, the customer's word."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy import Connection

from config.counting import Category
from console import reading, timeline, told, words
from console.attachment import attach_all
from console.form import MARKS, Form, written
from console.listing import case_row, incident_row, scores_of
from console.reading import CaseFacts
from console.rules import Rules
from console.user import Access, allowed
from console.visit import Visit, see_other
from console.voice import Voice
from incidents.case import (
    RESOLVE,
    BeyondAbility,
    CaseEvent,
    CaseNoted,
    CaseProgress,
    CaseResolved,
    Confirmed,
    Contested,
    Fulfilled,
    HandedOver,
    LevelChanged,
    Rated,
    RatingFollowed,
    Resumed,
    Taken,
    UnderTest,
    Waiting,
)
from incidents.caseload import NoSuchCase
from incidents.decide import Refused
from incidents.stop import stops
from incidents.store.incident import Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something a person can say of a case; `asked` is what the text field asks for, empty for none."""

    id: str
    title: str
    asked: str
    hint: str
    button: str
    missing: str


class CasePage:
    """See the module."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        return await self._page(visit, Form({}, visit.voice))

    async def act(self, visit: Visit) -> web.Response:
        facts = await self._read(visit)
        if facts is None:
            return visit.not_found()
        case, form, voice = facts.standing.case, Form(visit.typed, visit.voice), visit.voice
        act = _known(voice).get(form.get("act"))
        if act is None:
            return await self._page(visit, form, status=422)
        only_files = act.id == "note" and bool(visit.files) and not form.get("text")
        text = form.text("text", act.missing) if act.asked and not only_files else ""
        open_clocks = {clock.name: clock.name for clock in facts.standing.clocks if clock.done_at is None}
        if act.id == "fulfilled":
            form.one_of("commitment", open_clocks, voice.t("Choose one of the clocks that still run."))
        if act.id in ("taken", "handed"):
            named = "person" if act.id == "taken" else "to"
            form.one_of(named, _people(voice), voice.t("Choose one of the people."))
        if act.id == "stopped":
            form.one_of("waits_for", _others(facts, voice), voice.t("Choose what it waits for."))
            form.text("evidence", voice.t("Write where it can be seen: a number of theirs, or a file of the case."))
        if act.id == "level":
            form.one_of("level", _levels(facts, voice), voice.t("Choose one of the agreement’s other levels."))
        if act.id == "followed":
            form.text("cause", voice.t("Write why it was rated low."))
        if act.id == "rated":
            form.marks(scores_of(facts.standing.case, voice))
        happened_at = form.instant("happened_at", earliest=case.started_at)
        if not form.good:
            return await self._page(visit, form, status=422)
        event = None if only_files else _EVENTS[act.id](form, text)
        caseload, by = self._rules.caseload(), visit.user.by

        def record(tx: Connection) -> None:
            if event is not None:
                caseload.record(tx, case.id, event, by, happened_at, visit.now)
            attach_all(tx, caseload, case.id, visit)

        try:
            await self._rules.database.write(record)
        except NoSuchCase:
            return visit.not_found()
        except Refused as error:
            form.errors[""] = voice.refusal(error)
        except Conflict:
            form.errors[""] = voice.t("Somebody else changed it at the same moment. Look at it and repeat.")
        if not form.good:
            return await self._page(visit, form, status=409)
        return see_other(f"/desk/cases/{case.id}")

    async def _read(self, visit: Visit) -> CaseFacts | None:
        caseload, id = self._rules.caseload(), visit.request.match_info["id"]
        return await self._rules.database.read(lambda tx: reading.case(tx, caseload, id, visit.now))

    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        facts = await self._read(visit)
        if facts is None:
            return visit.not_found()
        voice = replace(visit.voice, people=facts.people)
        case = facts.standing.case
        row = case_row(facts.standing, voice)
        acts = _offered(case.progress, facts, voice)
        chosen = form.get("act")
        return visit.page(
            "case.html",
            status=status,
            voice=voice,
            form=form,
            case=row,
            caller=case.caller,
            reported=voice.clock(case.reported_at),
            recorded=voice.clock(case.opened_at),
            apart=case.opened_at - case.reported_at >= 1000,
            state=facts.incident.state.value if facts.incident is not None and case.open else "",
            incident=None if facts.incident is None else incident_row(facts.incident, (), voice),
            rows=timeline.newest_first(timeline.case_rows(facts.events, voice, f"/desk/cases/{case.id}/files/")),
            messages=told.messages(facts.told, voice),
            acts=acts,
            open_act=chosen if any(act.id == chosen for act in acts) else next((act.id for act in acts), ""),
            clocks=_running(facts, voice),
            levels=_levels(facts, voice),
            people=_people(voice),
            others=_others(facts, voice),
            scores=scores_of(case, voice),
            marks=MARKS,
            example=written(visit.now, voice.zone),
            may_act=allowed(visit.user, Access.CASES),
        )


def _running(facts: CaseFacts, voice: Voice) -> Mapping[str, str]:
    """Commitments a person can say are fulfilled; the resolve clock has its own act."""
    return {
        clock.name: voice.code(words.CLOCKS, clock.name)
        for clock in facts.standing.clocks
        if clock.done_at is None and clock.name != RESOLVE
    }


def _others(facts: CaseFacts, voice: Voice) -> Mapping[str, str]:
    """What a clock may stop for beside the customer, as agreed."""
    allowed = stops(voice.agreement(facts.standing.case))
    return {one.value: voice.t(words.WAITS[one.value]) for one in allowed if one is not Category.CUSTOMER}


def _people(voice: Voice) -> Mapping[str, str]:
    return {id: voice.person(id) for id in voice.config.people}


def _levels(facts: CaseFacts, voice: Voice) -> Mapping[str, str]:
    """What a person can say instead of the level that was said last."""
    case, agreement = facts.standing.case, voice.agreement(facts.standing.case)
    said = (case.level, *case.claims)[-1]
    known = () if agreement is None else agreement.levels
    return {str(one.number): voice.numbered(case, one.number) for one in known if one.number != said}


def _offered(progress: CaseProgress, facts: CaseFacts, voice: Voice) -> Sequence[Act]:
    """Only what fits the case now; what is due next comes first."""
    known = _known(voice)
    names = tuple(name for name in _FITTING[progress] if name != "beyond" or facts.standing.case.beyond_at is None)
    if progress is CaseProgress.OPEN and _running(facts, voice):
        names = ("fulfilled", *names)
    case = facts.standing.case
    if progress is CaseProgress.OPEN and case.testing:
        names = (*names, "resumed")
    if progress is CaseProgress.OPEN and _others(facts, voice):
        names = (*names, "stopped")
    if case.progress is not CaseProgress.CONFIRMED:
        names = ("taken", *names) if case.responsible is None else names
        names = (*names, "handed") if case.responsible is not None else names
        names = ("taken", *names) if case.offered is not None else names
    if not case.open and not (case.rated_by or "").startswith("customer:"):
        names = (*names, "rated")
    if case.low_rating:
        names = ("followed", *names)
    if _levels(facts, voice):
        names = (*names, "level")
    return [known[name] for name in names]


_FITTING: Mapping[CaseProgress, tuple[str, ...]] = {
    CaseProgress.OPEN: ("note", "resolved", "testing", "waiting", "beyond"),
    CaseProgress.WAITING: ("resumed", "note", "resolved", "beyond"),
    CaseProgress.RESOLVED: ("confirmed", "contested", "note"),
    CaseProgress.CONFIRMED: ("contested", "note"),
}

_EVENTS: Mapping[str, Callable[[Form, str], CaseEvent]] = {
    "note": lambda form, text: CaseNoted(text=text),
    "waiting": lambda form, text: Waiting(awaited=text),
    "testing": lambda form, text: UnderTest(plan=text),
    "stopped": lambda form, text: Waiting(
        awaited=text, waits_for=Category(form.get("waits_for")), evidence=form.get("evidence")
    ),
    "resumed": lambda form, text: Resumed(),
    "taken": lambda form, text: Taken(person=form.get("person")),
    "handed": lambda form, text: HandedOver(to=form.get("to"), next_action=text),
    "beyond": lambda form, text: BeyondAbility(reason=text),
    "fulfilled": lambda form, text: Fulfilled(commitment=form.get("commitment"), how=text),
    "level": lambda form, text: LevelChanged(level=int(form.get("level")), reason=text),
    "rated": lambda form, text: Rated(scores=form.marks(one for one in words.SCORES if form.get(one)), comment=text),
    "followed": lambda form, text: RatingFollowed(cause=form.get("cause"), measure=text),
    "resolved": lambda form, text: CaseResolved(how=text),
    "confirmed": lambda form, text: Confirmed(text=text),
    "contested": lambda form, text: Contested(reason=text),
}


def _known(voice: Voice) -> Mapping[str, Act]:
    seen = voice.t("The customer sees this at once.")
    return {
        act.id: act
        for act in (
            Act(
                id="note",
                title=voice.t("Progress"),
                asked=voice.t("What is known or was done"),
                hint=seen,
                button=voice.t("Write progress"),
                missing=voice.t("Write what you know, in one sentence."),
            ),
            Act(
                id="fulfilled",
                title=voice.t("A clock is met"),
                asked=voice.t("How it can be seen"),
                hint=voice.t("A call, a mail, a number: what the customer finds in his own records."),
                button=voice.t("Record it"),
                missing=voice.t("Write how the customer can see it: who was called, which mail was sent."),
            ),
            Act(
                id="waiting",
                title=voice.t("Wait for the customer"),
                asked=voice.t("What we need from the customer"),
                hint=voice.t("The resolve clock stands still because the customer is shown at once what is awaited."),
                button=voice.t("Ask and wait"),
                missing=voice.t("Write what is awaited: only then may the clock stand still."),
            ),
            Act(
                id="testing",
                title=voice.t("Test a plan"),
                asked=voice.t("Which plan is tried out"),
                hint=seen,
                button=voice.t("Test it"),
                missing=voice.t("Write which plan is tried out; the customer reads it."),
            ),
            Act(
                id="stopped",
                title=voice.t("Wait for others"),
                asked=voice.t("What is awaited, and from whom"),
                hint=voice.t("The resolve clock stands still; the customer is told at once and may contest it."),
                button=voice.t("Stop the clock"),
                missing=voice.t("Write what is awaited: only then may the clock stand still."),
            ),
            Act(
                id="resumed",
                title=voice.t("Go on"),
                asked="",
                hint=voice.t("What was awaited is there, or the plan is tried no longer: the resolve clock runs."),
                button=voice.t("Go on"),
                missing="",
            ),
            Act(
                id="taken",
                title=voice.t("Take it"),
                asked="",
                hint=voice.t("It is valid and in scope, and this person is responsible for it. The customer is told."),
                button=voice.t("Take it"),
                missing="",
            ),
            Act(
                id="handed",
                title=voice.t("Hand it over"),
                asked=voice.t("What is to be done next"),
                hint=voice.t("Whoever has it keeps it until the other takes it."),
                button=voice.t("Hand it over"),
                missing=voice.t("Write what is to be done next."),
            ),
            Act(
                id="beyond",
                title=voice.t("Beyond my ability"),
                asked=voice.t("Why it has to be escalated"),
                hint=voice.t("From now on the agreed time to escalate runs. The customer sees this at once."),
                button=voice.t("Say so"),
                missing=voice.t("Write why it has to be escalated."),
            ),
            Act(
                id="level",
                title=voice.t("Another level"),
                asked=voice.t("Why it is that level"),
                hint=voice.t("The customer is asked to confirm it; until then the stricter level stands."),
                button=voice.t("Say this level"),
                missing=voice.t("Write why: the customer reads it, and it stands on the statement."),
            ),
            Act(
                id="rated",
                title=voice.t("The customer rates"),
                asked=voice.t("Who said it, how, and in which words"),
                hint=voice.t("1 is the lowest, 5 the best. The statement says that you entered it."),
                button=voice.t("Record the rating"),
                missing=voice.t("Write who rated it and how: “Chen, by telephone”."),
            ),
            Act(
                id="followed",
                title=voice.t("Follow the low rating up"),
                asked=voice.t("The measure: what is done about it"),
                hint=seen,
                button=voice.t("Record the follow-up"),
                missing=voice.t("Write what is done about it; the customer reads it."),
            ),
            Act(
                id="resolved",
                title=voice.t("Resolve"),
                asked=voice.t("What was wrong and what was done"),
                hint=voice.t("The customer is asked to confirm it."),
                button=voice.t("Resolve"),
                missing=voice.t("Write what was wrong and what was done; the customer reads it."),
            ),
            Act(
                id="confirmed",
                title=voice.t("The customer confirms"),
                asked=voice.t("Who said it, and how"),
                hint=voice.t("Your name stands beside the customer’s word."),
                button=voice.t("Record the confirmation"),
                missing=voice.t("Write who confirmed it and how: “Chen, by telephone”."),
            ),
            Act(
                id="contested",
                title=voice.t("The customer is not satisfied"),
                asked=voice.t("What is still wrong"),
                hint=voice.t("The case is open again; its resolve clock counts from the report, without a gap."),
                button=voice.t("Open it again"),
                missing=voice.t("Write what is still wrong, in the customer’s words."),
            ),
        )
    }
