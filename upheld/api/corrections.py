"""`corrections`: intervals that people judged otherwise than they were measured."""

from typing import Any, Literal

from pydantic import Field
from sqlalchemy import Connection

from config.state import State
from console.user import Access
from sla.correction import Correction as Recorded
from sla.store import correction as corrections
from upheld.api.field import Effect, Listed, Moment, Name, Said, Shape, Time, Trial, Words
from upheld.api.page import page
from upheld.api.route import Asked, Route, nowhere
from upheld.api.word import covered, for_eyes, saying, spoken
from upheld.settled import correction_json, said_json


class Correction(Shape):
    """`put_to`: the state it was in truth. `words`: what each customer said last."""

    id: str
    state: Literal["requested", "approved"]
    component: str
    start: Time
    end: Time
    put_to: State
    reason: str
    evidence: str
    requested_by: str
    requested_at: Time
    approved_by: str | None
    approved_at: Time | None
    words: dict[str, Literal["confirmed", "contested"]]


class CorrectionSettled(Correction):
    """After a change; with `dry_run` as it would be, and what that would do."""

    dry_run: bool = False
    effect: list[Effect] | None = None


class CorrectionTold(Correction):
    events: list[Said]


class CorrectionPage(Shape):
    items: list[Correction]
    next: str | None


class Requesting(Shape):
    component: Name
    state: State
    start: Moment
    end: Moment
    reason: Words = Field(description="what was in truth the case; every customer concerned reads it")
    evidence: Words = Field(description="what shows it; read likewise")
    customer: Name | None = Field(None, description="whose word you write down")


class Passing(Shape):
    pass


class Confirming(Shape):
    """A customer's own program says neither whose word it is nor where it can be seen."""

    customer: Name | None = None
    proof: Words | None = None


class Contesting(Shape):
    customer: Name | None = None
    reason: Words


async def every(asked: Asked) -> Any:
    found = await asked.read(lambda tx: corrections.corrections(tx, covered(asked)))
    return page(found, lambda one: one.id, lambda one: for_eyes(asked, correction_json(one)), asked.query)


async def one(asked: Asked) -> Any:
    def told(tx: Connection) -> Any:
        events = [said_json(said) for said in corrections.events_of(tx, asked.place["id"])]
        return for_eyes(asked, {**correction_json(_known(asked, tx)), "events": events})

    return await asked.read(told)


async def request(asked: Asked) -> Any:
    return await asked.carry_out("correction.request", spoken(asked))


def _known(asked: Asked, tx: Connection) -> Recorded:
    """Raises Wrong where it does not concern the reader."""
    id, own = asked.place["id"], covered(asked)
    found = corrections.find(tx, id)
    if found is None or (own is not None and found.component not in own):
        raise nowhere(f"correction {id!r}")
    return found


def _post(what: str, summary: str, body: type[Shape], *, of_customer: bool) -> Route:
    return Route(
        method="POST",
        path=f"/corrections/{{id}}/{what}",
        summary=summary,
        access=(Access.CASES, Access.GUEST) if of_customer else (Access.CASES,),
        act=saying(f"correction.{what}", _known, of_customer=of_customer),
        query=Trial,
        body=body,
        answer=CorrectionSettled,
    )


ROUTES = (
    Route(
        method="GET",
        path="/corrections",
        summary="Every correction, newest first",
        access=(Access.MEMBER,),
        act=every,
        query=Listed,
        answer=CorrectionPage,
    ),
    Route(
        method="POST",
        path="/corrections",
        summary="Ask that an interval be judged otherwise",
        access=(Access.CASES,),
        act=request,
        query=Trial,
        body=Requesting,
        answer=CorrectionSettled,
        made=True,
    ),
    Route(
        method="GET",
        path="/corrections/{id}",
        summary="One correction, and everything said of it",
        access=(Access.MEMBER,),
        act=one,
        answer=CorrectionTold,
    ),
    _post("approve", "Approve it, as the second person", Passing, of_customer=False),
    _post("confirm", "The customer agrees", Confirming, of_customer=True),
    _post("contest", "The customer does not agree", Contesting, of_customer=True),
)
