"""`exclusions`: time that does not count, from the proposal to the customer's word."""

from typing import Any, Literal

from pydantic import Field
from sqlalchemy import Connection

from config.agreement import Category
from config.value import Zone
from console.user import Access
from sla.exclusions import Exclusions
from sla.proposal import Proposal
from sla.store import exclusion as exclusions
from upheld.api.field import Effect, Length, Listed, Moment, Name, Said, Shape, Time, Trial, Words
from upheld.api.page import page
from upheld.api.route import Asked, Route, nowhere
from upheld.api.word import covered, for_eyes, saying, spoken
from upheld.settled import exclusion_json, said_json


class Notice(Shape):
    customer: str | None
    delivered_at: Time
    proof: str


class Exclusion(Shape):
    """One, and how far it is. Either `start` and `end`, or `every`, `duration_s` and `timezone`."""

    id: str
    state: Literal["proposed", "approved", "withdrawn"]
    components: list[str]
    category: Category
    start: Time | None
    end: Time | None
    every: str | None
    duration_s: int | None
    timezone: str | None
    text: str | dict[str, str] | None
    page: bool
    open: bool
    count: bool
    publish: bool
    requested_by: str
    recorded_at: Time
    annex: str | None
    announced_at: Time | None
    notices: list[Notice]
    approved_by: str | None
    countersigned_by: list[str]
    revisions: int
    worked: int


class ExclusionSettled(Exclusion):
    """After a change; with `dry_run` as it would be, and what that would do."""

    dry_run: bool = False
    effect: list[Effect] | None = None


class ExclusionTold(Exclusion):
    events: list[Said]


class ExclusionPage(Shape):
    items: list[Exclusion]
    next: str | None


class ExclusionsListed(Listed):
    withdrawn: bool = Field(False, description="withdrawn ones too")


class Proposing(Shape):
    components: list[Name] = Field(min_length=1, max_length=1000)
    category: Category
    start: Moment | None = None
    end: Moment | None = None
    every: Name | None = Field(None, examples=["Sun 01:00"])
    duration: Length | None = None
    timezone: Zone | None = Field(None, description="of `every`; the site's if not given")
    text: Words | None = Field(None, description="what is done, for every customer concerned")
    page: bool = Field(False, description="people are called meanwhile; needs `open`")
    open: bool = Field(False, description="incidents open meanwhile")
    count: bool = Field(False, description="its time counts all the same")
    publish: bool = Field(True, description="it is on the public page")
    customer: Name | None = Field(None, description="whose word you write down")


class Approving(Shape):
    pass


class Countersigning(Shape):
    """A customer's own program says neither whose word it is nor where it can be seen."""

    customer: Name | None = None
    proof: Words | None = None
    occurrence: Moment | None = Field(None, description="only the window at that time")


class Noticing(Shape):
    delivered_at: Moment
    proof: Words
    customer: Name | None = Field(None, description="who had it, where several are concerned")
    occurrence: Moment | None = None


class Working(Shape):
    start: Moment
    end: Moment


class Withdrawing(Shape):
    reason: Words = Field(description="why, for every customer concerned")
    since: Moment | None = Field(None, description="only what starts then or later")


async def every(asked: Asked) -> Any:
    def known(tx: Connection) -> list[Proposal]:
        found = Exclusions(asked.rules.config).known(tx, covered(asked), asked.now)
        return [one for one in found if asked.query["withdrawn"] or not one.withdrawn]

    return page(
        await asked.read(known), lambda one: one.id, lambda one: for_eyes(asked, exclusion_json(one)), asked.query
    )


async def one(asked: Asked) -> Any:
    def told(tx: Connection) -> Any:
        events = [said_json(said) for said in exclusions.events_of(tx, asked.place["id"])]
        return for_eyes(asked, {**exclusion_json(_known(asked, tx)), "events": events})

    return await asked.read(told)


async def propose(asked: Asked) -> Any:
    return await asked.carry_out("exclusion.add", spoken(asked))


def _known(asked: Asked, tx: Connection) -> Proposal:
    """Raises Wrong where it does not concern the reader."""
    id = asked.place["id"]
    found = [one for one in Exclusions(asked.rules.config).known(tx, covered(asked), asked.now) if one.id == id]
    if not found:
        raise nowhere(f"exclusion {id!r}")
    return found[0]


def _post(what: str, summary: str, body: type[Shape], *, of_customer: bool = False) -> Route:
    return Route(
        method="POST",
        path=f"/exclusions/{{id}}/{what}",
        summary=summary,
        access=(Access.CASES, Access.GUEST) if of_customer else (Access.CASES,),
        act=saying(f"exclusion.{what}", _known, of_customer=of_customer),
        query=Trial,
        body=body,
        answer=ExclusionSettled,
    )


ROUTES = (
    Route(
        method="GET",
        path="/exclusions",
        summary="Every exclusion, newest first",
        access=(Access.MEMBER,),
        act=every,
        query=ExclusionsListed,
        answer=ExclusionPage,
    ),
    Route(
        method="POST",
        path="/exclusions",
        summary="Propose one",
        access=(Access.CASES,),
        act=propose,
        query=Trial,
        body=Proposing,
        answer=ExclusionSettled,
        made=True,
    ),
    Route(
        method="GET",
        path="/exclusions/{id}",
        summary="One exclusion, and everything said of it",
        access=(Access.MEMBER,),
        act=one,
        answer=ExclusionTold,
    ),
    _post("approve", "Approve it, as the second person", Approving),
    _post("countersign", "The customer agrees", Countersigning, of_customer=True),
    _post("notice", "The customer had notice of it", Noticing),
    _post("worked", "Work was done in a window", Working),
    _post("withdraw", "Take it back", Withdrawing),
)
