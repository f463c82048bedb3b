"""Official days of countries, as they were known"""

import sqlalchemy as sa
from alembic import op

from db.tables.metadata import KEY

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "official_days",
        sa.Column("id", KEY, nullable=False),
        sa.Column("country", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_days")),
    )
    op.create_index(op.f("ix_official_days_country"), "official_days", ["country"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_official_days_country"), table_name="official_days")
    op.drop_table("official_days")
