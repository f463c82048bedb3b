"""What people silenced, and what they ended before its time; only added to. Instants are POSIX milliseconds."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text

from db.tables.metadata import KEY, METADATA

silence = Table(
    "silence",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("matchers", JSON, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("worst_too", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(120), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Index(None, "end"),
)

silence_end = Table(
    "silence_end",
    METADATA,
    Column("silence", KEY, ForeignKey("silence.id"), primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("by", String(120), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)
