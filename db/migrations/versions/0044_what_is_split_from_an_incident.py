"""Beside the one open incident of a component stand those that were split from it, each with alerts of its own"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

OPEN = "uq_incident_open"


def upgrade() -> None:
    op.add_column("incident", sa.Column("split_from", sa.String(length=20), nullable=True))
    op.add_column("alert", sa.Column("split_into", sa.String(length=20), nullable=True))
    op.drop_index(OPEN, table_name="incident")
    _index(OPEN, "incident", ["component"], "state <> 'resolved' AND split_from IS NULL", unique=True)
    _index("ix_incident_split", "incident", ["component", "opened_at"], "split_from IS NOT NULL")
    _index("ix_alert_split", "alert", ["split_into"], "split_into IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_alert_split", table_name="alert")
    op.drop_index("ix_incident_split", table_name="incident")
    op.drop_index(OPEN, table_name="incident")
    op.drop_column("alert", "split_into")
    op.drop_column("incident", "split_from")
    _index(OPEN, "incident", ["component"], "state <> 'resolved'", unique=True)


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=only, postgresql_where=only)
