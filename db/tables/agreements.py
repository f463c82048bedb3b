"""Agreements: versions and events are appended, never edited. Instants are POSIX milliseconds.

`body` holds the complete agreement, `facts` what an event says; of `customer` rows the newest one of an id holds.
"""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, Text, UniqueConstraint

from db.tables.metadata import KEY, METADATA

agreement_version = Table(
    "agreement_version",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("agreement", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("customer", String(100), nullable=False),
    Column("effective", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("by", String(120), nullable=False),
    Column("reason", Text, nullable=False),
    Column("way", String(20), nullable=False),
    Column("body", JSON, nullable=False),
    Column("sha256", String(64), nullable=False),
    UniqueConstraint("agreement", "version"),
)

agreement_event = Table(
    "agreement_event",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("agreement", String(200), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("by", String(120), nullable=False),
    Column("facts", JSON, nullable=False),
    UniqueConstraint("agreement", "seq"),
)

customer = Table(
    "customer",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("customer", String(100), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("by", String(120), nullable=False),
    Column("body", JSON, nullable=False),
    Index(None, "customer"),
)
