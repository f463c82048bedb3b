"""The process of its own does what opening would have done, and leaves saying what is wrong to whoever opens next."""

import sys
from pathlib import Path

import pytest

from db import migrate
from db.engine import Database, Use, open_database
from db.errors import StoreUnreadable
from tests.servers.postgres import Postgres
from upheld.schema import bring_up_to_date


@pytest.fixture
def nothing_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process no step can be taken."""
    monkeypatch.setitem(sys.modules, "db.steps", None)


async def _version(database: Database) -> object:
    return await database.read(lambda tx: tx.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_here")
async def test_a_store_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    await bring_up_to_date(url)
    database = await open_database(url, Use.SERVE)
    assert await _version(database) == migrate.revisions()[-1]
    await database.close()


@pytest.mark.usefixtures("nothing_here")
async def test_an_empty_postgresql_is_filled(postgres_server: Postgres) -> None:
    name = postgres_server.create()
    url = postgres_server.url(name)
    await bring_up_to_date(url)
    database = await open_database(url, Use.SERVE)
    assert await _version(database) == migrate.revisions()[-1]
    await database.close()
    postgres_server.drop(name)


async def test_what_is_no_store_is_left_and_said_by_the_next_to_open_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"this is not a database, but a text of some length" * 100)
    before = path.read_bytes()
    await bring_up_to_date(f"sqlite:///{path}")
    assert path.read_bytes() == before
    with pytest.raises(StoreUnreadable):
        await open_database(f"sqlite:///{path}", Use.SERVE)
