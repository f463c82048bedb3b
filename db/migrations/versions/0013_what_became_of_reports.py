"""What became of reports"""

import sqlalchemy as sa
from alembic import op

from db.tables.metadata import KEY

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("customer", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_event")),
        sa.UniqueConstraint(
            "customer", "kind", "subject", "seq", name=op.f("uq_report_event_customer_kind_subject_seq")
        ),
    )


def downgrade() -> None:
    op.drop_table("report_event")
