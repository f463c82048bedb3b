"""Who is on call"""

import sqlalchemy as sa
from alembic import op

from db.tables.metadata import KEY

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rota_change",
        sa.Column("id", KEY, nullable=False),
        sa.Column("rota", sa.String(length=100), nullable=False),
        sa.Column("deed", sa.String(length=10), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("instead_of", sa.String(length=100), nullable=True),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("swap", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_change")),
    )
    op.create_index(op.f("ix_rota_change_end"), "rota_change", ["end"], unique=False)
    op.create_table(
        "rota_withdrawal",
        sa.Column("change", KEY, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["change"], ["rota_change.id"], name=op.f("fk_rota_withdrawal_change")),
        sa.PrimaryKeyConstraint("change", name=op.f("pk_rota_withdrawal")),
    )
    op.create_table(
        "duty",
        sa.Column("id", KEY, nullable=False),
        sa.Column("rota", sa.String(length=100), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    op.create_index(op.f("ix_duty_rota_since"), "duty", ["rota", "since"], unique=False)


def downgrade() -> None:
    op.drop_table("duty")
    op.drop_table("rota_withdrawal")
    op.drop_table("rota_change")
