"""Silences"""

import sqlalchemy as sa
from alembic import op

from db.tables.metadata import KEY

revision = "0031"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "silence",
        sa.Column("id", KEY, nullable=False),
        sa.Column("matchers", sa.JSON(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("worst_too", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence")),
    )
    op.create_index(op.f("ix_silence_end"), "silence", ["end"], unique=False)
    op.create_table(
        "silence_end",
        sa.Column("silence", KEY, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["silence"], ["silence.id"], name=op.f("fk_silence_end_silence")),
        sa.PrimaryKeyConstraint("silence", name=op.f("pk_silence_end")),
    )


def downgrade() -> None:
    op.drop_table("silence_end")
    op.drop_table("silence")
