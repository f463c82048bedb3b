"""`findings`: what audits found. Whys and corrective actions are below the case, at `cases/{id}/review`."""

from typing import Any

from pydantic import Field
from sqlalchemy import Connection

from console.user import Access
from incidents.finding import FindingState, Grade
from incidents.review import ReviewState
from upheld import findings
from upheld.api.field import Listed, Name, Shape, Time, Words
from upheld.api.page import page
from upheld.api.route import Asked, Route, nowhere


class Finding(Shape):
    """`id` is its case's. `evidence` closed it; `actions` are its corrective actions, `overdue` of them so many."""

    id: str
    customer: str
    title: str
    opened_at: Time
    state: FindingState
    source: str
    clause: str
    grade: Grade
    evidence: str
    review: ReviewState
    actions: int
    overdue: int


class FindingPage(Shape):
    items: list[Finding]
    next: str | None


class FindingsListed(Listed):
    closed: bool = Field(False, description="closed ones too")


class Recording(Shape):
    customer: Name
    title: Words = Field(description="what was found")
    source: Words = Field(description="which audit")
    clause: Words = Field(description="of the agreement, a standard or a rule of the house")
    grade: Grade


class FindingClosing(Shape):
    evidence: Words = Field(description="where it can be seen that it is mended")


async def every(asked: Asked) -> Any:
    found = await asked.read(lambda tx: findings.findings_json(tx, asked.now))
    wanted = [one for one in found if asked.query["closed"] or one["state"] == FindingState.OPEN]
    return page(wanted, lambda one: one["id"], lambda one: one, asked.query)


async def one(asked: Asked) -> Any:
    return await asked.read(lambda tx: _known(tx, asked))


async def record(asked: Asked) -> Any:
    return await asked.carry_out("finding.open", asked.body)


async def close(asked: Asked) -> Any:
    given = {**asked.body, "id": asked.place["id"]}
    return await asked.carry_out("finding.close", given, lambda tx: _known(tx, asked))


def _known(tx: Connection, asked: Asked) -> dict[str, Any]:
    found = findings.one(tx, asked.place["id"], asked.now)
    if found is None:
        raise nowhere(f"finding {asked.place['id']!r}")
    return found


ROUTES = (
    Route(
        method="GET",
        path="/findings",
        summary="What audits found, newest first",
        access=(Access.STAFF,),
        act=every,
        query=FindingsListed,
        answer=FindingPage,
    ),
    Route(
        method="GET",
        path="/findings/{id}",
        summary="One finding",
        access=(Access.STAFF,),
        act=one,
        answer=Finding,
    ),
    Route(
        method="POST",
        path="/findings",
        summary="Record what an audit found: a case with the clocks of a complaint, its review among them",
        access=(Access.CASES,),
        act=record,
        body=Recording,
        answer=Finding,
        made=True,
    ),
    Route(
        method="POST",
        path="/findings/{id}/close",
        summary="All its corrective actions are done, and where that can be seen",
        access=(Access.CASES,),
        act=close,
        body=FindingClosing,
        answer=Finding,
    ),
)
