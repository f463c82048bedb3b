"""Signals, incidents, cases and their timers. Facts are appended; `incident` and `case` rows are snapshots of their
events, guarded by `version`. Instants are POSIX milliseconds.

`happened_at` is when it was true, `recorded_at` when we wrote it, `by` who says so (`probe:local`, `source:am`,
`person:li`, `customer:acme`, `upheld`), `seen_by_customer_at` when the customer could see it.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from db.tables.metadata import KEY, METADATA
from db.tables.partial import partial

transition = Table(
    "transition",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("component", String(100), nullable=False),
    Column("state", String(10), nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("by", String(120), nullable=False),
    Column("cause", String(200)),
    Column("reason", String(40)),
    Column("bound_at", BigInteger),
    Column("seen_by_customer_at", BigInteger),
    # Whatever counting asks for, so that the rows themselves, strewn over the years, are not looked up.
    Index(None, "component", "happened_at", "id", "recorded_at", "state"),
)

inbox = Table(
    "inbox",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("source", String(100), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("envelope", JSON(none_as_null=True)),
    Column("done_at", BigInteger),
    Column("outcome", String(60)),
    Column("attempts", Integer, nullable=False, default=0),
    Column("key", String(255)),
    Index(None, "source", "key"),
    partial("ix_inbox_waiting", "id", where="done_at IS NULL"),
)

quarantine = Table(
    "quarantine",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("source", String(100), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("envelope", JSON(none_as_null=True)),
)

mail = Table(
    "mail",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("customer", String(100), primary_key=True),
    Column("outcome", String(20), nullable=False),
    Column("case", String(20)),
    Column("received_at", BigInteger, nullable=False),
    Index(None, "customer", "received_at"),
)

alert = Table(
    "alert",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("source", String(100), nullable=False),
    Column("key", String(255), nullable=False),
    Column("status", String(10), nullable=False),
    Column("component", String(100), nullable=False),
    Column("severity_word", String(60)),
    Column("state", String(10), nullable=False),
    Column("summary", Text, nullable=False),
    Column("link", Text),
    Column("labels", JSON(none_as_null=True)),
    Column("starts_at", BigInteger, nullable=False),
    Column("stamp", String(40), nullable=False),
    Column("ends_at", BigInteger),
    Column("first_received_at", BigInteger, nullable=False),
    Column("last_received_at", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("split_into", String(20)),
    partial("uq_alert_open", "source", "key", unique=True, where="status = 'firing'"),
    Index(None, "source", "key", "ends_at"),
    Index(None, "component", "status", "state"),
    partial("ix_alert_split", "split_into", where="split_into IS NOT NULL"),
)

change = Table(
    "change",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("source", String(100), nullable=False),
    Column("component", String(100)),
    Column("happened_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("summary", Text, nullable=False),
    Column("link", Text),
    Column("labels", JSON, nullable=False),
    Index(None, "happened_at"),
)

incident = Table(
    "incident",
    METADATA,
    Column("id", String(20), primary_key=True),
    Column("component", String(100), nullable=False),
    Column("state", String(20), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("acknowledged_at", BigInteger),
    Column("resolved_at", BigInteger),
    Column("snapshot", JSON, nullable=False),
    Column("split_from", String(20)),
    partial("uq_incident_open", "component", unique=True, where="state <> 'resolved' AND split_from IS NULL"),
    partial("ix_incident_split", "component", "opened_at", where="split_from IS NOT NULL"),
    Index(None, "opened_at"),
    Index(None, "component", "opened_at"),
)

incident_event = Table(
    "incident_event",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("incident", String(20), ForeignKey("incident.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("by", String(120), nullable=False),
    Column("seen_by_customer_at", BigInteger),
    Column("facts", JSON, nullable=False),
    UniqueConstraint("incident", "seq"),
)

incident_evidence = Table(
    "incident_evidence",
    METADATA,
    Column("incident", String(20), ForeignKey("incident.id"), primary_key=True),
    Column("check", String(200), nullable=False),
    Column("location", String(60), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("result", String(10), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("latency_us", BigInteger, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("body", Text),
)

case = Table(
    "case",
    METADATA,
    Column("id", String(20), primary_key=True),
    Column("customer", String(100), nullable=False),
    Column("agreement", String(200), nullable=False),
    Column("agreement_version", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("level", String(20), nullable=False),
    Column("component", String(100)),
    Column("incident", String(20), ForeignKey("incident.id")),
    Column("title", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("reported_at", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("snapshot", JSON, nullable=False),
    Index(None, "customer", "opened_at"),
    Index(None, "incident"),
    Index(None, "component", "state"),
)

case_event = Table(
    "case_event",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("case", String(20), ForeignKey("case.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("by", String(120), nullable=False),
    Column("seen_by_customer_at", BigInteger),
    Column("facts", JSON, nullable=False),
    UniqueConstraint("case", "seq"),
)

case_file = Table(
    "case_file",
    METADATA,
    Column("case", String(20), ForeignKey("case.id"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)

timer = Table(
    "timer",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("step", String(100), nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
    Column("outcome", String(60)),
    UniqueConstraint("kind", "subject", "step"),
    partial("ix_timer_due", "due_at", where="done_at IS NULL"),
)

counter = Table(
    "counter",
    METADATA,
    Column("name", String(20), primary_key=True),
    Column("value", Integer, nullable=False),
)
