"""The outbox: one row a message and address, one row an attempt to deliver it. Instants are POSIX milliseconds.

A delivery's `carrier` is the notification in whose message this one went along; None where it went by itself.
"""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, text

from db.tables.metadata import KEY, METADATA

notification = Table(
    "notification",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("idempotency_key", String(200), nullable=False, unique=True),
    Column("purpose", String(20), nullable=False),
    Column("incident", String(20)),
    Column("case", String(20)),
    Column("person", String(100), nullable=False),
    Column("channel", String(100), nullable=False),
    Column("address", Text, nullable=False),
    Column("message", JSON, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("done_at", BigInteger),
    Column("outcome", String(60)),
    Index(
        "ix_notification_due",
        "priority",
        "due_at",
        sqlite_where=text("state in ('queued', 'sending', 'unknown')"),
        postgresql_where=text("state in ('queued', 'sending', 'unknown')"),
    ),
    Index(None, "incident"),
    Index(None, "case"),
)

delivery = Table(
    "delivery",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("notification", KEY, ForeignKey("notification.id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("result", String(12), nullable=False),
    Column("reason", String(40)),
    Column("detail", Text),
    Column("channel", String(100), nullable=False),
    Column("carrier", KEY),
    Index(None, "notification"),
    Index(None, "channel", "ended_at"),
)
