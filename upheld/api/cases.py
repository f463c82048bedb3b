"""`cases`: what each customer is owed under his agreement."""

from typing import Any

from pydantic import Field
from sqlalchemy import Connection

from config.agreement import CaseKind
from console.user import Access
from incidents.case import Case as Known
from incidents.case import CaseProgress
from incidents.clock import ClockState
from incidents.store import case as cases
from upheld.api.field import Listed, Said, Shape, Time
from upheld.api.page import page
from upheld.api.route import Asked, Route, nowhere
from upheld.shown import case_json, event_json


class Clock(Shape):
    """`due_at` is what was promised; `target_at`, tighter, is our own and not told to customers. `cycle` counts what is
    owed again and again."""

    name: str
    cycle: int
    started_at: Time
    state: ClockState
    due_at: Time | None
    target_at: Time | None
    done_at: Time | None
    provisional: bool


class Case(Shape):
    id: str
    customer: str
    agreement: str | None
    agreement_version: int | None
    kind: CaseKind
    level: int
    unconfirmed_levels: list[int]
    state: CaseProgress
    rated_by: str | None
    low_rating: bool
    title: str
    component: str | None
    incident: str | None
    reported_at: Time
    opened_at: Time
    resolved_at: Time | None
    confirmed_at: Time | None
    clocks: list[Clock]


class CaseTold(Case):
    events: list[Said]


class CasePage(Shape):
    items: list[Case]
    next: str | None


class CasesListed(Listed):
    closed: bool = Field(False, description="closed ones too")


async def every(asked: Asked) -> Any:
    own = asked.reader.customer

    def made(tx: Connection) -> Any:
        found = cases.every(tx) if asked.query["closed"] else cases.open_cases(tx)
        seen = [one for one in found if own in (None, one.customer)]
        return page(seen, lambda one: one.id, lambda one: _shown(asked, one), asked.query)

    return await asked.read(made)


async def one(asked: Asked) -> Any:
    id, own = asked.place["id"], asked.reader.customer

    def told(tx: Connection) -> Any:
        found = cases.find(tx, id)
        if found is None or own not in (None, found.customer):
            raise nowhere(f"case {id!r}")
        return {**_shown(asked, found), "events": [event_json(event) for event in cases.events(tx, id)]}

    return await asked.read(told)


def _shown(asked: Asked, one: Known) -> dict[str, Any]:
    shown = case_json(one, asked.rules.caseload.clocks(one, asked.now))
    if asked.reader.customer is None:
        return shown
    return {**shown, "clocks": [{**clock, "target_at": None} for clock in shown["clocks"]]}


ROUTES = (
    Route(
        method="GET",
        path="/cases",
        summary="Open cases, newest first",
        access=(Access.MEMBER,),
        act=every,
        query=CasesListed,
        answer=CasePage,
    ),
    Route(
        method="GET",
        path="/cases/{id}",
        summary="One case: every fact, and its clocks now",
        access=(Access.MEMBER,),
        act=one,
        answer=CaseTold,
    ),
)
