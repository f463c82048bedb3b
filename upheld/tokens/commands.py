"""Tokens by command: made, revoked; and what was done with one, stored beside the fact it brought about."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant
from console import store as users
from db.ledger.leaf import Leaf
from db.ledger.store import append
from upheld.call import Call, Command
from upheld.shown import at
from upheld.tokens import store
from upheld.tokens.token import Refused, Token, check_new


def create(tx: Connection, call: Call) -> Any:
    """`name, user, scopes, customer, expires_at, token_hash`. Raises Refused."""
    given, now = call.arguments, call.now
    user = users.find_user(tx, given["user"])
    if user is None:
        raise Refused(f"there is no user {given['user']!r} to act for; write --user, `upheld user add` makes one")
    customer, expires_at = given.get("customer"), given.get("expires_at")
    if customer is not None and customer not in call.rules.config.customers:
        known = ", ".join(call.rules.config.customers) or "none"
        raise Refused(f"there is no customer {customer!r}; known: {known}")
    scopes = check_new(given["name"], given["scopes"], customer, user, expires_at, now)
    if store.find(tx, given["name"]) is not None:
        raise Refused(f"there is a token {given['name']!r} already; a name is used once, also after it was revoked")
    made = Token(
        name=given["name"],
        user=user.name,
        scopes=scopes,
        customer=user.customer if customer is None else customer,
        created_at=now,
        expires_at=expires_at,
        revoked_at=None,
    )
    store.add(tx, made, given["token_hash"])
    body = {"scopes": sorted(made.scopes), "customer": made.customer, "expires_at": made.expires_at}
    _leaf(tx, made, "created", body, {"by": call.by, "user": made.user}, now)
    return token_json(made, now)


def revoke(tx: Connection, call: Call) -> Any:
    """`name`. Raises Refused."""
    found = store.find(tx, call.arguments["name"])
    if found is None:
        raise Refused(f"there is no token {call.arguments['name']!r}; `upheld token list` lists them")
    if found.revoked_at is not None:
        raise Refused(f"the token {found.name!r} is revoked already")
    store.revoke(tx, found.name, call.now)
    _leaf(tx, found, "revoked", {}, {"by": call.by}, call.now)
    return {"token": found.name, "state": "revoked", "revoked_at": at(call.now)}


def used(tx: Connection, token: Token, command: str, about: str, by: str, now: Instant) -> None:
    """In the transaction of what it did: `by` whom it acted, `about` what is the id of that."""
    row = {"token": token.name, "command": command, "about": about, "by": by, "recorded_at": now}
    store.add_use(tx, row)
    _leaf(tx, token, "used", {"command": command, "about": about}, {"by": by}, now)


def token_json(one: Token, now: Instant, last_use: Instant | None = None) -> dict[str, Any]:
    """`used_at`: when it last changed something. Never the token itself: nobody has it but its holder."""
    return {
        "token": one.name,
        "state": "revoked" if one.revoked_at is not None else "active" if one.alive(now) else "expired",
        "user": one.user,
        "scopes": sorted(one.scopes),
        "customer": one.customer,
        "created_at": at(one.created_at),
        "expires_at": at(one.expires_at),
        "revoked_at": at(one.revoked_at),
        "used_at": at(last_use),
    }


def _leaf(
    tx: Connection, one: Token, what: str, body: Mapping[str, Any], private: Mapping[str, Any], now: Instant
) -> None:
    append(tx, Leaf(kind=f"token.{what}", stream=f"token/{one.name}", body=body, private=private), now)


COMMANDS: Mapping[str, Command] = {"token.create": create, "token.revoke": revoke}
