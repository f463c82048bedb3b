"""`samples`: the share of closed cases that is read again, which nobody chooses."""

from http import HTTPStatus
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import Connection

from console.user import Access
from upheld import samples
from upheld.api.field import Beside, Listed, Name, Shape, Time
from upheld.api.page import page
from upheld.api.problem import Wrong
from upheld.api.route import Asked, Route, nowhere


class Sampled(Shape):
    """`id` is the case's; `turn` in which it was drawn, `by` and `read_at` null until somebody has read it again."""

    turn: str
    id: str
    customer: str
    title: str
    state: Literal["waiting", "sound", "findings"]
    findings: str
    by: str | None
    read_at: Time | None


class SamplePage(Shape):
    items: list[Sampled]
    next: str | None


class SamplesListed(Listed):
    turn: Name | None = Field(None, description="only of this one, such as 2026-10")


class Rereading(Shape):
    """One of both."""

    findings: Beside = Field("", description="what was found")
    sound: bool = Field(False, description="nothing is wrong")


async def every(asked: Asked) -> Any:
    found = await asked.read(lambda tx: samples.samples_json(tx, asked.query["turn"]))
    return page(found, lambda one: f"{one['turn']}/{one['id']}", lambda one: one, asked.query)


async def one(asked: Asked) -> Any:
    return await asked.read(lambda tx: _known(tx, asked))


async def reread(asked: Asked) -> Any:
    findings, sound = asked.body["findings"], asked.body["sound"]
    if sound == bool(findings):
        text = "write what was found in `findings`, or `sound` where nothing was"
        raise Wrong(HTTPStatus.UNPROCESSABLE_ENTITY, text)
    given = {"id": asked.place["id"], "findings": findings, "sound": sound}
    return await asked.carry_out("sample.reread", given, lambda tx: _known(tx, asked))


def _known(tx: Connection, asked: Asked) -> dict[str, Any]:
    found = samples.one(tx, asked.place["id"])
    if found is None:
        raise nowhere(f"case {asked.place['id']!r} in a sample")
    return found


ROUTES = (
    Route(
        method="GET",
        path="/samples",
        summary="Closed cases that were drawn to be read again, the newest turn first",
        access=(Access.STAFF,),
        act=every,
        query=SamplesListed,
        answer=SamplePage,
    ),
    Route(
        method="GET",
        path="/samples/{id}",
        summary="One of them, as it was drawn last",
        access=(Access.STAFF,),
        act=one,
        answer=Sampled,
    ),
    Route(
        method="POST",
        path="/samples/{id}/reread",
        summary="It was read again: with findings, or sound; the last one of its turn keeps the duty",
        access=(Access.CASES,),
        act=reread,
        body=Rereading,
        answer=Sampled,
    ),
)
