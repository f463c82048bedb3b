"""Official days of countries as they were known: appended, never edited; the newest one of a country holds.

Instants are POSIX milliseconds.
"""

from sqlalchemy import JSON, BigInteger, Column, Index, String, Table

from db.tables.metadata import KEY, METADATA

official_days = Table(
    "official_days",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("country", String(32), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", JSON, nullable=False),
    Index(None, "country"),
)
