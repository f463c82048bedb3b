"""Entered figures"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entered_figure",
        sa.Column("agreement", sa.String(length=200), nullable=False),
        sa.Column("indicator", sa.String(length=100), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer", sa.String(length=100), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=20), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agreement", "indicator", "period", "seq", name=op.f("pk_entered_figure")),
    )
    op.create_index(op.f("ix_entered_figure_customer"), "entered_figure", ["customer"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_entered_figure_customer"), table_name="entered_figure")
    op.drop_table("entered_figure")
