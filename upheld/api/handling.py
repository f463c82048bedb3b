"""`cases/{id}/…`: what people do with a case, and what its customer says of it, for their programs."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from console.user import Access
from upheld.api.cases import Case, as_told, owned
from upheld.api.field import Beside, Moment, Name, Shape, Words
from upheld.api.route import Act, Asked, Route
from upheld.commands import CASE_EVENTS


class CaseTaking(Shape):
    person: Name | None = Field(None, description="one of `people:`; whoever asks if not given")


class HandingOver(Shape):
    to: Name = Field(description="one of `people:`; it is his once he takes it")
    next: Words = Field(description="what is to be done next")


class Levelling(Shape):
    level: int = Field(description="in the agreement's numbering")
    reason: Words = Field(description="the customer reads it, and confirms or contests")


class Happening(Shape):
    what: Annotated[str, StringConstraints(pattern=f"^({'|'.join(sorted(CASE_EVENTS))})$")]
    text: Beside = ""
    happened_at: Moment | None = Field(None, description="if that was earlier")


class Following(Shape):
    cause: Words
    measure: Words


class CaseRating(Shape):
    scores: dict[Name, int] = Field(description="those that the agreement asks for, each from 1 to 5")
    comment: Beside = ""


class CaseNote(Shape):
    text: Words


class CaseWord(Shape):
    text: Beside = ""


class CaseContesting(Shape):
    reason: Words


class Stopping(Shape):
    waits_for: Literal["customer", "third-party", "maintenance"]
    awaited: Words = Field(description="what, and from whom; the customer reads it")
    evidence: Name | None = Field(None, description="where it can be seen, unless it is the customer who is awaited")


class StopContesting(Shape):
    since: Moment = Field(description="when it stopped: `recorded_at` of the event `waiting`")
    reason: Words


OURS, HIS, BOTH = (Access.CASES,), (Access.GUEST,), (Access.CASES, Access.GUEST)


def _said(command: str, more: dict[str, Any]) -> Act:
    async def act(asked: Asked) -> Any:
        given = {**asked.body, **more, "id": asked.place["id"]}
        return as_told(asked, await asked.carry_out(command, given, lambda tx: owned(tx, asked)))

    return act


def _post(
    word: str, command: str, summary: str, access: tuple[Access, ...], body: type[Shape] | None = None, **more: Any
) -> Route:
    path = f"/cases/{{id}}/{word}"
    return Route(
        method="POST", path=path, summary=summary, access=access, act=_said(command, more), body=body, answer=Case
    )


ROUTES = (
    _post("take", "case.take", "It is valid and in scope, and one person is responsible", OURS, CaseTaking),
    _post("hand-over", "case.hand-over", "To another person, who is told and takes it", OURS, HandingOver),
    _post("level", "case.level", "Another level; the stricter stands until the customer confirms", OURS, Levelling),
    _post("event", "case.event", "A fact: a commitment is met, it is resolved; the customer sees it", OURS, Happening),
    _post("follow-up", "case.follow-up", "What was behind a low rating, and what is done about it", OURS, Following),
    _post("note", "case.event", "Write something about it; the other side reads it", BOTH, CaseNote, what="note"),
    _post("rate", "case.rate", "Rate a solved case; entered by the provider it says so", BOTH, CaseRating),
    _post("confirm", "case.event", "The customer: it is solved", HIS, CaseWord, what="confirmed"),
    _post("contest", "case.event", "The customer: it is not solved", HIS, CaseContesting, what="contested"),
    _post("confirm-level", "case.confirm-level", "The customer: that level", HIS, CaseWord),
    _post("contest-level", "case.contest-level", "The customer: no, the stricter one", HIS, CaseContesting),
    _post("stop", "case.stop", "The resolve clock stands still; the customer is told at once", OURS, Stopping),
    _post("go-on", "case.go-on", "What was awaited is there", OURS),
    _post("contest-stop", "case.contest-stop", "The customer: it should not have stopped", HIS, StopContesting),
)
