"""`incidents`: technical faults and what is done about them."""

from typing import Any, Literal

from pydantic import Field
from sqlalchemy import Connection

from config.language import CHINESE
from config.state import State
from console.user import Access
from incidents.explaining import explained
from incidents.incident import Progress
from incidents.recalling import before
from incidents.severity import MILDEST, WORST
from incidents.store import evidence
from incidents.store import incident as incidents
from notify.store import told as telling
from upheld.api.field import Listed, Moment, Name, Said, Shape, Time, Words
from upheld.api.page import page
from upheld.api.route import Act, Asked, Route, nowhere
from upheld.shown import alerts_of, because_json, earlier_json, event_json, evidence_json, incident_json, told_json


class Incident(Shape):
    id: str
    state: Progress
    severity: int
    component: str
    component_state: State
    reason: str
    opened_at: Time
    started_at: Time
    acknowledged_at: Time | None
    acknowledged_by: str | None
    snoozed_until: Time | None = Field(description="nobody has it: it was put off, and nobody is called until then")
    resolved_at: Time | None
    held_by: list[str] = Field(description="what holds its calls: `silence:3`, or the number of an incident")
    merged_into: str | None
    parts: list[str] = Field(description="incidents that are part of this one")
    split_from: str | None = Field(description="the incident its alerts were part of; the cases are of that one")
    cases: list[str]


class Attempt(Shape):
    number: int
    started_at: Time
    ended_at: Time | None
    result: str
    reason: str | None
    detail: str | None


class Receipt(Shape):
    """What the receiver's side said of a message later."""

    what: str
    detail: str
    received_at: Time


class Told(Shape):
    """Who was told what, over which channel."""

    purpose: str
    person: str
    channel: str
    state: str
    decided_at: Time
    due_at: Time
    done_at: Time | None
    outcome: str | None
    attempts: list[Attempt]
    receipts: list[Receipt]


class Try(Shape):
    result: str
    reason: str | None
    latency_ms: int
    address: str | None


class Evidence(Shape):
    """The exchange that failed first. Phases are milliseconds; what facts there are depends on the kind of check."""

    check: str
    location: str
    started_at: Time
    result: str
    reason: str | None
    latency_ms: int
    phases: dict[str, int]
    detail: str | None
    facts: dict[str, str | int | bool | None]
    attempts: list[Try]


class EarlierIncident(Shape):
    """What caused it and what helped, in the words of whoever wrote it, or empty."""

    id: str
    opened_at: Time
    cause: str
    helped: str


class Alert(Shape):
    """`number` names it where some are split out."""

    number: int
    source: str
    key: str
    summary: str
    severity_word: str | None
    state: State
    starts_at: Time
    received_at: Time
    count: int
    labels: dict[str, str]


class IncidentTold(Incident):
    """`evidence`: null where no check saw it begin. `before`: at most three like it, the most alike first. `alerts`:
    those that make it fail now, in the order they came, at most a hundred."""

    alerts: list[Alert]
    events: list[Said]
    told: list[Told]
    evidence: Evidence | None
    before: list[EarlierIncident]


class Because(Shape):
    at: Time
    because: str


class Why(Shape):
    """In the order it happened."""

    id: str
    because: list[Because]


class WhyAsked(Shape):
    person: Name | None = Field(None, description="why this one was called, or was not")
    language: Literal["zh-CN", "en"] | None = Field(None, description="the site's first if not given")


class IncidentPage(Shape):
    items: list[Incident]
    next: str | None


class IncidentsListed(Listed):
    resolved: bool = Field(False, description="resolved ones too")


class Taking(Shape):
    pass


class Acknowledging(Shape):
    over: bool = Field(False, description="take it over from whoever has it")


class Resolving(Shape):
    reason: Words | None = Field(None, description="what was done; every customer concerned reads it")


class Snoozing(Shape):
    until: Moment = Field(description="a day ahead at most")
    reason: Words = Field(description="why nobody needs to be called until then")


