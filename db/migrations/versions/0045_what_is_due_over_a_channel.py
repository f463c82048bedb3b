"""What is due is found by its channel first: to know which had something to send, all that waited was read through"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

NAME = "ix_notification_due"
STATES = "state in ('queued', 'sending', 'unknown')"


def upgrade() -> None:
    _anew(["channel", "priority", "due_at"], f"{STATES} and done_at is null")


def downgrade() -> None:
    _anew(["priority", "due_at"], STATES)


def _anew(columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.drop_index(NAME, table_name="notification")
    op.create_index(NAME, "notification", columns, sqlite_where=only, postgresql_where=only)
