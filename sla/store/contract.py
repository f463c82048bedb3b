"""Stored agreements: versions and events are appended, each with its leaf of the ledger; no row is ever changed."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, assert_never

from sqlalchemy import Connection, Row, func, insert, select

from config.agreement import Agreement
from config.instant import Instant
from config.model import Customer
from db.batch import announce
from db.ledger import store as ledger
from db.ledger.canonical import canonical
from db.ledger.leaf import Leaf
from db.tables.agreements import agreement_event, agreement_version, customer
from sla.contract import Confirmed, Consent, Contract, Declined, Ended, Event, Reminded, Side, Version, Way

TOPIC = "agreement"
"""Announced by everything stored here, so that the rules in force are made anew after the COMMIT."""

PERSONAL = ("reference", "reason", "signed")
"""What people write in an event."""

_V, _E, _C = agreement_version.c, agreement_event.c, customer.c


def digest_of(agreement: Agreement) -> str:
    """Of its RFC 8785 form."""
    return sha256(canonical(agreement.model_dump(mode="json"))).hexdigest()


def add_version(tx: Connection, version: Version) -> None:
    """The caller has checked that it may join the others."""
    version = replace(version, recorded_at=ledger.stamped(tx, version.recorded_at))
    agreement = version.agreement
    tx.execute(
        insert(agreement_version).values(
            agreement=agreement.id,
            version=agreement.version,
            customer=agreement.customer,
            effective=agreement.effective,
            recorded_at=version.recorded_at,
            by=version.by,
            reason=version.reason,
            way=version.way.value,
            body=agreement.model_dump(mode="json"),
            sha256=version.sha256,
        )
    )
    ledger.append(tx, _version_leaf(version), version.recorded_at)
    announce(tx, TOPIC)


def add_event(tx: Connection, event: Event) -> None:
    event = replace(event, recorded_at=ledger.stamped(tx, event.recorded_at))
    last = tx.scalar(select(func.max(_E.seq)).where(_E.agreement == event.agreement)) or 0
    kind, facts = _facts(event)
    tx.execute(
        insert(agreement_event).values(
            agreement=event.agreement,
            seq=last + 1,
            kind=kind,
            version=event.version,
            recorded_at=event.recorded_at,
            by=event.by,
            facts=dict(facts),
        )
    )
    ledger.append(tx, _event_leaf(event, last + 1), event.recorded_at)
    announce(tx, TOPIC)


def _version_leaf(version: Version) -> Leaf:
    """The complete agreement, so that whoever verifies needs nothing else. Who recorded it, and why, is personal."""
    agreement = version.agreement
    return Leaf(
        kind="agreement_version",
        stream=f"agreement/{agreement.id}",
        body={
            "agreement": agreement.model_dump(mode="json"),
            "sha256": version.sha256,
            "way": version.way.value,
            "by": version.by.partition(":")[0],
        },
        private={"by": version.by, "reason": version.reason},
    )


def _event_leaf(event: Event, seq: int) -> Leaf:
    kind, facts = _facts(event)
    return Leaf(
        kind="agreement_event",
        stream=f"agreement/{event.agreement}",
        body={
            "agreement": event.agreement,
            "version": event.version,
            "seq": seq,
            "kind": kind,
            "by": event.by.partition(":")[0],
            "facts": {name: value for name, value in facts.items() if name not in PERSONAL},
        },
        private={"by": event.by, "facts": {name: value for name, value in facts.items() if name in PERSONAL}},
    )


def contracts(tx: Connection, of: str | None = None) -> tuple[Contract, ...]:
    """Every agreement, or one customer's, in the order first recorded."""
    versions = select(agreement_version).order_by(_V.id)
    events = select(agreement_event).order_by(_E.agreement, _E.seq)
    if of is not None:
        versions = versions.where(_V.customer == of)
        events = events.where(_E.agreement.in_(select(_V.agreement).where(_V.customer == of)))
    return _gathered(tx.execute(versions).all(), tx.execute(events).all())


