"""`drills`: incidents that are none, to try the emergency plan. Each ends below `incidents/{id}/resolve`."""

from typing import Any

from pydantic import Field

from console.user import Access
from incidents.incident import Progress
from incidents.severity import MILDEST, WORST
from upheld.api.field import Shape, Time
from upheld.api.incidents import Incident
from upheld.api.route import Asked, Route
from upheld.drills import drills_json


class Drill(Shape):
    """`called`: in the order in which the policy came to them; `result` null while it runs. Lengths are seconds, whole
    or as `num/den`."""

    id: str
    component: str
    state: Progress
    severity: int
    opened_at: Time
    resolved_at: Time | None
    called: list[str]
    answered_by: str | None
    answered_after_s: int | str | None
    result: str | None


class Drills(Shape):
    items: list[Drill]


class Drilling(Shape):
    severity: int | None = Field(None, ge=WORST, le=MILDEST, description="as if it were down if not given")


async def every(asked: Asked) -> Any:
    return {"items": await asked.read(drills_json)}


async def start(asked: Asked) -> Any:
    return await asked.carry_out("drill.start", {"component": asked.place["id"], **asked.body})


ROUTES = (
    Route(
        method="GET",
        path="/drills",
        summary="Every drill, newest first: who was called, who answered within what time, how it went",
        access=(Access.STAFF,),
        act=every,
        answer=Drills,
    ),
    Route(
        method="POST",
        path="/components/{id}/drill",
        summary="Call whoever would be called if the component were down; every message says that it is a drill",
        access=(Access.INCIDENTS,),
        act=start,
        body=Drilling,
        answer=Incident,
    ),
)
