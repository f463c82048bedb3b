"""Legal holds"""

import sqlalchemy as sa
from alembic import op

from db.tables.metadata import KEY

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("id", KEY, nullable=False),
        sa.Column("customer", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_customer"), "legal_hold", ["customer"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_legal_hold_customer"), table_name="legal_hold")
    op.drop_table("legal_hold")
