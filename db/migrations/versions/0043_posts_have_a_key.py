"""A sender's own id of a post is remembered; alerts do not name an incident, for nothing ever wrote it"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("key", sa.String(length=255), nullable=True))
    op.create_index(op.f("ix_inbox_source_key"), "inbox", ["source", "key"], unique=False)
    op.drop_column("alert", "incident")


def downgrade() -> None:
    op.add_column("alert", sa.Column("incident", sa.String(length=20), nullable=True))
    op.drop_index(op.f("ix_inbox_source_key"), table_name="inbox")
    op.drop_column("inbox", "key")
