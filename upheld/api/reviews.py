"""`cases/{id}/review`: why a case came about, what is done about it, and whether the customer agrees."""

from typing import Any, Literal

from pydantic import Field

from console.user import Access
from incidents.finding import FindingState, Grade
from incidents.review import Aim, ReviewState
from upheld.api.cases import owned
from upheld.api.field import Beside, Moment, Name, Shape, Time, Words
from upheld.api.route import Act, Asked, Route
from upheld.reviews import review_json


class ReviewWhy(Shape):
    number: int
    why: str
    because: str
    evidence: str


class ReviewAction(Shape):
    """`id` is an obligation's; done once it is fulfilled."""

    id: str
    aim: Aim
    text: str
    owner: str
    state: Literal["open", "overdue", "done"]
    due_at: Time | None
    done_at: Time | None


class ReviewFinding(Shape):
    """What an audit found; `evidence` closed it."""

    state: FindingState
    source: str
    clause: str
    grade: Grade
    evidence: str


class Review(Shape):
    """`finding`: null where the case is no finding of an audit."""

    id: str
    customer: str
    state: ReviewState
    title: str
    finding: ReviewFinding | None
    summary: str
    answer: str
    whys: list[ReviewWhy]
    actions: list[ReviewAction]


class ReviewAsking(Shape):
    why: Words
    because: Words
    evidence: Beside = ""
    number: int | None = Field(None, description="writes that row anew; else it is the next")


class ReviewPlanning(Shape):
    text: Words
    aim: Aim
    owner: Name
    due_at: Moment


class ReviewPresenting(Shape):
    text: Words


class ReviewConfirming(Shape):
    text: Words | None = None


class ReviewContesting(Shape):
    reason: Words


async def one(asked: Asked) -> Any:
    return await asked.read(lambda tx: review_json(tx, owned(tx, asked), asked.now))


def _said(command: str) -> Act:
    async def act(asked: Asked) -> Any:
        said = {**asked.body, "id": asked.place["id"]}
        return await asked.carry_out(command, said, lambda tx: owned(tx, asked))

    return act


def _post(word: str, command: str, summary: str, access: Access, body: type[Shape]) -> Route:
    path = f"/cases/{{id}}/review/{word}"
    return Route(
        method="POST", path=path, summary=summary, access=(access,), act=_said(command), body=body, answer=Review
    )


ROUTES = (
    Route(
        method="GET",
        path="/cases/{id}/review",
        summary="The review of a case: whys, corrective actions, the customer's word",
        access=(Access.MEMBER,),
        act=one,
        answer=Review,
    ),
    _post("whys", "review.why", "A row of the chain: why, and because", Access.CASES, ReviewAsking),
    _post("actions", "review.action", "A corrective action; an obligation from then on", Access.CASES, ReviewPlanning),
    _post("present", "review.present", "Tell the customer what it came to, and ask", Access.CASES, ReviewPresenting),
    _post("confirm", "review.confirm", "The customer confirms the review", Access.GUEST, ReviewConfirming),
    _post("contest", "review.contest", "The customer says what is missing", Access.GUEST, ReviewContesting),
)
