"""`cases/{id}/stop`: the resolve clock stands still, goes on, and the customer contests that it stood."""

from typing import Any, Literal

from pydantic import Field

from console.user import Access
from upheld.api.cases import Case, as_told, owned
from upheld.api.field import Moment, Name, Shape, Words
from upheld.api.route import Act, Asked, Route


class Stopping(Shape):
    waits_for: Literal["customer", "third-party", "maintenance"]
    awaited: Words = Field(description="what, and from whom; the customer reads it")
    evidence: Name | None = Field(None, description="where it can be seen, unless it is the customer who is awaited")


class StopContesting(Shape):
    since: Moment = Field(description="when it stopped: `recorded_at` of the event `waiting`")
    reason: Words


def _said(command: str) -> Act:
    async def act(asked: Asked) -> Any:
        given = {**asked.body, "id": asked.place["id"]}
        return as_told(asked, await asked.carry_out(command, given, lambda tx: owned(tx, asked)))

    return act


def _post(word: str, command: str, summary: str, access: Access, body: type[Shape] | None = None) -> Route:
    path = f"/cases/{{id}}/{word}"
    return Route(
        method="POST", path=path, summary=summary, access=(access,), act=_said(command), body=body, answer=Case
    )


ROUTES = (
    _post("stop", "case.stop", "The resolve clock stands still; the customer is told at once", Access.CASES, Stopping),
    _post("go-on", "case.go-on", "What was awaited is there", Access.CASES),
    _post(
        "contest-stop", "case.contest-stop", "The customer: it should not have stopped", Access.GUEST, StopContesting
    ),
)
