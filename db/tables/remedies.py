"""What sealed statements made of remedies: entries, months, obligations, recorded breaches. Rows are only added.

Instants are POSIX milliseconds, money is in minor units of its currency.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from db.tables.metadata import KEY, METADATA

booking = Table(
    "remedy_booking",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("customer", String(100), nullable=False, index=True),
    Column("agreement", String(200), nullable=False),
    Column("rule", String(63), nullable=False),
    Column("breach", String(200), nullable=False),
    Column("month", String(7), nullable=False),
    Column("statement", String(120), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("percent", String(12)),
    Column("base", String(100)),
    Column("currency", String(3)),
    Column("due", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("capped", BigInteger, nullable=False),
    Column("days", Integer, nullable=False),
    Column("causes", JSON, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    # A revision decides once about each name.
    UniqueConstraint("agreement", "rule", "breach", "statement", "revision"),
)

month = Table(
    "remedy_month",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("customer", String(100), nullable=False, index=True),
    Column("agreement", String(200), nullable=False),
    Column("month", String(7), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("standing", String(14), nullable=False),
    Column("year_so_far", String(14), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    UniqueConstraint("agreement", "month", "revision"),
)

obligation = Table(
    "obligation",
    METADATA,
    Column("id", String(300), primary_key=True),
    Column("customer", String(100), nullable=False, index=True),
    Column("agreement", String(200), nullable=False),
    Column("rule", String(63), nullable=False),
    Column("month", String(7), nullable=False),
    Column("then", JSON, nullable=False),
    Column("gives", String(10), nullable=False),
    Column("due_at", BigInteger),
    Column("provisional", Boolean, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
)

obligation_event = Table(
    "obligation_event",
    METADATA,
    Column("obligation", String(300), ForeignKey("obligation.id"), primary_key=True),
    # Each kind at most once: a reminder is never told twice.
    Column("kind", String(12), primary_key=True),
    Column("recorded_at", BigInteger, nullable=False),
    Column("by", String(100), nullable=False),
    Column("note", Text),
)

breach = Table(
    "recorded_breach",
    METADATA,
    Column("id", String(20), primary_key=True),
    Column("customer", String(100), nullable=False, index=True),
    Column("agreement", String(200), nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("by", String(100), nullable=False),
    Column("text", Text, nullable=False),
)
