"""Exclusions and corrections"""

import sqlalchemy as sa
from alembic import op

from db.tables.metadata import KEY

revision = "0003"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exclusion_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("exclusion", sa.String(length=100), nullable=False),
        *_said(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion_event")),
        sa.UniqueConstraint("exclusion", "seq", name=op.f("uq_exclusion_event_exclusion_seq")),
    )
    op.create_table(
        "exclusion_component",
        sa.Column("exclusion", sa.String(length=100), nullable=False),
        sa.Column("component", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("exclusion", "component", name=op.f("pk_exclusion_component")),
    )
    op.create_index(op.f("ix_exclusion_component_component"), "exclusion_component", ["component"], unique=False)
    op.create_table(
        "correction_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("correction", sa.String(length=20), nullable=False),
        sa.Column("component", sa.String(length=100), nullable=False),
        *_said(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_event")),
        sa.UniqueConstraint("correction", "seq", name=op.f("uq_correction_event_correction_seq")),
    )
    op.create_index(op.f("ix_correction_event_component"), "correction_event", ["component"], unique=False)


def _said() -> list[sa.Column[object]]:
    return [
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("entered_by", sa.String(length=120), nullable=True),
        sa.Column("seen_by_customer_at", sa.BigInteger(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
    ]


def downgrade() -> None:
    op.drop_table("correction_event")
    op.drop_table("exclusion_component")
    op.drop_table("exclusion_event")
