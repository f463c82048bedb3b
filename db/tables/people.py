"""Who may log in, and what the installation knows of itself. Instants are POSIX milliseconds."""

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, Text

from db.tables.metadata import METADATA

user = Table(
    "user",
    METADATA,
    Column("name", String(100), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("role", String(20), nullable=False),
    Column("customer", String(100)),
    Column("person", String(100)),
    Column("created_at", BigInteger, nullable=False),
)

session = Table(
    "session",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("user", String(100), ForeignKey("user.name"), nullable=False),
    Column("form_token", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)

housekeeping = Table(
    "housekeeping",
    METADATA,
    Column("task", String(60), primary_key=True),
    Column("scheduled_for", BigInteger, primary_key=True),
    Column("claimed_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
)

configuration = Table(
    "configuration",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("loaded_at", BigInteger, primary_key=True),
    Column("expanded", Text, nullable=False),
)

installation = Table(
    "installation",
    METADATA,
    Column("name", String(60), primary_key=True),
    Column("value", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)
