"""Issued reports, what became of them, and logged exports; only ever added.

Names and what people wrote are private to the leaf.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, select

from config.instant import Instant
from db.batch import announce
from db.ledger.leaf import Leaf
from db.ledger.store import append, stamped
from db.prepared import Prepared
from db.tables.reports import export as export_table
from db.tables.reports import report as table
from db.tables.reports import report_event
from sla.report import Issue, Paper
from sla.reporting import Happening, Standing, What, standing_of
from sla.seal import digest

TOPIC = "report"
_PERSONAL = ("words",)
_E = report_event.c
_WORDS = select(_E.subject, _E.body).where(_E.what == What.WRITTEN.value).order_by(_E.id)
_WRITTEN, _WRITTEN_OF = Prepared(_WORDS), Prepared(_WORDS.where(_E.subject == bindparam("of")))


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


def find(tx: Connection, customer: str, kind: str, subject: str, issue: int | None = None) -> dict[str, Any] | None:
    """The document of that issue, or of the last one."""
    wanted = select(table.c.record).where(
        table.c.customer == customer, table.c.kind == kind, table.c.subject == subject
    )
    if issue is not None:
        wanted = wanted.where(table.c.seq == issue)
    record = tx.scalar(wanted.order_by(table.c.seq.desc()).limit(1))
    return None if record is None else json.loads(record)


def delivered(
    tx: Connection, customer: str | None = None, before: Instant | None = None
) -> frozenset[tuple[str, str, str]]:
    """(customer, kind, subject) of every report whose last issue was delivered, before that instant if one is given."""
    key = (table.c.customer, table.c.kind, table.c.subject)
    last = select(*key, func.max(table.c.seq).label("seq")).group_by(*key).subquery()
    of_last = and_(
        _E.customer == last.c.customer,
        _E.kind == last.c.kind,
        _E.subject == last.c.subject,
        _E.issue == last.c.seq,
        _E.what == What.DELIVERED.value,
    )
    wanted = select(_E.customer, _E.kind, _E.subject).join(last, of_last).distinct()
    if customer is not None:
        wanted = wanted.where(_E.customer == customer)
    if before is not None:
        wanted = wanted.where(_E.recorded_at < before)
    return frozenset((row.customer, row.kind, row.subject) for row in tx.execute(wanted))


def append_event(tx: Connection, customer: str, kind: str, subject: str, one: Happening) -> None:
    """One more happening, with the next number of its report."""
    one = replace(one, at=stamped(tx, one.at))
    last = tx.scalar(select(func.max(_E.seq)).where(*_same(customer, kind, subject))) or 0
    append(tx, _leaf(customer, kind, subject, one), one.at)
    tx.execute(
        insert(report_event).values(
            customer=customer,
            kind=kind,
            subject=subject,
            seq=last + 1,
            issue=one.issue,
            what=one.what.value,
            body=dict(one.body),
            by=one.by,
            recorded_at=one.at,
        )
    )
    announce(tx, TOPIC)


def standing(tx: Connection, customer: str, kind: str, subject: str) -> Standing:
    same = (table.c.customer == customer, table.c.kind == kind, table.c.subject == subject)
    last = tx.execute(
        select(table.c.seq, table.c.issued_at).where(*same).order_by(table.c.seq.desc()).limit(1)
    ).one_or_none()
    rows = tx.execute(select(report_event).where(*_same(customer, kind, subject)).order_by(_E.seq))
    happened = [
        Happening(what=What(row.what), issue=row.issue, at=row.recorded_at, by=row.by, body=row._mapping["body"])
        for row in rows
    ]
    return standing_of(happened, 0 if last is None else last.seq, None if last is None else last.issued_at)


def written(tx: Connection, subjects: Collection[str] | None = None) -> dict[str, dict[str, str]]:
    """Subject -> the words that people wrote for its reports, the last ones; of all subjects if none are named."""
    if subjects is None:
        rows = _WRITTEN.all(tx)
    else:
        rows = [row for subject in subjects for row in _WRITTEN_OF.all(tx, {"of": subject})]
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.subject, {}).update(row.body["words"])
    return found


def _same(customer: str, kind: str, subject: str) -> tuple[ColumnElement[bool], ...]:
    return _E.customer == customer, _E.kind == kind, _E.subject == subject


def _leaf(customer: str, kind: str, subject: str, one: Happening) -> Leaf:
    private = {key: one.body[key] for key in _PERSONAL if key in one.body}
    if one.by.startswith("person:"):
        private["by"] = one.by
    body = {key: value for key, value in one.body.items() if key not in _PERSONAL}
    return Leaf(
        kind=f"{TOPIC}.{one.what.value}",
        stream=f"{TOPIC}/{customer}",
        body={
            **body,
            **({} if "by" in private else {"by": one.by}),
            "customer": customer,
            "kind": kind,
            "subject": subject,
            "issue": one.issue,
            "at": one.at,
        },
        private=private or None,
    )


def records(tx: Connection, customer: str, start: Instant, end: Instant) -> list[tuple[str, str, int, bytes]]:
    """(kind, subject, seq, record) of those issued in [start, end), in that order."""
    rows = tx.execute(
        select(table)
        .where(table.c.customer == customer, table.c.issued_at >= start, table.c.issued_at < end)
        .order_by(table.c.id)
    )
    return [(row.kind, row.subject, row.seq, row.record) for row in rows]


def log_export(tx: Connection, one: Export) -> None:
    one = replace(one, exported_at=stamped(tx, one.exported_at))
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
