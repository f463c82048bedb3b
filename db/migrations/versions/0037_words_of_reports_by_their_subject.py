"""What was written of an incident before is looked up for every page"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_report_event_subject"), "report_event", ["subject"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_report_event_subject"), table_name="report_event")
