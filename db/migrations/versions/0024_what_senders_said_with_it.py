"""What senders said with it"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("envelope", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("quarantine", sa.Column("envelope", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("alert", sa.Column("labels", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("component", sa.String(length=100), nullable=True),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_happened_at"), "change", ["happened_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_change_happened_at"), table_name="change")
    op.drop_table("change")
    op.drop_column("alert", "labels")
    op.drop_column("quarantine", "envelope")
    op.drop_column("inbox", "envelope")
