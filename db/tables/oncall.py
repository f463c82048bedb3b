"""What people changed of the rotas, and who served; only added to. Instants are POSIX milliseconds."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from db.tables.metadata import KEY, METADATA

rota_change = Table(
    "rota_change",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("rota", String(100), nullable=False),
    Column("deed", String(10), nullable=False),
    Column("person", String(100), nullable=False),
    Column("instead_of", String(100)),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("swap", Integer),
    Column("reason", Text, nullable=False),
    Column("by", String(120), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Index(None, "end"),
)

rota_withdrawal = Table(
    "rota_withdrawal",
    METADATA,
    Column("change", KEY, ForeignKey("rota_change.id"), primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("by", String(120), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)

duty = Table(
    "duty",
    METADATA,
    Column("id", KEY, primary_key=True),
    Column("rota", String(100), nullable=False),
    Column("people", JSON, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Index(None, "rota", "since"),
)
