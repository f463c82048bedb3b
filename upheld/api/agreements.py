"""`agreements`: contracts, their versions, and what each side said of them."""

from http import HTTPStatus
from typing import Any, Literal

import orjson
from pydantic import Field
from sqlalchemy import Connection

from console.user import Access
from sla.contract import Contract, Side
from sla.store import contract as agreements
from upheld.agreements import contract_json
from upheld.api.field import Listed, Moment, Name, Said, Shape, Terms, Time, Words
from upheld.api.page import page
from upheld.api.problem import Fault, Wrong
from upheld.api.route import Act, Asked, Route, nowhere

EITHER = (Access.AGREEMENTS, Access.GUEST)
"""One of ours who writes it down, or the customer himself."""


class Version(Shape):
    version: int
    effective: Time
    until: Time | None
    target: str
    components: list[str]
    fee: str | None
    by: str
    way: Literal["configuration", "desk", "command"]
    reason: str
    recorded_at: Time
    confirmed_by: list[Side]
    declined_by: list[Side]
    sha256: str


class Agreement(Shape):
    """What holds now; `events`: the consents, refusals and ends of every version."""

    agreement: str
    customer: str
    state: Literal["in force", "to come", "ended"]
    version: int
    target: str
    period: str
    components: list[str]
    effective: Time
    ends: Time | None
    contract: str | None
    confirmed_by: list[Side]
    versions: list[Version]
    events: list[Said]


class AgreementPage(Shape):
    items: list[Agreement]
    next: str | None


class Which(Shape):
    name: Name | None = Field(None, description="which of the customer's agreements, where he has several")


class Signed(Shape):
    side: Side
    reference: Words


class Revising(Shape):
    """What changes; or `terms`, the whole new version as it would stand under `agreements:`."""

    reason: Words
    effective: Name | None = Field(None, description="the day from which it holds", examples=["2026-12-01"])
    target: Name | None = Field(None, examples=["99.9"])
    components: list[Name] | None = Field(None, min_length=1, description="covers exactly these from then on")
    ends: Name | None = None
    contract: Words | None = Field(None, description="the number of the signed amendment")
    terms: Terms | None = None
    signed: list[Signed] = Field(default_factory=list, max_length=2)


class VersionConfirming(Shape):
    """`side`: a customer's own program need not say."""

    side: Side | None = None
    version: int | None = Field(None, ge=1, le=1_000_000, description="another than the newest")
    reference: Words = Field(description="where it can be read")
    happened_at: Moment | None = None


class VersionDeclining(Shape):
    side: Side | None = None
    version: int | None = Field(None, ge=1, le=1_000_000)
    reason: Words
    happened_at: Moment | None = None


async def every(asked: Asked) -> Any:
    found = await asked.read(lambda tx: agreements.contracts(tx, asked.reader.customer))
    return page(found, lambda one: one.id, lambda one: contract_json(one, asked.now), asked.query, newest_first=False)


async def one(asked: Asked) -> Any:
    return contract_json(await asked.read(lambda tx: _found(asked, tx)), asked.now)


async def revise(asked: Asked) -> Any:
    given = dict(asked.body)
    terms = given.pop("terms")
    text = None if terms is None else orjson.dumps(terms).decode()
    signed = [(each["side"], each["reference"]) for each in given.pop("signed")]
    return await _carried_out(asked, "agreement.revise", {**given, "text": text, "file": "terms", "signed": signed})


def _word(command: str) -> Act:
    async def act(asked: Asked) -> Any:
        given = dict(asked.body)
        side = given.pop("side")
        if asked.reader.customer is not None:
            if side not in (None, Side.CUSTOMER):
                raise Wrong(HTTPStatus.FORBIDDEN, "the provider's word is not the customer's to give")
            side = Side.CUSTOMER
        if side is None:
            fault: Fault = {"pointer": "/side", "detail": "Field required"}
            raise Wrong(HTTPStatus.UNPROCESSABLE_ENTITY, "write whose word it is", [fault])
        return await _carried_out(asked, command, {**given, "side": side})

    return act


async def _carried_out(asked: Asked, command: str, given: dict[str, Any]) -> Any:
    contract = await asked.read(lambda tx: _found(asked, tx))
    answer = await asked.carry_out(command, {"id": contract.id, **given})
    await asked.office.followed()
    return answer


def _found(asked: Asked, tx: Connection) -> Contract:
    """Raises Wrong."""
    customer, name = asked.place["customer"], asked.query["name"]
    found = agreements.contracts(tx, customer)
    wanted = [one for one in found if name in (None, one.newest.agreement.name)]
    if len(wanted) > 1:
        names = ", ".join(one.newest.agreement.name for one in wanted)
        fault: Fault = {"parameter": "name", "detail": f"write one of {names}"}
        raise Wrong(HTTPStatus.UNPROCESSABLE_ENTITY, f"{customer} has several agreements", [fault])
    if not wanted:
        raise nowhere(f"agreement of {customer!r}" if name is None else f"agreement {customer}/{name}")
    return wanted[0]


def _post(what: str, summary: str, act: Act, body: type[Shape], *access: Access) -> Route:
    return Route(
        method="POST",
        path=f"/agreements/{{customer}}/{what}",
        summary=summary,
        access=access,
        act=act,
        query=Which,
        body=body,
        answer=Agreement,
    )


ROUTES = (
    Route(
        method="GET",
        path="/agreements",
        summary="Every agreement, by id",
        access=(Access.MEMBER,),
        act=every,
        query=Listed,
        answer=AgreementPage,
    ),
    Route(
        method="GET",
        path="/agreements/{customer}",
        summary="One agreement: its versions and consents",
        access=(Access.ROOM,),
        act=one,
        query=Which,
        answer=Agreement,
    ),
    _post("revise", "The next version", revise, Revising, Access.AGREEMENTS),
    _post("confirm", "A side signed a version", _word("agreement.confirm"), VersionConfirming, *EITHER),
    _post("decline", "A side refuses a version", _word("agreement.decline"), VersionDeclining, *EITHER),
)
