"""Statements of the five customers as files, after their time has passed."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import Connection

from config.language import LANGUAGES
from db.engine import open_database
from sla.statement import Statement
from tests.years.setting import at, configured
from tests.years.year import Year
from upheld import signing
from upheld.installed import installed
from upheld.rules import rules_of
from upheld.statements import issued, rendered

MONTH, QUARTER = "2026-05", "2026-Q2"
FORMATS = ("pdf", "html", "json")


@asynccontextmanager
async def passed(folder: Path, since: str, until: str) -> AsyncIterator[Year]:
    """All that happened between two local midnights, in a store in this folder."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    folder.mkdir(parents=True, exist_ok=True)
    config = configured(folder, since)
    database = await open_database(f"sqlite:///{folder}/upheld.db")
    try:
        year = Year(
            database=database,
            rules=rules_of(config, installed()),
            kinds=installed().kinds,
            begins=at(f"{since} 00:00"),
            clock=lambda: at(f"{until} 00:00"),
            key=_key(config.signing.key_file),
        )
        await year.happen(lambda: False)
        yield year
    finally:
        await database.close()


def _key(path: Path) -> Ed25519PrivateKey:
    """Always the same, so that a year gives the same bytes twice."""
    made = Ed25519PrivateKey.from_private_bytes(bytes(32))
    path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return signing.ensure(path)


async def statement(year: Year, customer: str, period: str) -> Statement:
    """The sealed one, where there is one."""

    def read(tx: Connection) -> Statement:
        return issued(tx, year.rules.config, year.rules.caseload, customer, period, year.now)

    return await year.database.read(read)


async def print_year(folder: Path, since: str, until: str) -> list[Path]:
    """A month and a quarter of every customer, in every format and language."""
    made: list[Path] = []
    async with passed(folder, since, until) as year:
        for customer in year.rules.config.customers:
            for period in (MONTH, QUARTER):
                one = await statement(year, customer, period)
                for kind in FORMATS:
                    write = partial(rendered, one, year.rules.config, installed().formats[kind])
                    for language in LANGUAGES:
                        path = folder / f"{customer}-{period}-{language}.{kind}"
                        path.write_bytes(write(language))
                        made.append(path)
    return made
