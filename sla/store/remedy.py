"""Bookings, outcomes of months and obligations in the store: rows are added, never changed; each is a leaf as well."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, select

from config.agreement import Agreement
from config.instant import Instant
from db.ledger.leaf import Leaf
from db.ledger.store import append_all, stamped
from db.tables.remedies import booking, month, obligation, obligation_event
from sla.booking import MEASURE, Booking, MonthOutcome, Obligation, Standing, in_order
from sla.cap import granted
from sla.settlement import Remedies
from sla.streak import obligations_of, outcomes_with

OPENED = "opened"
FULFILLED = "fulfilled"
WITHDRAWN = "withdrawn"
CLOSING = (FULFILLED, WITHDRAWN)
HOUSE = "upheld"
"""Who did it where nobody did."""
FAR: Instant = 1 << 60


class NoObligation(LookupError):
    """There is no such open obligation; the text says what to do."""


def book(
    tx: Connection, customer: str, remedies: Remedies, statement: str, revision: int, now: Instant
) -> tuple[Booking, ...]:
    """What a sealed revision changes in the account, part of the sealing transaction; nothing the second time.

    The differences are to what is booked when this runs, not when the statement was composed.
    """
    now, booked = stamped(tx, now), list[Booking]()
    for agreement, begun, outcome in remedies.settled:
        known = select(month.c.id).where(
            month.c.agreement == agreement.id, month.c.month == outcome.month, month.c.revision == revision
        )
        if tx.scalar(known) is not None:
            continue
        before = [one for one in bookings(tx, customer, now) if one.agreement == agreement.id]
        claims = [one for one in remedies.claims if one.agreement == agreement.id]
        _, entries = granted(agreement, begun, outcome.month, claims, before)
        booked += _add_bookings(tx, customer, entries, statement, revision, now)
        _add_outcome(tx, customer, outcome, revision, now)
        _owe(tx, customer, agreement, outcome, now)
    return tuple(booked)


def bookings(tx: Connection, customer: str, until: Instant) -> tuple[Booking, ...]:
    """Recorded up to `until`, in their order."""
    rows = select(booking).where(booking.c.customer == customer, booking.c.recorded_at <= until).order_by(booking.c.id)
    return tuple(_booking(row) for row in tx.execute(rows))


def outcomes(tx: Connection, customer: str, until: Instant) -> tuple[MonthOutcome, ...]:
    """Of every sealed month, in the order recorded: of several of one month the later holds."""
    rows = select(month).where(month.c.customer == customer, month.c.recorded_at <= until).order_by(month.c.id)
    return tuple(
        MonthOutcome(
            agreement=row.agreement,
            month=row.month,
            standing=Standing(row.standing),
            year_so_far=Standing(row.year_so_far),
        )
        for row in tx.execute(rows)
    )


def obligations(tx: Connection, until: Instant, customer: str | None = None) -> tuple[Obligation, ...]:
    """Opened up to `until`, `in_order`; of all customers if none is named."""
    closed = (
        select(obligation_event.c.recorded_at)
        .where(
            obligation_event.c.obligation == obligation.c.id,
            obligation_event.c.kind.in_(CLOSING),
            obligation_event.c.recorded_at <= until,
        )
        .limit(1)
        .scalar_subquery()
    )
    owner = (
        select(obligation_event.c.note)
        .where(obligation_event.c.obligation == obligation.c.id, obligation_event.c.kind == OPENED)
        .scalar_subquery()
    )
    rows = select(obligation, closed.label("closed_at"), owner.label("owner"))
    rows = rows.where(obligation.c.opened_at <= until)
    if customer is not None:
        rows = rows.where(obligation.c.customer == customer)
    # not ordered by the store: where those without a date stand is said otherwise by each kind of it
    return in_order(_obligation(row) for row in tx.execute(rows))


def add_measure(tx: Connection, customer: str, one: Obligation, by: str, now: Instant) -> Obligation:
    """A measure of improvement; its number is made here. What people wrote and who they are stays beside its leaf."""
    now = stamped(tx, now)
    own = [each for each in obligations(tx, FAR, customer) if each.gives == MEASURE]
    row = {
        "agreement": one.agreement,
        "rule": f"{MEASURE}-{len(own) + 1}",
        "month": one.month,
        "gives": MEASURE,
        "due_at": one.due_at,
        "provisional": one.provisional,
    }
    text, owner = one.then, one.owner
    id = f"{one.agreement}/{row['rule']}/{one.month}"
    tx.execute(insert(obligation).values(**row, then=text, id=id, customer=customer, opened_at=now))
    tx.execute(insert(obligation_event).values(obligation=id, kind=OPENED, recorded_at=now, by=by, note=owner))
    said = {"then": text, "owner": owner, "by": by}
    append_all(
        tx, [Leaf(kind="obligation", stream=f"obligation/{id}", body={"event": OPENED, **row}, private=said)], now
    )
    return replace(one, id=id, rule=f"{MEASURE}-{len(own) + 1}", opened_at=now)


def owe(tx: Connection, customer: str, one: Obligation, now: Instant) -> bool:
    """What nobody wrote but a rule asks for; False where it was opened before."""
    if tx.scalar(select(exists().where(obligation.c.id == one.id))):
        return False
    now = stamped(tx, now)
    row = {
        "agreement": one.agreement,
        "rule": one.rule,
        "month": one.month,
        "then": one.then,
        "gives": one.gives,
        "due_at": one.due_at,
        "provisional": one.provisional,
    }
    tx.execute(insert(obligation).values(**row, id=one.id, customer=customer, opened_at=now))
    append_all(tx, [Leaf(kind="obligation", stream=f"obligation/{one.id}", body={"event": OPENED, **row})], now)
    return True


def opened_of(tx: Connection, ids: Collection[str]) -> set[str]:
    """Those of these that were opened."""
    return set(tx.scalars(select(obligation.c.id).where(obligation.c.id.in_(ids))))


def fulfil(tx: Connection, id: str, by: str, note: str | None, now: Instant) -> Obligation:
    """Raises NoObligation."""
    now = stamped(tx, now)
    known = {one.id: one for one in obligations(tx, now)}
    if id not in known:
        raise NoObligation(f"there is no obligation '{id}'; `upheld obligation list` shows them")
    if known[id].closed_at is not None:
        raise NoObligation(f"obligation '{id}' is closed already; `upheld obligation list --all` says when")
    note_event(tx, id, FULFILLED, by, note, now)
    return next(one for one in obligations(tx, now) if one.id == id)


def noted(tx: Connection, ids: Collection[str]) -> set[tuple[str, str]]:
    """(obligation, kind) of every event of these."""
    rows = select(obligation_event.c.obligation, obligation_event.c.kind)
    return {(row.obligation, row.kind) for row in tx.execute(rows.where(obligation_event.c.obligation.in_(ids)))}


def note_event(tx: Connection, id: str, kind: str, by: str, note: str | None, now: Instant) -> bool:
    """False where this was noted before."""
    there = exists().where(obligation_event.c.obligation == id, obligation_event.c.kind == kind)
    if tx.scalar(select(there)):
        return False
    now = stamped(tx, now)
    tx.execute(insert(obligation_event).values(obligation=id, kind=kind, recorded_at=now, by=by, note=note))
    said = {"by": by, "note": note} if by != HOUSE or note is not None else None
    append_all(tx, [Leaf(kind="obligation", stream=f"obligation/{id}", body={"event": kind}, private=said)], now)
    return True


def _add_bookings(
    tx: Connection, customer: str, entries: Iterable[Booking], statement: str, revision: int, now: Instant
) -> list[Booking]:
    made: list[Booking] = []
    rows: list[dict[str, Any]] = []
    leaves: list[Leaf] = []
    for one in entries:
        row = {
            "agreement": one.agreement,
            "rule": one.rule,
            "breach": one.breach,
            "month": one.month,
            "statement": statement,
            "revision": revision,
            "percent": one.percent,
            "base": one.base,
            "currency": one.currency,
            "due": one.due,
            "amount": one.amount,
            "capped": one.capped,
            "days": one.days,
            "causes": list(one.causes),
        }
        rows.append({**row, "customer": customer, "recorded_at": now})
        leaves.append(Leaf(kind="booking", stream=f"booking/{one.agreement}", body=row))
        made.append(_dated(one, statement, revision, now))
    if rows:
        tx.execute(insert(booking), rows)
        append_all(tx, leaves, now)
    return made


def _add_outcome(tx: Connection, customer: str, one: MonthOutcome, revision: int, now: Instant) -> None:
    row = {
        "agreement": one.agreement,
        "month": one.month,
        "revision": revision,
        "standing": one.standing.value,
        "year_so_far": one.year_so_far.value,
    }
    tx.execute(insert(month).values(**row, customer=customer, recorded_at=now))
    append_all(tx, [Leaf(kind="month", stream=f"booking/{one.agreement}", body=row)], now)


def _owe(tx: Connection, customer: str, agreement: Agreement, own: MonthOutcome, now: Instant) -> None:
    known = [one for one in obligations(tx, now, customer) if one.agreement == agreement.id]
    opened, groundless = obligations_of(agreement, outcomes_with(outcomes(tx, customer, now), own), known, now)
    for one in opened:
        owe(tx, customer, one, now)
    for one in groundless:
        note_event(tx, one.id, WITHDRAWN, HOUSE, None, now)


def _dated(one: Booking, statement: str, revision: int, now: Instant) -> Booking:
    return replace(one, statement=statement, revision=revision, recorded_at=now)


def _booking(row: Row[Any]) -> Booking:
    return Booking(
        agreement=row.agreement,
        rule=row.rule,
        breach=row.breach,
        month=row.month,
        statement=row.statement,
        revision=row.revision,
        percent=row.percent,
        base=row.base,
        currency=row.currency,
        due=row.due,
        amount=row.amount,
        capped=row.capped,
        days=row.days,
        causes=tuple(row.causes),
        recorded_at=row.recorded_at,
    )


def _obligation(row: Row[Any]) -> Obligation:
    return Obligation(
        id=row.id,
        agreement=row.agreement,
        rule=row.rule,
        month=row.month,
        then=row.then,
        gives=row.gives,
        due_at=row.due_at,
        provisional=bool(row.provisional),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        owner=row.owner,
    )
