"""`oncall`: who is on call, and who takes whose place."""

from typing import Any

from pydantic import Field

from console.user import Access
from incidents.rota import Deed
from upheld import oncall as plans
from upheld.api.field import Moment, Name, Shape, Time, Words
from upheld.api.route import Asked, Route, numbered


class Shift(Shape):
    start: Time
    end: Time
    people: list[str]
    gap: bool
    changed: bool


class RotaChange(Shape):
    """What somebody changed of a rota; `swap` is the number both halves of a swap share."""

    id: int
    rota: str
    deed: Deed
    person: str
    instead_of: str | None
    start: Time
    end: Time
    reason: str
    by: str
    recorded_at: Time
    withdrawn_at: Time | None
    swap: int | None


class Concern(Shape):
    """A gap, or a person who cannot be reached, or over one channel alone, or over one nobody tried."""

    concern: str
    subject: str
    at: Time | None
    channel: str | None


class OncallPlan(Shape):
    """By rota: the people on call now, and every shift of the days asked for."""

    now: dict[str, list[str]]
    rotas: dict[str, list[Shift]]
    changes: list[RotaChange]
    concerns: list[Concern]


class Changed(Shape):
    id: int
    changes: list[RotaChange]


class PlanAsked(Shape):
    days: int = Field(plans.DAYS, ge=1, le=366, description="how far ahead")


class Overriding(Shape):
    rota: Name
    deed: Deed
    person: Name
    instead_of: Name | None = Field(None, description="of `replace`; whoever is on call if not given")
    start: Moment | None = Field(None, description="now if not given")
    end: Moment
    reason: Words


class Swapping(Shape):
    rota: Name
    person: Name
    other: Name
    after: Moment | None = Field(None, description="the next shifts from then on; now if not given")
    reason: Words


class SwapAsking(Shape):
    rota: Name
    other: Name
    reason: Words


class AskedShift(Shape):
    """Which `person` would no longer serve."""

    person: str
    start: Time
    end: Time


class SwapAsked(Shape):
    """Nothing is changed until `other` accepts, at the latest at `until`."""

    rota: str
    person: str
    other: str
    reason: str
    until: Time
    shifts: list[AskedShift]


class DutyCalendar(Shape):
    """Whoever has the `address` reads when `person` is on call, without a login."""

    person: str
    address: str


class ChangeWithdrawing(Shape):
    reason: Words


async def plan(asked: Asked) -> Any:
    days = asked.query["days"]
    return await asked.read(lambda tx: plans.plan_json(tx, asked.rules, asked.now, days))


async def override(asked: Asked) -> Any:
    return await asked.carry_out("oncall.override", asked.body)


async def swap(asked: Asked) -> Any:
    return await asked.carry_out("oncall.swap", asked.body)


async def ask(asked: Asked) -> Any:
    return await asked.carry_out("oncall.ask", asked.body)


async def withdraw(asked: Asked) -> Any:
    return await asked.carry_out("oncall.withdraw", {"id": numbered(asked, "change"), **asked.body})


async def calendar(asked: Asked) -> Any:
    person = asked.place["person"]
    return await asked.read(lambda tx: plans.calendar_json(tx, asked.rules, person))


async def renew_calendar(asked: Asked) -> Any:
    return await asked.carry_out("oncall.renew_calendar", {"person": asked.place["person"]})


ROUTES = (
    Route(
        method="GET",
        path="/oncall",
        summary="Who is on call now and over the coming days",
        access=(Access.STAFF,),
        act=plan,
        query=PlanAsked,
        answer=OncallPlan,
    ),
    Route(
        method="POST",
        path="/oncall/changes",
        summary="Add, remove or replace somebody for a time",
        access=(Access.INCIDENTS,),
        act=override,
        body=Overriding,
        answer=RotaChange,
    ),
    Route(
        method="POST",
        path="/oncall/changes/{id}/withdraw",
        summary="Take a change back, from now on",
        access=(Access.INCIDENTS,),
        act=withdraw,
        body=ChangeWithdrawing,
        answer=Changed,
    ),
    Route(
        method="POST",
        path="/oncall/swaps",
        summary="Two people exchange their next shifts",
        access=(Access.INCIDENTS,),
        act=swap,
        body=Swapping,
        answer=Changed,
    ),
    Route(
        method="POST",
        path="/oncall/asks",
        summary="Ask the other by mail to exchange the next shifts; the plan stays until he accepts",
        access=(Access.INCIDENTS,),
        act=ask,
        body=SwapAsking,
        answer=SwapAsked,
    ),
    Route(
        method="GET",
        path="/oncall/calendars/{person}",
        summary="The address of a person's own shifts, for a calendar program",
        access=(Access.STAFF,),
        act=calendar,
        answer=DutyCalendar,
    ),
    Route(
        method="POST",
        path="/oncall/calendars/{person}/renew",
        summary="Another address for a person's shifts; the one before shows nothing any more",
        access=(Access.INCIDENTS,),
        act=renew_calendar,
        answer=DutyCalendar,
    ),
)
