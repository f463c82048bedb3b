"""Votes of locations; streaks are kept for each of them"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vote",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("check", sa.String(length=200), nullable=False),
        sa.Column("location", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("bound_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
    )
    op.create_index(
        op.f("ix_vote_check_location_happened_at"), "vote", ["check", "location", "happened_at"], unique=False
    )
    _replace_states(("check", "location"), "'local'")


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM check_state WHERE location <> 'local'"))
    _replace_states(("check",), None)
    op.drop_index(op.f("ix_vote_check_location_happened_at"), table_name="vote")
    op.drop_table("vote")


def _replace_states(key: tuple[str, ...], location: str | None) -> None:
    """Streaks go on: whatever was kept so far was seen from here."""
    op.rename_table("check_state", "check_state_before")
    if op.get_context().dialect.name == "postgresql":
        op.execute(sa.text("ALTER TABLE check_state_before DROP CONSTRAINT pk_check_state"))
    columns = [sa.Column(name, sa.String(length=200 if name == "check" else 60), nullable=False) for name in key]
    op.create_table(
        "check_state",
        *columns,
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_check_state")),
    )
    kept = "definition, snapshot, recorded_at"
    written = ", ".join(f'"{name}"' for name in key)
    read = '"check"' if location is None else f'"check", {location}'
    op.execute(sa.text(f"INSERT INTO check_state ({written}, {kept}) SELECT {read}, {kept} FROM check_state_before"))
    op.drop_table("check_state_before")
