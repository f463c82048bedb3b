"""The steps themselves, by Alembic."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def take(connection: Connection) -> None:
    """All that are missing, in the connection's transaction."""
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", "db:migrations")
    return config
