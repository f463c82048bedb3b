"""Remedies: bookings, outcomes of months, obligations, recorded breaches"""

import sqlalchemy as sa
from alembic import op

from db.tables.metadata import KEY

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "remedy_booking",
        sa.Column("id", KEY, nullable=False),
        sa.Column("customer", sa.String(length=100), nullable=False),
        sa.Column("agreement", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.String(length=63), nullable=False),
        sa.Column("breach", sa.String(length=200), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("statement", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("percent", sa.String(length=12), nullable=True),
        sa.Column("base", sa.String(length=100), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("capped", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("causes", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedy_booking")),
        sa.UniqueConstraint(
            "agreement",
            "rule",
            "breach",
            "statement",
            "revision",
            name=op.f("uq_remedy_booking_agreement_rule_breach_statement_revision"),
        ),
    )
    op.create_index("ix_remedy_booking_customer", "remedy_booking", ["customer"])
    op.create_table(
        "remedy_month",
        sa.Column("id", KEY, nullable=False),
        sa.Column("customer", sa.String(length=100), nullable=False),
        sa.Column("agreement", sa.String(length=200), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(length=14), nullable=False),
        sa.Column("year_so_far", sa.String(length=14), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedy_month")),
        sa.UniqueConstraint("agreement", "month", "revision", name=op.f("uq_remedy_month_agreement_month_revision")),
    )
    op.create_index("ix_remedy_month_customer", "remedy_month", ["customer"])
    op.create_table(
        "obligation",
        sa.Column("id", sa.String(length=300), nullable=False),
        sa.Column("customer", sa.String(length=100), nullable=False),
        sa.Column("agreement", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.String(length=63), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("then", sa.JSON(), nullable=False),
        sa.Column("gives", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation")),
    )
    op.create_index("ix_obligation_customer", "obligation", ["customer"])
    op.create_table(
        "obligation_event",
        sa.Column("obligation", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["obligation"], ["obligation.id"], name=op.f("fk_obligation_event_obligation")),
        sa.PrimaryKeyConstraint("obligation", "kind", name=op.f("pk_obligation_event")),
    )
    op.create_table(
        "recorded_breach",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("customer", sa.String(length=100), nullable=False),
        sa.Column("agreement", sa.String(length=200), nullable=False),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorded_breach")),
    )
    op.create_index("ix_recorded_breach_customer", "recorded_breach", ["customer"])
