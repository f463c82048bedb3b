"""A customer's room: his components, his budget of the month, his cases with their clocks; his word on what we say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy import Connection

from config.instant import Instant
from config.look import figure
from config.look.state import RANK, Shown, word, worst
from config.state import State
from console import reading, timeline, words
from console.attachment import attach_all
from console.budget import Budget
from console.consent import agreement_rows
from console.form import MARKS, Form, written
from console.listing import CaseRow, case_row, scores_of
from console.owed import sent_rows
from console.reading import RoomFacts, Standing
from console.report import choices_of, open_case, read_report
from console.rules import Rules
from console.statement import ACTS, IssuedRow, act, rows
from console.timeline import Row
from console.user import Access, allowed
from console.visit import Visit, see_other
from console.voice import Voice
from incidents.case import (
    CaseEvent,
    CaseNoted,
    CaseProgress,
    CaseRecorded,
    CaseResolved,
    Confirmed,
    Contested,
    LevelChanged,
    LevelConfirmed,
    LevelContested,
    Rated,
    StopContested,
    Waiting,
)
from incidents.caseload import NoSuchCase
from incidents.decide import Refused
from incidents.review import ReviewState
from incidents.store.incident import Conflict
from sla.store.contract import contracts
from sla.store.report import delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRow:
    name: str
    state: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetView:
    """`share` of the bar that is ink, in thousandths of the budget; `over` beyond it.

    `notes` say what leaves the figure in doubt, or where it is heading.
    """

    name: str
    availability: str
    target: str
    standing: str
    notes: Sequence[str]
    share: int
    over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    row: CaseRow
    rows: Sequence[Row]
    how: str
    """How it was resolved, in our words."""
    level: str
    """The level the customer is asked about; empty for none."""
    why: str
    review: str
    """How far its review is; empty while there is none."""
    scores: Mapping[str, str]
    """What he can rate now; empty while it is open, and once he has rated it."""
    stops: Mapping[str, str]
    """Clocks stopped that he may contest: when, in milliseconds -> what for."""


class RoomPage:
    """Staff look; the customer alone gives his word."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        return await self._page(visit, Form({}, visit.voice))

    async def act(self, visit: Visit) -> web.Response:
        form, customer = Form(visit.typed, visit.voice), visit.request.match_info["customer"]
        if customer not in visit.config.customers:
            return visit.not_found()
        missing = visit.voice.t("Write what you know, in one sentence.")
        match form.get("act"):
            case "report":
                # a customer reports when he writes it, and the level is for both sides to say
                report = replace(read_report(form, customer, visit), reported_at=visit.now, level=None)
                made = await open_case(self._rules, report, visit, form) if form.good else None
                if made is not None:
                    return see_other(f"/room/{customer}/receipts/{made.id}")
            case "confirm":
                return await self._word(visit, form, Confirmed(text=form.get("text")))
            case "contest":
                text = form.text("text", visit.voice.t("Write what is still wrong, so that we know where to look."))
                if form.good:
                    return await self._word(visit, form, Contested(reason=text))
            case "confirm-level":
                return await self._word(visit, form, LevelConfirmed(text=form.get("text")))
            case "contest-level":
                text = form.text("text", visit.voice.t("Write why the level is another one."))
                if form.good:
                    return await self._word(visit, form, LevelContested(reason=text))
            case "contest-stop":
                since = form.get("since")
                if not (since.isascii() and since.isdigit() and len(since) <= 15):
                    return visit.not_found()
                text = form.text("text", visit.voice.t("Write why the clock should not have stopped."))
                if form.good:
                    return await self._word(visit, form, StopContested(since=int(since), reason=text))
            case "say":
                text = "" if visit.files and not form.get("text") else form.text("text", missing)
                if form.good:
                    return await self._word(visit, form, CaseNoted(text=text) if text else None)
            case "rate":
                marks = form.marks(one for one in words.SCORES if one in form.values)
                if form.good:
                    return await self._word(visit, form, Rated(scores=marks, comment=form.get("text")))
            case word if word in ACTS:
                if await act(self._rules, visit, form):
                    return see_other(f"/room/{customer}")
            case _:
                form.errors[""] = visit.voice.t("Choose one of the buttons of the page.")
        return await self._page(visit, form, status=422)

    async def _word(self, visit: Visit, form: Form, event: CaseEvent | None) -> web.Response:
        """On one of his own cases, with the files that came with it; another's case does not exist for him."""
        caseload, by, customer = self._rules.caseload(), visit.user.by, visit.request.match_info["customer"]
        facts = await self._rules.database.read(lambda tx: reading.case(tx, caseload, form.get("case"), visit.now))
        if facts is None or facts.standing.case.customer != customer:
            return visit.not_found()
        id = facts.standing.case.id

        def record(tx: Connection) -> None:
            if event is not None:
                caseload.record(tx, id, event, by, visit.now, visit.now)
            attach_all(tx, caseload, id, visit)

        try:
            await self._rules.database.write(record)
        except NoSuchCase:
            return visit.not_found()
        except Refused as error:
            form.errors[""] = visit.voice.refusal(error)
        except Conflict:
            form.errors[""] = visit.voice.t("Somebody else changed it at the same moment. Look at it and repeat.")
        if not form.good:
            return await self._page(visit, form, status=409)
        return see_other(f"/room/{customer}")

    async def _issued(self, customer: str, visit: Visit, voice: Voice) -> list[IssuedRow]:
        statements = self._rules.statements
        if statements is None:
            return []
        found = await self._rules.database.read(lambda tx: statements.of(tx, customer, visit.now))
        return rows(found, customer, statements.formats, voice)

    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        caseload, budgets, config = self._rules.caseload(), self._rules.budgets, visit.config
        customer = visit.request.match_info["customer"]
        if customer not in config.customers:
            return visit.not_found()
        facts = await self._rules.database.read(
            lambda tx: reading.room(tx, config, caseload, budgets, customer, visit.now)
        )
        voice = replace(visit.voice, people=facts.people)
        issued = await self._issued(customer, visit, voice)
        agreed = await self._rules.database.read(lambda tx: contracts(tx, customer))
        sent = await self._rules.database.read(lambda tx: delivered(tx, customer))
        return visit.page(
            "room.html",
            status=status,
            voice=voice,
            form=form,
            marks=MARKS,
            issued=issued,
            reports=sent_rows(sent, voice),
            agreements=agreement_rows(agreed, voice),
            customer=voice.customer(customer),
            guest=allowed(visit.user, Access.GUEST, customer),
            choices=choices_of(customer, visit),
            example=written(visit.now, voice.zone),
            **_view(facts, voice),
        )