class Weighing(Shape):
    severity: int = Field(ge=WORST, le=MILDEST)
    reason: Words = Field(description="what makes it better or worse than it looks")


class Merging(Shape):
    into: Name = Field(description="the incident it is part of")
    reason: Words = Field(description="what makes the two one fault")


class Splitting(Shape):
    """Without `alerts` and `match`: what was merged is one of its own again."""

    alerts: list[int] = Field([], max_length=100, description="numbers of alerts that become an incident of their own")
    match: list[Words] = Field([], max_length=20, description="or all whose labels fit these matchers")
    reason: Words = Field(description="what makes them two faults")


class Noting(Shape):
    text: Words


async def every(asked: Asked) -> Any:
    def made(tx: Connection) -> Any:
        found = incidents.newest(tx) if asked.query["resolved"] else incidents.unresolved(tx)
        return page(found, lambda one: one.id, lambda one: incident_json(tx, one), asked.query)

    return await asked.read(made)


async def one(asked: Asked) -> Any:
    id = asked.place["id"]

    def told(tx: Connection) -> Any:
        found = incidents.find(tx, id)
        if found is None:
            raise nowhere(f"incident {id!r}")
        return {
            **incident_json(tx, found),
            "alerts": alerts_of(tx, found),
            "events": [event_json(event) for event in incidents.events(tx, id)],
            "told": [told_json(each) for each in telling.history(tx, incident=id)],
            "evidence": evidence_json(evidence.find(tx, id)),
            "before": [earlier_json(each) for each in before(tx, found)],
        }

    return await asked.read(told)


async def why(asked: Asked) -> Any:
    id, person, config = asked.place["id"], asked.query["person"], asked.rules.config
    if person is not None and person not in config.people:
        raise nowhere(f"person {person!r}")
    found = await asked.read(lambda tx: explained(tx, config, id, person))
    if found is None:
        raise nowhere(f"incident {id!r}")
    language = asked.query["language"] or next(iter(config.site.languages), CHINESE)
    return {"id": id, "because": [because_json(each, language) for each in found]}


def _carried_out(command: str) -> Act:
    async def act(asked: Asked) -> Any:
        return await asked.carry_out(command, {"id": asked.place["id"], **asked.body})

    return act


def _post(what: str, command: str, summary: str, body: type[Shape]) -> Route:
    return Route(
        method="POST",
        path=f"/incidents/{{id}}/{what}",
        summary=summary,
        access=(Access.INCIDENTS,),
        act=_carried_out(command),
        body=body,
        answer=Incident,
    )


ROUTES = (
    Route(
        method="GET",
        path="/incidents",
        summary="Unresolved incidents, newest first",
        access=(Access.STAFF,),
        act=every,
        query=IncidentsListed,
        answer=IncidentPage,
    ),
    Route(
        method="GET",
        path="/incidents/{id}",
        summary="One incident: every event, who was told what, and what a check saw first",
        access=(Access.STAFF,),
        act=one,
        answer=IncidentTold,
    ),
    Route(
        method="GET",
        path="/incidents/{id}/why",
        summary="Why somebody was called, or nobody, from the decisions as they were stored",
        access=(Access.STAFF,),
        act=why,
        query=WhyAsked,
        answer=Why,
    ),
    _post("acknowledge", "incident.ack", "Take it: escalation stops", Acknowledging),
    _post("resolve", "incident.resolve", "End it by hand", Resolving),
    _post("escalate", "incident.escalate", "Tell it from the first step, by today's policy", Taking),
    _post("snooze", "incident.snooze", "Put it off: nobody is called until then", Snoozing),
    _post("severity", "incident.severity", "Say how bad it is; raised, it pages again", Weighing),
    _post("merge", "incident.merge", "Make it part of another one: that is told, taken and ended for both", Merging),
    _post("split", "incident.split", "Make it, or alerts of it, a fault of its own", Splitting),
    _post("note", "incident.note", "Write something on its timeline, for the staff alone", Noting),
)
