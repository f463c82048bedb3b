"""How each check asks, as leaves of the ledger: a slower interval or a longer timeout cannot be slipped in unseen.

Target and options are in the leaf as a hash, secrets in them by their reference: what is asked may be shown to whom it
concerns, and is not published.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Check, DownWhen
from config.secret import referenced
from db.ledger import store as ledger
from db.ledger.canonical import LARGEST, canonical
from db.ledger.leaf import Leaf

BEGINNING = "check/"


def record(tx: Connection, asked: Iterable[tuple[Check, DownWhen]], now: Instant) -> int:
    """Appends the definitions that differ from the newest ones, and of checks that are gone, that they are.

    Returns how many leaves that made.
    """
    newest = {name: kept.entry.body for name, kept in ledger.newest_below(tx, BEGINNING).items()}
    wanted = {f"{BEGINNING}{check.id}": body_of(check, down_when) for check, down_when in asked}
    gone = {name: _gone(body) for name, body in newest.items() if name not in wanted}
    leaves = [
        Leaf(kind="check", stream=name, body=body) for name, body in (wanted | gone).items() if newest.get(name) != body
    ]
    return len(ledger.append_all(tx, leaves, now))


def body_of(check: Check, down_when: DownWhen) -> dict[str, Any]:
    """Spans in milliseconds."""
    question = {"target": check.target, "options": _exact(referenced(check.options))}
    return {
        "check": check.id,
        "component": check.component,
        "asked": True,
        "kind": check.kind,
        "interval_ms": check.interval,
        "timeout_ms": check.timeout,
        "attempts": check.attempts,
        "fall": check.fall,
        "rise": check.rise,
        "recheck_ms": check.recheck,
        "degraded_over_ms": check.degraded_over,
        "down_when": {"mode": down_when.mode, "up": down_when.up},
        "question_sha256": sha256(canonical(question)).hexdigest(),
    }


def _gone(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"check": body["check"], "component": body["component"], "asked": False}


def _exact(value: object) -> object:
    """As canonical JSON can hold it: whatever is no plain value by the text it shows."""
    match value:
        case None | bool() | str():
            return value
        case int() if abs(value) <= LARGEST:
            return value
        case Mapping():
            return {str(key): _exact(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_exact(inner) for inner in value]
        case _:
            return str(value)
