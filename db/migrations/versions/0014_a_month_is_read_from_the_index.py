"""A month is read from the index alone"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_transition_component_happened_at_id_recorded_at_state"),
        "transition",
        ["component", "happened_at", "id", "recorded_at", "state"],
        unique=False,
    )
    op.drop_index(op.f("ix_transition_component_happened_at"), table_name="transition")


def downgrade() -> None:
    op.create_index(
        op.f("ix_transition_component_happened_at"), "transition", ["component", "happened_at"], unique=False
    )
    op.drop_index(op.f("ix_transition_component_happened_at_id_recorded_at_state"), table_name="transition")
