"""The exchange that failed first, frozen with its incident: it stays as long as the incident, whatever the probes drop.

A leaf of the ledger holds its hash, so that nobody can write it anew later. What a target's body said is no part of it
and goes earlier.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, insert, select, update

from config.instant import Instant
from config.state import State
from db.ledger import store as ledger
from db.ledger.canonical import canonical
from db.ledger.leaf import Leaf
from db.tables.incidents import incident_evidence as table
from incidents.incident import Incident
from probe.evidence import BODY, Exchange, answer_of, evidence_of
from probe.inspection.store import failing_exchanges
from probe.result import Outcome, Plain, Reason

KIND = "evidence"
WITNESS = "witness."
_LOOKED_AT = 10
"""So many bad results from the first one on: what witnesses said stands with the one that confirmed the outage."""


def freeze(tx: Connection, incident: Incident, checks: list[str], now: Instant) -> None:
    """What its checks saw first, for an incident without evidence; nothing where no check saw it fail."""
    bad = (Outcome.DOWN, Outcome.DEGRADED) if incident.state is State.DEGRADED else (Outcome.DOWN,)
    found = failing_exchanges(tx, checks, bad, incident.started_at, now, _LOOKED_AT)
    if found:
        _add(tx, incident, _witnessed(found), ledger.stamped(tx, now))


def find(tx: Connection, incident_id: str) -> Exchange | None:
    row = tx.execute(select(table).where(table.c.incident == incident_id)).one_or_none()
    if row is None:
        return None
    answer = answer_of(row.result, row.reason, row.latency_us, row.evidence)
    if row.body is not None:
        answer = replace(answer, facts={**answer.facts, BODY: row.body})
    return Exchange(check=row.check, location=row.location, started_at=row.started_at, answer=answer)


def drop_bodies(tx: Connection, before: Instant, at_once: int) -> int:
    old = select(table.c.incident).where(table.c.body.is_not(None), table.c.recorded_at < before).limit(at_once)
    return tx.execute(update(table).where(table.c.incident.in_(old)).values(body=None)).rowcount


def _witnessed(found: list[Exchange]) -> Exchange:
    """The first one, with what the witnesses said until it was confirmed."""
    first = found[0]
    said: dict[str, Plain] = {
        name: word
        for one in reversed(found)
        if one.check == first.check
        for name, word in one.answer.facts.items()
        if name.startswith(WITNESS)
    }
    return replace(first, answer=replace(first.answer, facts={**first.answer.facts, **said})) if said else first


def _add(tx: Connection, incident: Incident, one: Exchange, recorded_at: Instant) -> None:
    answer = one.answer
    body = answer.facts.get(BODY)
    facts = {name: fact for name, fact in answer.facts.items() if name != BODY}
    row: dict[str, Any] = {
        "incident": incident.id,
        "check": one.check,
        "location": one.location,
        "started_at": one.started_at,
        "result": answer.outcome.value,
        "reason": (answer.reason or Reason.INTERNAL_ERROR).value,
        "latency_us": answer.latency_us,
        "evidence": evidence_of(replace(answer, facts=facts)),
    }
    tx.execute(insert(table).values(recorded_at=recorded_at, body=body, **row))
    ledger.append(tx, _leaf(incident, row), recorded_at)


def _leaf(incident: Incident, row: Mapping[str, Any]) -> Leaf:
    return Leaf(
        kind=KIND,
        stream=f"{KIND}/{incident.component}",
        body={
            "incident": incident.id,
            "check": row["check"],
            "location": row["location"],
            "started_at": row["started_at"],
            "sha256": sha256(canonical(dict(row))).hexdigest(),
        },
    )
