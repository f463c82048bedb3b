"""Receipts, and addresses that prove themselves"""

import sqlalchemy as sa
from alembic import op

from db.tables.metadata import KEY

revision = "0027"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("reference", sa.String(length=200), nullable=True))
    op.create_index(op.f("ix_delivery_channel_reference"), "delivery", ["channel", "reference"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("id", KEY, nullable=False),
        sa.Column("notification", KEY, nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["notification"], ["notification.id"], name=op.f("fk_receipt_notification")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("notification", "what", "detail", name=op.f("uq_receipt_notification_what_detail")),
    )
    op.create_table(
        "contact_point",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("channel", sa.String(length=100), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=True),
        sa.Column("verified_by", sa.String(length=110), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_point")),
    )
    op.create_index(op.f("ix_contact_point_person_channel"), "contact_point", ["person", "channel"], unique=False)


def downgrade() -> None:
    op.drop_table("contact_point")
    op.drop_table("receipt")
    op.drop_index(op.f("ix_delivery_channel_reference"), table_name="delivery")
    with op.batch_alter_table("delivery") as batch:
        batch.drop_column("reference")
