"""`cases`: what each customer is owed under his agreement."""

from http import HTTPStatus
from typing import Any, Literal

from aiohttp import web
from pydantic import Field
from sqlalchemy import Connection

from config.agreement import CaseKind
from console.attachment import download, file_of
from console.user import Access
from incidents.case import Case as Known
from incidents.case import CaseProgress
from incidents.clock import ClockState
from incidents.store import case as cases
from upheld.api.field import Listed, Moment, Name, Said, Shape, Time, Words
from upheld.api.page import page
from upheld.api.problem import Wrong
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
    waits_for: Literal["customer", "third-party", "maintenance"] | None
    responsible: str | None
    offered: str | None
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


class Reporting(Shape):
    """`customer`, `level` and `reported_at` are for the provider to say: a customer reports his own, and now."""

    title: Words = Field(description="what does not work, in the customer's words")
    kind: CaseKind = CaseKind.FAULT
    customer: Name | None = None
    component: Name | None = None
    level: int | None = Field(None, description="in the agreement's numbering; else the kind's own")
    caller: Name | None = Field(None, description="who reported it")
    reported_at: Moment | None = Field(None, description="when it was reported, if that was earlier")


async def report(asked: Asked) -> Any:
    own, given = asked.reader.customer, asked.body
    if own is None:
        if given["customer"] is None:
            raise _wrong("say whose it is: `customer`")
        return await asked.carry_out("case.open", given)
    if given["customer"] not in (None, own):
        raise nowhere(f"customer {given['customer']!r}")
    if given["level"] is not None or given["reported_at"] is not None:
        raise _wrong(
            "leave out `level` and `reported_at`: your report counts from now, and its level is said by the provider"
        )
    made = await asked.carry_out("case.open", {**given, "customer": own})
    return as_told(asked, made)


def _wrong(text: str) -> Wrong:
    return Wrong(HTTPStatus.UNPROCESSABLE_ENTITY, text)


async def every(asked: Asked) -> Any:
    own = asked.reader.customer

    def made(tx: Connection) -> Any:
        found = cases.every(tx) if asked.query["closed"] else cases.open_cases(tx)
        seen = [one for one in found if own in (None, one.customer)]
        return page(seen, lambda one: one.id, lambda one: _shown(asked, one), asked.query)

    return await asked.read(made)


def owned(tx: Connection, asked: Asked) -> Known:
    """The case of the address. Raises Wrong where it is not the reader's."""
    id, own = asked.place["id"], asked.reader.customer
    found = cases.find(tx, id)
    if found is None or own not in (None, found.customer):
        raise nowhere(f"case {id!r}")
    return found


async def one(asked: Asked) -> Any:
    def told(tx: Connection) -> Any:
        found = owned(tx, asked)
        return {**_shown(asked, found), "events": [event_json(event) for event in cases.events(tx, found.id)]}

    return await asked.read(told)


async def file(asked: Asked) -> web.Response:
    id, sha256, own = asked.place["id"], asked.place["sha256"], asked.reader.customer
    found = await asked.read(lambda tx: file_of(tx, id, sha256, own))
    if found is None:
        raise nowhere(f"file {sha256!r} of case {id!r}")
    return download(*found)


def _shown(asked: Asked, one: Known) -> dict[str, Any]:
    return as_told(asked, case_json(one, asked.rules.caseload.clocks(one, asked.now)))


def as_told(asked: Asked, shown: dict[str, Any]) -> dict[str, Any]:
    """Our own targets are not for customers."""
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
        method="POST",
        path="/cases",
        summary="Report a fault, a question, a complaint or a request; it gets a number and its clocks at once",
        access=(Access.CASES, Access.GUEST),
        act=report,
        body=Reporting,
        answer=Case,
        made=True,
    ),
    Route(
        method="GET",
        path="/cases/{id}",
        summary="One case: every fact, and its clocks now",
        access=(Access.MEMBER,),
        act=one,
        answer=CaseTold,
    ),
    Route(
        method="GET",
        path="/cases/{id}/files/{sha256}",
        summary="A file of a case, by the hash its fact names",
        access=(Access.MEMBER,),
        act=file,
        answer=None,
    ),
)
