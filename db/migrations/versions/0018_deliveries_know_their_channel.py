"""Deliveries know their channel, and what carried them"""

import sqlalchemy as sa
from alembic import op

from db.tables.metadata import KEY

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("channel", sa.String(length=100), nullable=True))
    op.add_column("delivery", sa.Column("carrier", KEY, nullable=True))
    op.execute(
        "UPDATE delivery SET channel ="
        " (SELECT notification.channel FROM notification WHERE notification.id = delivery.notification)"
    )
    with op.batch_alter_table("delivery") as batch:
        batch.alter_column("channel", existing_type=sa.String(length=100), nullable=False)
    op.create_index(op.f("ix_delivery_channel_ended_at"), "delivery", ["channel", "ended_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_delivery_channel_ended_at"), table_name="delivery")
    with op.batch_alter_table("delivery") as batch:
        batch.drop_column("carrier")
        batch.drop_column("channel")
