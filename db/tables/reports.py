"""Reports that were issued, what became of them, and exports of a customer's data.

Rows are only added. Instants are POSIX milliseconds.
"""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from db.tables.metadata import KEY, METADATA

report = Table(
    "report",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("customer", String(100), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("record_sha256", String(64), nullable=False),
    Column("by", String(120), nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    # The last one holds; the earlier ones stay.
    UniqueConstraint("customer", "kind", "subject", "seq"),
)

report_event = Table(
    "report_event",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("customer", String(100), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("seq", Integer, nullable=False),
    # The number of the issue it concerns, 0 before the first.
    Column("issue", Integer, nullable=False),
    Column("what", String(20), nullable=False),
    Column("body", JSON, nullable=False),
    Column("by", String(120), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    UniqueConstraint("customer", "kind", "subject", "seq"),
    Index(None, "subject"),
)

export = Table(
    "export",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("customer", String(100), nullable=False),
    Column("period", String(10), nullable=False),
    Column("what", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("files", JSON, nullable=False),
    Column("by", String(120), nullable=False),
    Column("exported_at", BigInteger, nullable=False),
    Index(None, "customer"),
)
