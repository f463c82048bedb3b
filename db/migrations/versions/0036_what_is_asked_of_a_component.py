"""Incidents and cases of a component are found without reading all others"""

from alembic import op

revision = "0036"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_incident_component_opened_at"), "incident", ["component", "opened_at"], unique=False)
    op.create_index(op.f("ix_case_component_state"), "case", ["component", "state"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_case_component_state"), table_name="case")
    op.drop_index(op.f("ix_incident_component_opened_at"), table_name="incident")
