"""Rows of incidents and cases, as the desk's lists and the room show them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.look.state import RANK, Shown
from console import clockface, words
from console.clockface import Face
from console.reading import Standing
from console.silence import held_by
from console.voice import Voice
from incidents.case import Case, CaseProgress
from incidents.incident import Incident, Progress
from incidents.rating import rating_of


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    id: str
    state: str
    name: str
    cause: str
    severity: int
    began: str
    lasted: str
    progress: str
    holder: str
    free: bool
    """Nobody has acknowledged it."""
    clocks: Sequence[Face]
    customers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    id: str
    customer: str
    customer_id: str
    component: str
    title: str
    level: str
    kind: str
    progress: str
    responsible: str
    offered: str
    opened: str
    incident: str | None
    clock: Face | None
    faces: Sequence[Face]
    provisional: bool
    """One of its clocks runs on a calendar that is not published that far."""
    open: bool
    asks: bool
    """Resolved by us, and the customer has not said anything yet."""


def worst_first(found: Sequence[Incident]) -> list[Incident]:
    """By severity, then by state, then those that wait longest."""
    return sorted(found, key=lambda one: (one.severity, -RANK[Shown(one.state.value)], one.started_at))


def incident_row(one: Incident, cases: Sequence[Standing], voice: Voice) -> IncidentRow:
    until = one.resolved_at or voice.now
    near = [face for case in cases if (face := clockface.nearest(case.case, case.clocks, voice)) is not None]
    return IncidentRow(
        id=one.id,
        state=Shown.UP.value if one.recovered else one.state.value,
        name=voice.component(one.component),
        cause=voice.cause(one.title),
        severity=one.severity,
        began=voice.clock(one.started_at, seconds=False),
        lasted=voice.length(max(0, until - one.started_at)),
        progress=_progress(one, voice),
        holder=_holder(one, voice),
        free=one.progress is Progress.TRIGGERED,
        clocks=clockface.by_urgency(near),
        customers=voice.listed([voice.customer(case.case.customer) for case in cases]),
    )


def _holder(one: Incident, voice: Voice) -> str:
    """Who has it and since when; of what is over, who took it: the time is not that of the end."""
    if one.acknowledged_by is None:
        return ""
    who, at = voice.who(one.acknowledged_by), one.acknowledged_at
    if at is None:
        return who
    time = voice.clock(at, seconds=False)
    return f"{who}{voice.comma}{time}" if one.unresolved else voice.t("taken by {who}, {time}", who=who, time=time)


def _progress(one: Incident, voice: Voice) -> str:
    if one.unresolved and one.held_by:
        return voice.t("Calls held by {what}", what=held_by(one.held_by, voice))
    if one.snoozed_until is not None:
        return voice.t("Put off until {time}", time=voice.clock(one.snoozed_until, seconds=False))
    return voice.t(words.PROGRESS[one.progress.value])


def case_row(one: Standing, voice: Voice) -> CaseRow:
    case = one.case
    return CaseRow(
        id=case.id,
        customer=voice.customer(case.customer),
        customer_id=case.customer,
        component=voice.component(case.component),
        title=named(case, voice),
        level=voice.level(case),
        kind=voice.t(words.KINDS[case.kind.value]),
        progress=voice.progress(case),
        responsible=voice.person(case.responsible) if case.responsible else "",
        offered=voice.person(case.offered) if case.offered else "",
        opened=voice.clock(case.started_at, seconds=False),
        incident=case.incident,
        clock=clockface.nearest(case, one.clocks, voice),
        faces=clockface.faces(case, one.clocks, voice),
        provisional=any(clock.provisional and clock.done_at is None for clock in one.clocks),
        open=case.open,
        asks=case.progress is CaseProgress.RESOLVED,
    )


def scores_of(case: Case, voice: Voice) -> Mapping[str, str]:
    """What its agreement asks the customer to rate."""
    asked = rating_of(voice.agreement(case)).scores
    return {one: voice.t(name) for one, name in words.SCORES.items() if one in asked}


def named(case: Case, voice: Voice) -> str:
    """A person's words as they are; what an incident opened is named as the incident is."""
    if case.incident is None:
        return case.title
    return voice.t("{component}: {cause}", component=voice.component(case.component), cause=voice.cause(case.title))


def by_clock(rows: Sequence[CaseRow]) -> list[CaseRow]:
    """The case whose clock runs out next stands first."""
    return sorted(rows, key=lambda row: (row.clock is None, row.clock.due_at or 0 if row.clock is not None else 0))