def _view(facts: RoomFacts, voice: Voice) -> Mapping[str, object]:
    cases = [_case(standing, events, voice) for standing, events in facts.cases]
    shown = {name: Shown(state.value) for name, (state, _) in facts.states.items()}
    state = worst(shown.values()) if shown else Shown.UNKNOWN
    headline, lead = _headline(shown, cases, voice)
    return {
        "state": state.value,
        "headline": headline,
        "lead": lead,
        "as_of": voice.as_of(),
        "components": [_component(name, *facts.states[name], voice) for name in sorted(shown, key=_worst(shown))],
        "budgets": [_budget(one, voice) for one in facts.budgets],
        "month": _period(facts.budgets, voice),
        "asks": [case for case in cases if case.row.asks],
        "level_asks": [case for case in cases if case.level],
        "open_cases": [case for case in cases if case.row.open],
        "done": [case for case in cases if not case.row.open and not case.row.asks],
    }


def _worst(shown: Mapping[str, Shown]) -> Callable[[str], int]:
    return lambda name: -RANK[shown[name]]


def _headline(shown: Mapping[str, Shown], cases: Sequence[CaseView], voice: Voice) -> tuple[str, str]:
    failing = [name for name in shown if State(shown[name].value).failing]
    opened = sum(case.row.open for case in cases)
    if failing:
        head = voice.count(len(failing), "One of your systems is not well", "{n} of your systems are not well")
    elif any(state is Shown.UNKNOWN for state in shown.values()):
        head = voice.t("We do not know the state of all your systems")
    else:
        head = voice.t("All your systems are up")
    said = voice.count(opened, "One case is open.", "{n} cases are open.") if opened else voice.t("No case is open.")
    return head, voice.sentences([*_by_state(shown, voice), said])


