"""Figures of indicators that people typed in. Rows are only added; the last of an indicator and period is in force.

Instants are POSIX milliseconds.
"""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from db.tables.metadata import METADATA

entered_figure = Table(
    "entered_figure",
    METADATA,
    Column("agreement", String(200), primary_key=True),
    Column("indicator", String(100), primary_key=True),
    Column("period", String(7), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("customer", String(100), nullable=False, index=True),
    # The period's end, for retention.
    Column("ends_at", BigInteger, nullable=False),
    Column("value", String(20), nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("proof", Text, nullable=False),
    Column("reason", Text),
    Column("by", String(100), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)
