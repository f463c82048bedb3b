"""Sealed revisions and the happenings of every statement. Both are only ever added to."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from config.instant import Instant
from db.batch import announce
from db.ledger.leaf import Leaf
from db.ledger.store import append as append_leaf
from db.ledger.store import stamped
from db.tables.statement import statement as table
from db.tables.statement import statement_event
from sla.evidence import Evidence, kept, unkept
from sla.seal import Seal, digest, numbers, seal_json, seal_of
from sla.standing import Happening, Standing, What, standing_of

TOPIC = "statement"
_PERSONAL = ("entered_by", "reason")
_E = statement_event.c


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRevision:
    """As it was stored: `record` is what both sides sign, `evidence` what it was composed from."""

    customer: str
    period: str
    verdict: str
    ends_at: Instant
    record: bytes
    evidence: Evidence
    seal: Seal


def add(tx: Connection, one: SealedRevision) -> None:
    """A revision; the store refuses one that is there already."""
    tx.execute(
        insert(table),
        {
            "customer": one.customer,
            "period": one.period,
            "revision": one.seal.revision,
            "number": one.seal.number,
            "verdict": one.verdict,
            "ends_at": one.ends_at,
            "cutoff": one.seal.cutoff,
            "sealed_at": one.seal.sealed_at,
            "record": one.record,
            "record_sha256": digest(one.record),
            "evidence": kept(one.evidence),
            "seal": seal_json(one.seal),
        },
    )


def find(tx: Connection, customer: str, period: str, revision: int | None = None) -> SealedRevision | None:
    """That revision, or the newest."""
    wanted = select(table).where(table.c.customer == customer, table.c.period == period)
    if revision is not None:
        wanted = wanted.where(table.c.revision == revision)
    row = tx.execute(wanted.order_by(table.c.revision.desc()).limit(1)).one_or_none()
    return None if row is None else _revision(row)


def free_number(tx: Connection, customer: str, period: str) -> str:
    """The one the customer's earlier revision has, else the shortest that nobody else has."""
    taken = {
        row.number: row.customer
        for row in tx.execute(select(table.c.number, table.c.customer).where(table.c.period == period))
    }
    own = next((number for number, owner in taken.items() if owner == customer), None)
    return own or next(number for number in numbers(customer, period) if number not in taken)


def append(tx: Connection, customer: str, period: str, one: Happening) -> None:
    """One more happening, with the next number of its statement."""
    one = replace(one, at=stamped(tx, one.at))
    same = (_E.customer == customer, _E.period == period)
    last = tx.scalar(select(func.max(_E.seq)).where(*same)) or 0
    append_leaf(tx, _leaf(customer, period, one), one.at)
    tx.execute(
        insert(statement_event),
        {
            "customer": customer,
            "period": period,
            "seq": last + 1,
            "revision": one.revision,
            "what": one.what.value,
            "body": dict(one.body),
            "by": one.by,
            "recorded_at": one.at,
        },
    )
    announce(tx, TOPIC)


def happenings(tx: Connection, customer: str, period: str) -> tuple[Happening, ...]:
    rows = tx.execute(select(statement_event).where(_E.customer == customer, _E.period == period).order_by(_E.seq))
    return tuple(_happening(row) for row in rows)


def standing(tx: Connection, customer: str, period: str) -> Standing:
    return standing_of(happenings(tx, customer, period))


def known(tx: Connection, customer: str | None = None) -> list[tuple[str, str]]:
    """Customer and period of every statement something happened to, newest period first."""
    wanted = select(_E.customer, _E.period).distinct()
    if customer is not None:
        wanted = wanted.where(_E.customer == customer)
    return [(row.customer, row.period) for row in tx.execute(wanted.order_by(_E.period.desc(), _E.customer))]


def summary(tx: Connection, customer: str, period: str) -> tuple[str, str] | None:
    """Number and verdict of the newest revision, without reading its record."""
    row = tx.execute(
        select(table.c.number, table.c.verdict)
        .where(table.c.customer == customer, table.c.period == period)
        .order_by(table.c.revision.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.number, row.verdict)


def _leaf(customer: str, period: str, one: Happening) -> Leaf:
    """Names of people and what they wrote stay beside the leaf."""
    private = {key: one.body[key] for key in _PERSONAL if one.body.get(key) is not None}
    if one.by.startswith("person:"):
        private["by"] = one.by
    body = {key: value for key, value in one.body.items() if key not in _PERSONAL}
    return Leaf(
        kind=f"statement.{one.what.value}",
        stream=f"statement/{customer}/{period}",
        body={**body, "revision": one.revision, "at": one.at, **({} if "by" in private else {"by": one.by})},
        private=private or None,
    )


def _revision(row: Row[Any]) -> SealedRevision:
    return SealedRevision(
        customer=row.customer,
        period=row.period,
        verdict=row.verdict,
        ends_at=row.ends_at,
        record=row.record,
        evidence=unkept(row.evidence),
        seal=seal_of(row.seal),
    )


def _happening(row: Row[Any]) -> Happening:
    return Happening(
        what=What(row.what), revision=row.revision, at=row.recorded_at, by=row.by, body=row._mapping["body"]
    )


def sealed_until(tx: Connection, customer: str) -> Instant | None:
    """The end of his last sealed period."""
    ends_at: Instant | None = tx.scalar(select(func.max(table.c.ends_at)).where(table.c.customer == customer))
    return ends_at


def delivered_periods(tx: Connection, customer: str) -> frozenset[str]:
    """Sealed and delivered: the calendar need not look at them every hour."""
    rows = tx.execute(select(_E.period).where(_E.customer == customer, _E.what == What.DELIVERED.value).distinct())
    return frozenset(row.period for row in rows)


def sealed_periods(tx: Connection, customer: str) -> frozenset[str]:
    rows = tx.execute(select(table.c.period).where(table.c.customer == customer).distinct())
    return frozenset(row.period for row in rows)
