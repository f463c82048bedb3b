"""`library`: what was written of every case, found again by its words."""

from typing import Any

from pydantic import Field

from config.agreement import CaseKind
from console.user import Access
from incidents.case import CaseProgress
from incidents.library import Where
from incidents.recalling import searched
from upheld.api.field import Name, Shape, Time, Words
from upheld.api.route import Asked, Route
from upheld.shown import found_json


class LibraryPassage(Shape):
    where: Where
    text: str


class LibraryCase(Shape):
    """`found`: where one of the words stands."""

    id: str
    customer: str
    kind: CaseKind
    state: CaseProgress
    component: str | None
    incident: str | None
    title: str
    reported_at: Time
    cause: str
    helped: str
    found: list[LibraryPassage]


class Library(Shape):
    items: list[LibraryCase]


class LibraryAsked(Shape):
    q: Words = Field(description="all of these words; Chinese needs no spaces")
    customer: Name | None = Field(None, description="only his cases")


async def search(asked: Asked) -> Any:
    text, customer, config = asked.query["q"], asked.query["customer"], asked.rules.config
    found = await asked.read(lambda tx: searched(tx, config, text, customer, asked.now))
    return {"items": [found_json(one) for one in found]}


ROUTES = (
    Route(
        method="GET",
        path="/library",
        summary="Cases with these words in title, cause, whys or what was done, the newest first, at most 50",
        access=(Access.STAFF,),
        act=search,
        query=LibraryAsked,
        answer=Library,
    ),
)
