"""Mails that came"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("customer", sa.String(length=100), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("case", sa.String(length=20), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "customer", name=op.f("pk_mail")),
    )
    op.create_index(op.f("ix_mail_customer_received_at"), "mail", ["customer", "received_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_mail_customer_received_at"), table_name="mail")
    op.drop_table("mail")
