"""Legal holds: what stops retention for a customer, as events that are only added. Instants are POSIX milliseconds."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from db.tables.metadata import KEY, METADATA

legal_hold = Table(
    "legal_hold",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("customer", String(100), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(120), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Index(None, "customer"),
)
