"""`customers/{customer}/statements`: which there are and where each stands, and each as a file."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import quote

from aiohttp import web
from pydantic import Field

from console.user import Access
from upheld.api.field import Listed, Name, Shape, Time
from upheld.api.page import page
from upheld.api.problem import Fault, Wrong
from upheld.api.route import Asked, Route, nowhere
from upheld.counter import Counter
from upheld.listing import statements


class Dispute(Shape):
    line: str
    reason: str
    at: Time


class Statement(Shape):
    """`blocked_by`: what it waits for before it is sealed; `next` says it as a sentence."""

    customer: str
    period: str
    number: str | None
    revision: int | None
    status: Literal["draft", "sealed"]
    verdict: str
    blocked_by: list[str]
    next: list[str]
    sealed_at: Time | None
    mailed_at: Time | None
    delivered_at: Time | None
    asked_at: Time | None
    answer: str | None
    countersigned_at: Time | None
    countersigned_way: str | None
    disputes: list[Dispute]
    revision_proposed: bool


class StatementPage(Shape):
    items: list[Statement]
    next: str | None


class File(Shape):
    format: Name = "json"
    language: Name | None = Field(None, description="the agreement's if not given")


async def every(asked: Asked) -> Any:
    customer = _customer(asked)
    found = await asked.read(lambda tx: statements(tx, asked.rules, customer, asked.now))
    return page(found, lambda one: str(one["period"]), lambda one: one, asked.query)


async def file(asked: Asked) -> Any:
    customer, period, form = _customer(asked), asked.place["period"], asked.query["format"]
    language, counter = asked.query["language"], Counter(lambda: asked.rules)
    _one_of("format", form, counter.formats)
    if language is not None:
        _one_of("language", language, asked.rules.config.site.languages)
    found = await asked.read(lambda tx: counter.file(tx, customer, period, form, language, asked.now))
    kind, _, charset = found.content_type.partition("; charset=")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
        "Cache-Control": "no-store",
    }
    return web.Response(body=found.body, content_type=kind, charset=charset or None, headers=headers)


def _one_of(parameter: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        fault: Fault = {"parameter": parameter, "detail": f"write one of {', '.join(known)}"}
        raise Wrong(HTTPStatus.UNPROCESSABLE_ENTITY, f"there is no {parameter} {value!r}", [fault])


def _customer(asked: Asked) -> str:
    customer = asked.place["customer"]
    if customer not in asked.rules.config.customers:
        raise nowhere(f"customer {customer!r}")
    return customer


ROUTES = (
    Route(
        method="GET",
        path="/customers/{customer}/statements",
        summary="A customer's statements, newest period first, and what each waits for",
        access=(Access.ROOM,),
        act=every,
        query=Listed,
        answer=StatementPage,
    ),
    Route(
        method="GET",
        path="/customers/{customer}/statements/{period}",
        summary="One statement as a file: the sealed revision, else counted anew",
        access=(Access.ROOM,),
        act=file,
        query=File,
        answer=None,
    ),
)
