"""Sealed statements and what happened to them; both are only ever added to. Instants are POSIX milliseconds."""

from sqlalchemy import JSON, BigInteger, Column, Integer, LargeBinary, String, Table, UniqueConstraint

from db.tables.metadata import KEY, METADATA

statement = Table(
    "statement",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("customer", String(100), nullable=False),
    Column("period", String(10), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("number", String(120), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("cutoff", BigInteger, nullable=False),
    Column("sealed_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("record_sha256", String(64), nullable=False),
    Column("evidence", LargeBinary, nullable=False),
    Column("seal", JSON, nullable=False),
    UniqueConstraint("customer", "period", "revision"),
    UniqueConstraint("number", "revision"),
)

statement_event = Table(
    "statement_event",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("customer", String(100), nullable=False),
    Column("period", String(10), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("what", String(20), nullable=False),
    Column("body", JSON, nullable=False),
    Column("by", String(120), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    UniqueConstraint("customer", "period", "seq"),
)