def contract(tx: Connection, id: str) -> Contract | None:
    versions = tx.execute(select(agreement_version).where(_V.agreement == id).order_by(_V.id)).all()
    events = tx.execute(select(agreement_event).where(_E.agreement == id).order_by(_E.seq)).all()
    return next(iter(_gathered(versions, events)), None)


def consents(tx: Connection, customer: str) -> tuple[Consent, ...]:
    """To versions of his agreements, by either side."""
    return tuple(
        event for one in contracts(tx, customer) for event in one.events if isinstance(event, Confirmed | Declined)
    )


def mark(tx: Connection) -> tuple[int, ...]:
    """Changes whenever something is stored here, by whatever process."""
    return tuple(tx.scalar(select(func.max(column.id))) or 0 for column in (_V, _E, _C))


def add_customer(tx: Connection, who: Customer, by: str, now: Instant) -> None:
    """A later one of the same id takes the place of the earlier one. Agreements stand apart."""
    body = who.model_dump(mode="json", exclude={"agreements"})
    tx.execute(insert(customer).values(customer=who.id, recorded_at=now, by=by, body=body))
    announce(tx, TOPIC)


def customers(tx: Connection) -> dict[str, Customer]:
    """By id, without their agreements."""
    rows = tx.execute(select(_C.customer, _C.body).order_by(_C.id))
    return {row.customer: Customer.model_validate(row.body) for row in rows}


def _gathered(versions: Iterable[Row[Any]], events: Iterable[Row[Any]]) -> tuple[Contract, ...]:
    known: dict[str, list[Version]] = {}
    for row in versions:
        known.setdefault(row.agreement, []).append(_version(row))
    happened: dict[str, list[Event]] = {}
    for row in events:
        happened.setdefault(row.agreement, []).append(_event(row))
    return tuple(
        Contract(
            versions=tuple(sorted(found, key=lambda one: one.agreement.version)), events=tuple(happened.get(id, ()))
        )
        for id, found in known.items()
    )


def _version(row: Row[Any]) -> Version:
    return Version(
        agreement=Agreement.model_validate(row.body),
        recorded_at=row.recorded_at,
        by=row.by,
        reason=row.reason,
        way=Way(row.way),
        sha256=row.sha256,
    )


def _facts(event: Event) -> tuple[str, Mapping[str, Any]]:
    match event:
        case Confirmed():
            facts = {"side": event.side.value, "reference": event.reference, "happened_at": event.happened_at}
            return "confirmed", facts
        case Declined():
            said = {"side": event.side.value, "reason": event.reason, "happened_at": event.happened_at}
            return "declined", said
        case Ended():
            signed = {"signed": [[side.value, reference] for side, reference in event.signed]} if event.signed else {}
            return "ended", {"ends": event.ends, "reason": event.reason, **signed}
        case Reminded():
            return "reminded", {"ends": event.ends, "lead": event.lead}
        case _:
            assert_never(event)


def _event(row: Row[Any]) -> Event:
    about = {name: getattr(row, name) for name in ("agreement", "version", "recorded_at", "by")}
    return event_of(row.kind, about | row.facts)


def event_of(kind: str, said: Mapping[str, Any]) -> Event:
    """From what a row or a leaf holds."""
    words = dict.fromkeys(PERSONAL, "") | dict(said)
    about = {name: words[name] for name in ("agreement", "version", "recorded_at", "by")}
    match kind:
        case "confirmed":
            side, at = Side(words["side"]), words["happened_at"]
            return Confirmed(side=side, reference=words["reference"], happened_at=at, **about)
        case "declined":
            side, at = Side(words["side"]), words["happened_at"]
            return Declined(side=side, reason=words["reason"], happened_at=at, **about)
        case "ended":
            # a text where nobody signed, or where the words were erased
            given = () if isinstance(words["signed"], str) else words["signed"]
            signed = tuple((Side(side), reference) for side, reference in given)
            return Ended(ends=words["ends"], reason=words["reason"], signed=signed, **about)
        case kind:
            assert kind == "reminded"
            return Reminded(ends=words["ends"], lead=words["lead"], **about)
