"""Issued reports and logged exports, only ever added. Names and what people wrote are private to the leaf."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from config.instant import Instant
from db.ledger.leaf import Leaf
from db.ledger.store import append
from db.tables.reports import export as export_table
from db.tables.reports import report as table
from sla.report import Issue, Paper
from sla.seal import digest

TOPIC = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What of a customer's data left the house: by whom, when, and the hash of the file."""

    customer: str
    period: str
    what: str
    sha256: str
    files: tuple[str, ...]
    by: str
    exported_at: Instant


def add(tx: Connection, customer: str, paper: Paper, issue: Issue) -> str:
    """Returns the hash of its record. Issued again, the last one holds and the earlier ones stay."""
    frame, record = paper.frame, paper.record()
    same = (table.c.customer == customer, table.c.kind == frame.kind, table.c.subject == frame.subject)
    seq = (tx.scalar(select(func.max(table.c.seq)).where(*same)) or 0) + 1
    sha256 = digest(record)
    tx.execute(
        insert(table).values(
            customer=customer,
            kind=frame.kind,
            subject=frame.subject,
            seq=seq,
            record=record,
            record_sha256=sha256,
            by=issue.by,
            issued_at=issue.at,
        )
    )
    body = {"customer": customer, "kind": frame.kind, "subject": frame.subject, "seq": seq, "sha256": sha256}
    private = {"by": issue.by, "words": dict(issue.words)}
    append(tx, Leaf(kind=TOPIC, stream=f"{TOPIC}/{customer}", body=body, private=private), issue.at)
    return sha256


def find(tx: Connection, customer: str, kind: str, subject: str) -> dict[str, Any] | None:
    """The document of the last one that was issued."""
    same = (table.c.customer == customer, table.c.kind == kind, table.c.subject == subject)
    record = tx.scalar(select(table.c.record).where(*same).order_by(table.c.seq.desc()).limit(1))
    return None if record is None else json.loads(record)


def issued(tx: Connection, customer: str | None = None) -> frozenset[tuple[str, str, str]]:
    """(customer, kind, subject) of every report that was issued."""
    wanted = select(table.c.customer, table.c.kind, table.c.subject).distinct()
    if customer is not None:
        wanted = wanted.where(table.c.customer == customer)
    return frozenset((row.customer, row.kind, row.subject) for row in tx.execute(wanted))


def records(tx: Connection, customer: str, start: Instant, end: Instant) -> list[tuple[str, str, int, bytes]]:
    """(kind, subject, seq, record) of those issued in [start, end), in that order."""
    rows = tx.execute(
        select(table)
        .where(table.c.customer == customer, table.c.issued_at >= start, table.c.issued_at < end)
        .order_by(table.c.id)
    )
    return [(row.kind, row.subject, row.seq, row.record) for row in rows]


def log_export(tx: Connection, one: Export) -> None:
    files = list(one.files)
    tx.execute(
        insert(export_table).values(
            customer=one.customer,
            period=one.period,
            what=one.what,
            sha256=one.sha256,
            files=files,
            by=one.by,
            exported_at=one.exported_at,
        )
    )
    body = {"period": one.period, "what": one.what, "sha256": one.sha256, "files": files}
    leaf = Leaf(kind="export", stream=f"export/{one.customer}", body=body, private={"by": one.by})
    append(tx, leaf, one.exported_at)


def exports(tx: Connection, customer: str) -> Sequence[Export]:
    rows = tx.execute(select(export_table).where(export_table.c.customer == customer).order_by(export_table.c.id))
    return [
        Export(
            customer=row.customer,
            period=row.period,
            what=row.what,
            sha256=row.sha256,
            files=tuple(row.files),
            by=row.by,
            exported_at=row.exported_at,
        )
        for row in rows
    ]
