"""Legal holds: while one stands on a customer, nothing of his goes. Placed and released by people, each with a leaf."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant
from db.ledger.leaf import Leaf
from db.ledger.store import append
from upheld import store
from upheld.call import Call, Command
from upheld.shown import at
from upheld.trouble import Trouble

PLACED, RELEASED = "placed", "released"


class NoHold(Trouble):
    """What was asked of a hold cannot be; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One that stands."""

    customer: str
    reason: str
    by: str
    since: Instant


def standing(tx: Connection) -> dict[str, Hold]:
    """By customer."""
    found: dict[str, Hold] = {}
    for row in store.hold_events(tx):
        if row.kind == PLACED:
            found[row.customer] = Hold(customer=row.customer, reason=row.reason, by=row.by, since=row.recorded_at)
        else:
            found.pop(row.customer, None)
    return found


def hold_json(one: Hold) -> dict[str, Any]:
    return {"customer": one.customer, "reason": one.reason, "by": one.by, "since": at(one.since)}


def place(tx: Connection, call: Call) -> Any:
    """`customer, reason`. Raises NoHold."""
    customer, reason = call.arguments["customer"], _reason(call)
    if customer not in call.rules.config.customers:
        known = ", ".join(call.rules.config.customers) or "none"
        raise NoHold(f"there is no customer '{customer}'; known: {known}")
    if customer in standing(tx):
        raise NoHold(f"a hold stands on {customer} already; release it first to give another reason")
    _write(tx, customer, PLACED, reason, call)
    return hold_json(standing(tx)[customer])


def release(tx: Connection, call: Call) -> Any:
    """`customer, reason`. Raises NoHold."""
    customer, reason = call.arguments["customer"], _reason(call)
    if customer not in standing(tx):
        raise NoHold(f"no hold stands on {customer}; `upheld hold list` lists them")
    _write(tx, customer, RELEASED, reason, call)
    return {"customer": customer, "released": at(call.now)}


def _reason(call: Call) -> str:
    reason: str = call.arguments["reason"].strip()
    if not reason:
        raise NoHold("say why: --reason with the proceeding or the request it is for")
    return reason


def _write(tx: Connection, customer: str, kind: str, reason: str, call: Call) -> None:
    row = {"customer": customer, "kind": kind, "reason": reason, "by": call.by, "recorded_at": call.now}
    store.add_hold_event(tx, row)
    private = {"by": call.by, "reason": reason}
    append(
        tx, Leaf(kind=f"hold.{kind}", stream=f"hold/{customer}", body={"customer": customer}, private=private), call.now
    )


COMMANDS: Mapping[str, Command] = {"hold.add": place, "hold.release": release}
