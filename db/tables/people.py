"""Who may log in, and what the installation knows of itself. Instants are POSIX milliseconds."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from db.tables.metadata import KEY, METADATA

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

token = Table(
    "token",
    METADATA,
    Column("name", String(60), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("user", String(100), nullable=False),
    Column("scopes", String(40), nullable=False),
    Column("customer", String(100)),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
)

token_use = Table(
    "token_use",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("token", String(60), nullable=False),
    Column("command", String(60), nullable=False),
    Column("about", String(200), nullable=False),
    Column("by", String(120), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Index(None, "token"),
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