def _by_state(shown: Mapping[str, Shown], voice: Voice) -> list[str]:
    """`Down: Payment API.`, the worst first; what is up needs no words."""
    states = sorted(set(shown.values()) - {Shown.UP}, key=lambda state: -RANK[state])
    return [
        voice.t(
            "{state}: {names}.",
            state=word(state, voice.language),
            names=voice.listed([voice.component(name) for name, one in shown.items() if one is state]),
        )
        for state in states
    ]


def _component(name: str, state: State, since: Instant | None, voice: Voice) -> ComponentRow:
    text = (
        voice.t("not measured yet")
        if since is None
        else voice.t("since {time}", time=voice.clock(since, seconds=False))
    )
    return ComponentRow(name=voice.component(name), state=state.value, since=text)


def _case(standing: Standing, events: Sequence[CaseRecorded], voice: Voice) -> CaseView:
    rows = timeline.case_rows(events, voice, f"/room/{standing.case.customer}/cases/{standing.case.id}/files/")
    resolved = [row for row, one in zip(rows, events, strict=True) if isinstance(one.event, CaseResolved)]
    case = standing.case
    said = [one.event for one in events if isinstance(one.event, LevelChanged)]
    asked = said[-1:] if case.claims and not case.claim_contested else []
    return CaseView(
        row=case_row(standing, voice),
        rows=timeline.newest_first(rows),
        how=(resolved[-1].quote or resolved[-1].text) if resolved else "",
        level="".join(voice.numbered(case, one.level) for one in asked),
        why="".join(one.reason for one in asked),
        review="" if case.review is ReviewState.NONE else voice.t(words.REVIEWS[case.review.value]),
        stops=_stops(standing, events, voice),
        scores={} if case.open or case.rounds[-1].rated else scores_of(case, voice),
    )


def _stops(standing: Standing, events: Sequence[CaseRecorded], voice: Voice) -> Mapping[str, str]:
    case = standing.case
    known = {} if case.progress is CaseProgress.CONFIRMED else dict(case.pauses)
    return {
        str(one.recorded_at): voice.t(
            "{waits} {time}: {awaited}",
            waits=voice.t(words.WAITS[one.event.waits_for.value]),
            time=voice.clock(one.recorded_at, seconds=False),
            awaited=one.event.awaited,
        )
        for one in events
        if isinstance(one.event, Waiting) and one.recorded_at in known
    }


def _budget(one: Budget, voice: Voice) -> BudgetView:
    used, allowed_span = int(one.used), int(one.allowed)
    left = one.allowed - one.used
    if left < 0:
        standing = voice.t("missed by {length}", length=figure.length(-left, voice.language))
    elif not one.used:
        standing = voice.t("no second lost")
    else:
        standing = voice.t("{length} left", length=voice.length(int(left)))
    whole = max(1, allowed_span)
    return BudgetView(
        name=voice.component(one.component),
        availability=figure.percent(one.availability, voice.language),
        target=voice.t("target {target}", target=_target(one.target, voice)),
        standing=standing,
        notes=_doubts(one, voice),
        share=min(1000, -(-used * 1000 // whole)),
        over=max(0, min(300, (used - whole) * 1000 // whole)),
    )


def _doubts(one: Budget, voice: Voice) -> list[str]:
    """A figure stands alone only where everything was measured and nothing is heading for the wall."""
    said: list[str] = []
    if one.unknown and one.coverage is not None:
        said.append(
            voice.t(
                "{length} not measured; measured: {share}",
                length=voice.length(one.unknown),
                share=figure.percent(one.coverage, voice.language),
            )
        )
    if one.open:
        said.append(voice.t("Open: the time that was not measured decides."))
    if one.used_up_at is not None:
        said.append(voice.t("at this rate used up {time}", time=voice.clock(one.used_up_at, seconds=False)))
    return said


def _target(target: str, voice: Voice) -> str:
    gap = figure.NARROW if voice.language == "en" else ""
    return f"{target}{gap}%"


def _period(budgets: Sequence[Budget], voice: Voice) -> str:
    """`November 2026`, by the earliest period that still runs."""
    if not budgets:
        return ""
    here = figure.local(max(one.since for one in budgets), voice.zone)
    return figure.month(here.year, here.month, voice.language)
