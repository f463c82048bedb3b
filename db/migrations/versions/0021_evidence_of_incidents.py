"""Evidence of incidents"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incident_evidence",
        sa.Column("incident", sa.String(length=20), nullable=False),
        sa.Column("check", sa.String(length=200), nullable=False),
        sa.Column("location", sa.String(length=60), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("latency_us", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("fk_incident_evidence_incident_incident")),
        sa.PrimaryKeyConstraint("incident", name=op.f("pk_incident_evidence")),
    )


def downgrade() -> None:
    op.drop_table("incident_evidence")
