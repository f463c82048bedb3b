"""Alembic asks here how to reach the store: through the connection db/migrate.py hands over, in its transaction."""

from alembic import context

from db.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
