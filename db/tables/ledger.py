"""The append-only ledger, its openings, its signed heads and where they went. Instants are POSIX milliseconds.

The database refuses to change or delete a row of `ledger_leaf` or `ledger_node` (a trigger of the migration).
`ledger_node` holds the inner hashes over full groups of 256 ** level leaves, level 1 and above.
`ledger_day` is the head that left the house for a UTC day (its midnight), `ledger_anchored` what an anchor answered to
a note, in its own time `at`.
"""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from db.tables.metadata import KEY, METADATA

# Streams are looked up by their beginning: compared byte by byte on both databases.
STREAM = String(300).with_variant(String(300, collation="C"), "postgresql")

leaf = Table(
    "ledger_leaf",
    METADATA,
    Column("index", KEY, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("stream", STREAM, nullable=False),
    Column("n", Integer, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("uq_ledger_leaf_stream_n", "stream", "n", unique=True),
)

opening = Table(
    "ledger_opening",
    METADATA,
    Column("index", KEY, ForeignKey("ledger_leaf.index"), primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
    Column("private", JSON, nullable=False),
)

node = Table(
    "ledger_node",
    METADATA,
    Column("level", Integer, primary_key=True),
    Column("index", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
)

checkpoint = Table(
    "ledger_checkpoint",
    METADATA,
    Column("size", KEY, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)

day = Table(
    "ledger_day",
    METADATA,
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("size", KEY, ForeignKey("ledger_checkpoint.size"), nullable=False),
    Column("note", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)

anchored = Table(
    "ledger_anchored",
    METADATA,
    Column("anchor", String(63), primary_key=True),
    Column("size", KEY, ForeignKey("ledger_checkpoint.size"), primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("content_type", String(100), nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)
