"""How each check asks, as leaves of the ledger: a slower interval or a longer timeout cannot be slipped in unseen.

Target and options are in the leaf as a hash, secrets in them by their reference: what is asked may be shown to whom it
concerns, and is not published.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Check, DownWhen, Probing
from config.secret import referenced
from db.ledger import store as ledger
from db.ledger.canonical import LARGEST, canonical
from db.ledger.leaf import Leaf
from probe.heartbeat import HEARTBEAT

BEGINNING = "check/"
AT_ONCE = 256
"""Leaves in memory while thousands of checks are new."""
_ALONE = Probing()
_QUESTION = (
    *("asked", "kind", "interval_ms", "timeout_ms", "attempts", "fall", "rise", "recheck_ms", "degraded_over_ms"),
    "question_sha256",
)


def record(tx: Connection, asked: Iterable[tuple[Check, DownWhen]], now: Instant, probing: Probing = _ALONE) -> int:
    """Appends the definitions that differ from the newest ones, and of checks that are gone, that they are.

    Returns how many leaves that made.
    """
    wanted = {f"{BEGINNING}{check.id}": (check, down_when) for check, down_when in asked}
    changed: list[Leaf] = []
    for kept in ledger.newest_below(tx, BEGINNING):
        name, before = kept.entry.stream, kept.entry.body
        body = body_of(*wanted.pop(name), probing) if name in wanted else _gone(before)
        if body != before:
            changed.append(_leaf(name, body))
    leaves = chain(changed, (_leaf(name, body_of(*one, probing)) for name, one in wanted.items()))
    recorded = 0
    while some := list(islice(leaves, AT_ONCE)):
        recorded += len(ledger.append_all(tx, some, now))
    return recorded


def _leaf(name: str, body: Mapping[str, Any]) -> Leaf:
    return Leaf(kind="check", stream=name, body=body)


def body_of(check: Check, down_when: DownWhen, probing: Probing = _ALONE) -> dict[str, Any]:
    """Spans in milliseconds. What follows from `probing` is there only where it differs from the default."""
    reports = check.kind == HEARTBEAT
    panel = probing.alone if reports else probing
    asked = {"witnesses": list(probing.witnesses), "resolvers": list(probing.resolvers)} if not reports else {}
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
        **panel.leaf(),
        **{key: value for key, value in asked.items() if value},
    }


def same_question(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether streaks and history go on from one definition to the next, as they do in the prober."""
    return all(before.get(key) == after.get(key) for key in _QUESTION)


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
