"""`silences`: calls that are held for a time."""

from typing import Any

from pydantic import Field

from console.user import Access
from upheld import silences
from upheld.api.field import Moment, Shape, Time, Words
from upheld.api.route import Asked, Route, nowhere, numbered


class Silence(Shape):
    """In force from `start` until `end`, or until `ended_at`; `holds` are the incidents nobody is called for now."""

    id: int
    matchers: list[str]
    start: Time
    end: Time
    worst_too: bool
    reason: str
    by: str
    recorded_at: Time
    ended_at: Time | None
    ended_by: str | None
    holds: list[str]


class Silences(Shape):
    items: list[Silence]


class SilencesAsked(Shape):
    over: bool = Field(False, description="those that are over, too, the newest 200")


class Silencing(Shape):
    matchers: list[Words] = Field(min_length=1, max_length=20, description='Alertmanager\'s: `component="shop"`')
    start: Moment | None = Field(None, description="now if not given")
    end: Moment = Field(description="31 days after the start at most")
    worst_too: bool = Field(False, description="holds severity 1, too")
    reason: Words


class SilenceEnding(Shape):
    reason: Words


async def every(asked: Asked) -> Any:
    over = asked.query["over"]
    return {"items": await asked.read(lambda tx: silences.listed(tx, asked.now, over=over))}


async def one(asked: Asked) -> Any:
    id = numbered(asked, "silence")
    found = await asked.read(lambda tx: silences.one(tx, id))
    if found is None:
        raise nowhere(f"silence {id}")
    return found


async def add(asked: Asked) -> Any:
    return await asked.carry_out("silence.add", asked.body)


async def end(asked: Asked) -> Any:
    return await asked.carry_out("silence.end", {"id": numbered(asked, "silence"), **asked.body})


ROUTES = (
    Route(
        method="GET",
        path="/silences",
        summary="Silences in force and to come",
        access=(Access.STAFF,),
        act=every,
        query=SilencesAsked,
        answer=Silences,
    ),
    Route(
        method="GET",
        path="/silences/{id}",
        summary="One silence",
        access=(Access.STAFF,),
        act=one,
        answer=Silence,
    ),
    Route(
        method="POST",
        path="/silences",
        summary="Hold the calls of what fits all matchers, for a time",
        access=(Access.INCIDENTS,),
        act=add,
        body=Silencing,
        answer=Silence,
        made=True,
    ),
    Route(
        method="POST",
        path="/silences/{id}/end",
        summary="End it before its time: what still fails calls at once",
        access=(Access.INCIDENTS,),
        act=end,
        body=SilenceEnding,
        answer=Silence,
    ),
)
