"""What the probes saw. Instants are POSIX milliseconds.

Every successful answer lives in an observation run (a row a day for a steady check); every failing one
is kept by itself with its evidence. `check_transition` is the judged line of one check, `check_state` a snapshot of it
at each location that lets a restarted server go on with the same streak; it can be thrown away without losing a fact.
`vote` is the line of a check as one of several locations sees it; from one location it is the check's own.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from db.tables.metadata import KEY, METADATA

observation_run = Table(
    "observation_run",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("check", String(200), nullable=False),
    Column("location", String(60), nullable=False),
    Column("result", String(10), nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("missing", JSON, nullable=False),
    Column("interval_ms", BigInteger, nullable=False),
    Column("timeout_ms", BigInteger, nullable=False),
    Column("latency_sum_us", BigInteger, nullable=False),
    Column("latency_max_us", BigInteger, nullable=False),
    Index(None, "check", "location", "first_at"),
)

failing_result = Table(
    "failing_result",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("check", String(200), nullable=False),
    Column("location", String(60), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("result", String(10), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("latency_us", BigInteger, nullable=False),
    Column("evidence", JSON, nullable=False),
    Index(None, "check", "started_at"),
)

latency_bucket = Table(
    "latency_bucket",
    METADATA,
    Column("check", String(200), primary_key=True),
    Column("location", String(60), primary_key=True),
    Column("bucket_at", BigInteger, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("sum_us", BigInteger, nullable=False),
    Column("counts", JSON, nullable=False),
)

check_transition = Table(
    "check_transition",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("check", String(200), nullable=False),
    Column("state", String(10), nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("reason", String(40)),
    Column("bound_at", BigInteger),
    Index(None, "check", "happened_at"),
)

vote = Table(
    "vote",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("check", String(200), nullable=False),
    Column("location", String(60), nullable=False),
    Column("state", String(10), nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("reason", String(40)),
    Column("bound_at", BigInteger),
    Index(None, "check", "location", "happened_at"),
)

check_state = Table(
    "check_state",
    METADATA,
    Column("check", String(200), primary_key=True),
    Column("location", String(60), primary_key=True),
    Column("definition", String(64), nullable=False),
    Column("snapshot", JSON, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)

heartbeat = Table(
    "heartbeat",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("check", String(200), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("signal", String(10), nullable=False),
    Column("exit_code", Integer),
    Column("run", String(64)),
    Column("said", Text, nullable=False, default=""),
    Column("taken", Boolean, nullable=False, default=False),
    Index(None, "check", "received_at"),
)
