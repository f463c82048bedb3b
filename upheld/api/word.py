"""Whose word a request is, and what of the house its reader sees."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy import Connection

from sla.own import asker
from sla.word import customer_of
from upheld.api.problem import Wrong
from upheld.api.route import Act, Asked, nowhere

Known = Callable[[Asked, Connection], object]
"""Raises Wrong where there is no such thing for the reader."""


def spoken(asked: Asked) -> dict[str, Any]:
    """The body with its `customer` as the one who speaks: the reader himself, or whose word he writes down."""
    given = dict(asked.body)
    named, own = given.pop("customer", None), asked.reader.customer
    if own is not None and named not in (None, own):
        raise nowhere(f"customer {named!r}")
    customer = own or named
    return given if customer is None else {**given, "speaker": f"customer:{customer}"}


def covered(asked: Asked) -> list[str] | None:
    """The components the reader sees; None: all of them."""
    own = asked.reader.customer
    if own is None:
        return None
    return sorted({name for one in asked.rules.config.agreements() if one.customer == own for name in one.components})


def for_eyes(asked: Asked, told: dict[str, Any]) -> dict[str, Any]:
    """Without what other customers have, said or would pay, where a customer reads: their number is none of his."""
    own = asked.reader.customer
    if own is None:
        return told
    seen = covered(asked) or ()
    kept = {key: _kept(key, value, own, seen) for key, value in told.items()}
    return kept | {"requested_by": asker(kept["requested_by"], own)}


def _kept(key: str, value: Any, own: str, seen: Sequence[str]) -> Any:
    match key:
        case "components":
            return [one for one in value if one in seen]
        case "notices" | "effect":
            return [one for one in value or () if one["customer"] == own]
        case "countersigned_by":
            return [one for one in value if one == own]
        case "words":
            return {name: word for name, word in value.items() if name == own}
        case "events":
            theirs = [one for one in value if not _anothers(one["by"], own) and one.get("customer") in (None, own)]
            return [{name: _kept(name, said, own, seen) for name, said in one.items()} for one in theirs]
        case _:
            return value


def _anothers(by: str, own: str) -> bool:
    return customer_of(by) not in (None, own)


def saying(command: str, known: Known, *, of_customer: bool) -> Act:
    """Carries it out on what the address names by `id`; `of_customer`: only a customer can say that."""

    async def act(asked: Asked) -> Any:
        given = spoken(asked) if of_customer else asked.body
        if of_customer and "speaker" not in given:
            missing = "only the customer can say that; write whose word it is"
            raise Wrong(
                HTTPStatus.UNPROCESSABLE_ENTITY, missing, [{"pointer": "/customer", "detail": "Field required"}]
            )
        said = await asked.carry_out(command, {"id": asked.place["id"], **given}, lambda tx: known(asked, tx))
        return for_eyes(asked, said)

    return act
