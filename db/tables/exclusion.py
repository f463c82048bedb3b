"""What people settle about the count: exclusions and corrections, as events. Appended only; POSIX milliseconds.

`happened_at` is when it was true, `recorded_at` when we wrote it, `by` who says so (`person:li`, `customer:acme`,
`configuration`), `entered_by` who wrote it down for him, `seen_by_customer_at` when the customer could see it.
"""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, UniqueConstraint

from db.tables.metadata import KEY, METADATA

exclusion_event = Table(
    "exclusion_event",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("exclusion", String(100), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("by", String(120), nullable=False),
    Column("entered_by", String(120)),
    Column("seen_by_customer_at", BigInteger),
    Column("facts", JSON, nullable=False),
    UniqueConstraint("exclusion", "seq"),
)

exclusion_component = Table(
    "exclusion_component",
    METADATA,
    Column("exclusion", String(100), primary_key=True),
    Column("component", String(100), primary_key=True),
    Index(None, "component"),
)

correction_event = Table(
    "correction_event",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("correction", String(20), nullable=False),
    Column("component", String(100), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("by", String(120), nullable=False),
    Column("entered_by", String(120)),
    Column("seen_by_customer_at", BigInteger),
    Column("facts", JSON, nullable=False),
    UniqueConstraint("correction", "seq"),
    Index(None, "component"),
)
