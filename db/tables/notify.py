"""The outbox: one row a message and address, one row an attempt to deliver it. Instants are POSIX milliseconds.

A delivery's `carrier` is the notification in whose message this one went along; None where it went by itself. A
`receipt` is what the receiver reported later. A `contact_point` is an address that was asked to prove itself.
"""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from db.tables.metadata import KEY, METADATA
from db.tables.partial import partial

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
    partial(
        "ix_notification_due",
        "channel",
        "priority",
        "due_at",
        where="state in ('queued', 'sending', 'unknown') and done_at is null",
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
    Column("reference", String(200)),
    Index(None, "notification"),
    Index(None, "channel", "ended_at"),
    Index(None, "channel", "reference"),
)

receipt = Table(
    "receipt",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("notification", KEY, ForeignKey("notification.id"), nullable=False),
    Column("what", String(12), nullable=False),
    Column("detail", String(20), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    UniqueConstraint("notification", "what", "detail"),
)

contact_point = Table(
    "contact_point",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("person", String(100), nullable=False),
    Column("channel", String(100), nullable=False),
    Column("address", Text, nullable=False),
    Column("code_hash", String(64), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("verified_at", BigInteger),
    Column("verified_by", String(110)),
    Index(None, "person", "channel"),
)
