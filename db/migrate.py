"""The schema's age: brought up to date when a server opens the store, checked when a command reads it."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from db.errors import SchemaMismatch


def upgrade(connection: Connection) -> None:
    """In the connection's transaction: all steps or none. Raises SchemaMismatch for a store of a newer version."""
    config = _config()
    _known(connection, config)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def check(connection: Connection) -> None:
    """Raises SchemaMismatch unless the store has exactly this version's schema."""
    config = _config()
    found = _known(connection, config)
    head = ScriptDirectory.from_config(config).get_current_head()
    if found != head:
        raise SchemaMismatch(f"the store has schema {found or 'none'}, this version needs {head}; run `upheld migrate`")


def _known(connection: Connection, config: Config) -> str | None:
    found = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(config)
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise SchemaMismatch(
            f"the store was made by a newer version of upheld (schema {found}); use that version, or restore a backup"
        )
    return found


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "db:migrations")
    return config
