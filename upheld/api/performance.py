"""`performance`: how fast incidents were noticed, taken and ended, and how well cases were solved."""

from http import HTTPStatus
from typing import Any

from pydantic import Field

from console.user import Access
from incidents.performance import Share, Timing
from incidents.performing import window_of
from upheld.api.field import Moment, Name, Shape, Time
from upheld.api.problem import Wrong
from upheld.api.route import Asked, Route, nowhere
from upheld.performed import performance_json


class Timed(Shape):
    """`n` is what the percentiles are of; `waiting` of them are not over and count with the time so far. `without`: the
    fact never came; not in `n`. Lengths are seconds, whole or as `num/den`."""

    severity: int
    time_to: Timing
    n: int
    waiting: int
    without: int
    median_s: int | str | None
    p90_s: int | str | None


class Shared(Shape):
    """`value` as `num/den`; null where there was nothing to count."""

    share: Share
    n: int
    hits: int
    value: str | None


class Performance(Shape):
    """Of the incidents opened and the cases reported from `from` on, before `to`."""

    from_: Time = Field(alias="from")
    to: Time
    customer: str | None
    incidents: int
    cases: int
    times: list[Timed]
    shares: list[Shared]


class PerformanceAsked(Shape):
    start: Moment | None = Field(None, alias="from", description="thirty days before `to` if not given")
    end: Moment | None = Field(None, alias="to", description="now if not given")
    customer: Name | None = Field(None, description="only his cases, and the incidents that opened one")


async def figures(asked: Asked) -> Any:
    query, known = asked.query, asked.rules.config.customers
    window, customer = window_of(query["start"], query["end"], asked.now), query["customer"]
    if customer is not None and customer not in known:
        raise nowhere(f"customer {customer!r}")
    if window[0] >= window[1]:
        raise Wrong(HTTPStatus.UNPROCESSABLE_ENTITY, "`from` lies before `to`")
    return await asked.read(lambda tx: performance_json(tx, window, customer, asked.now))


ROUTES = (
    Route(
        method="GET",
        path="/performance",
        summary="Times to detect, acknowledge, mitigate and resolve by severity, and shares of cases",
        access=(Access.STAFF,),
        act=figures,
        query=PerformanceAsked,
        answer=Performance,
    ),
)
