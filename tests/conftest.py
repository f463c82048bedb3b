"""What tests share: the store on both databases, and real servers that are there for the asking."""

import gc
import itertools
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from playwright.async_api import Browser

from console import password
from db import sqlite
from db.engine import Database, open_database
from tests.servers.chromium import chromium
from tests.servers.named import Named
from tests.servers.namespace import Network, network
from tests.servers.nginx import Nginx
from tests.servers.postgres import Postgres, postgres
from tests.servers.process import Serve, Upheld, Warm
from tests.servers.program import STARTED, scratch
from tests.servers.receiver import Receiver
from tests.servers.smtp import Smtp
from upheld.schema import take_steps

# How long an example takes says something of the machine, not of the program.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.server)]
FIGURES = "figures"
STORES = frozenset({"database", "database_url", "database_kind", "fresh_url"})
SERVERS = frozenset({"postgres_server", "durable_postgres", "nginx", "smtp", "browser", "cable", "serve", "named"})


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is there before the first test stays: the garbage collector, which walked through it again and again for a
    tenth of the processor's time, is told to leave it alone."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for a server is marked as one, without its author having to think of it.

    Those that wait long for what others do come first, so that no processor is idle at the end.
    """
    items.sort(key=lambda item: "scenarios" not in item.path.parts)
    for item in items:
        if SERVERS & set(getattr(item, "fixturenames", ())) or "scenarios" in item.path.parts:
            item.add_marker(pytest.mark.server)
        if STORES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.store)


def pytest_runtest_setup() -> None:
    """What an earlier test started and ended does not concern this one."""
    STARTED[:] = [program for program in STARTED if program.running]
    for program in STARTED:
        program.told = len(program.output)


class TakesTooLong(BaseException):
    """Nothing that a test waits for, and nothing it catches."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A long form that hangs fails where it hangs, after the minutes it names, and the next one has its turn."""
    mark = item.get_closest_marker("long")
    if mark is None:
        return (yield)
    minutes: int = mark.kwargs["minutes"]

    def over(*_: object) -> None:
        raise TakesTooLong(f"more than {minutes} minutes")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, 60 * minutes, 5)  # again and again: a callback of the loop may swallow it
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what the programs it used had to say."""
    report = yield
    if report.failed:
        for program in dict.fromkeys(STARTED):
            report.sections.append(
                (f"output of {program.argv[0]} (pid {program.pid})", program.output[program.told :][-6000:])
            )
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """What a test showed; in the process that shows something."""
    if report.when == "call" and "PYTEST_XDIST_WORKER" not in os.environ:
        for name, figures in report.user_properties:
            if name == FIGURES:
                print(f"\n{report.nodeid}\n{figures}", flush=True)


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """Argon2 as it is, but without the cost that it has on purpose: a tenth of the suite's time went into it."""
    shipped, password._hasher = password._hasher, PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    yield
    password._hasher = shipped


@pytest.fixture(autouse=True, scope="session")
def light_commits() -> Iterator[tuple[str, ...]]:
    """SQLite of our own process does not wait for the disk, like the session's PostgreSQL; gives what is shipped."""
    shipped = sqlite._PRAGMAS
    light = tuple(one.replace("synchronous=FULL", "synchronous=OFF") for one in shipped)
    assert light != shipped
    sqlite._PRAGMAS = light
    yield shipped
    sqlite._PRAGMAS = shipped


@pytest.fixture(autouse=True, scope="session")
def plain_tracebacks() -> None:
    """Where structlog finds rich it paints a logged error with all its frames' variables: a second of the processor."""
    processors = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*processors[:-1], plain])


@pytest.fixture
def show(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Figures for whoever looks on, also where the test is passed, and where several processes run tests."""

    def shown(figures: str) -> None:
        request.node.user_properties.append((FIGURES, figures))

    return shown


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that programs run as another user may walk into, with a path short enough for a Unix socket."""
    with scratch("test") as made:
        yield made


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """The session's one PostgreSQL, without fsync."""
    with postgres() as server:
        yield server


@pytest.fixture
def durable_postgres() -> Iterator[Postgres]:
    """A PostgreSQL of the test's own, with fsync, which it may kill and start again."""
    with postgres(durable=True) as server:
        yield server


@pytest.fixture(params=BOTH)
def fresh_url(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The address of an empty store, before any migration, once on each database."""
    if request.param == "sqlite":
        yield f"sqlite:///{folder}/upheld.db"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


class Templates:
    """A migrated, empty store of each kind, made at first use and copied for every test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sqlite = folder / "template.db"
        take_steps(f"sqlite:///{self._sqlite}")
        self._numbers = itertools.count(1)
        self._postgres: str | None = None
        self._form = ""
        self._used: list[str] = []

    def sqlite(self, copy: Path | None = None) -> str:
        """The address of a copy of its own."""
        copy = copy or self.folder / f"{next(self._numbers)}.db"
        shutil.copy(self._sqlite, copy)
        return f"sqlite:///{copy}"

    async def postgresql(self, server: Postgres) -> str:
        """The name of a copy of its own, to be given back."""
        if self._used:
            return self._used.pop()
        if self._postgres is None:
            name = server.create()
            database = await open_database(server.url(name))
            await database.close()
            self._postgres, self._form = name, server.empty(name)
        return server.create(template=self._postgres)

    def give_back(self, server: Postgres, name: str) -> None:
        """Emptied for the next test, unless its form has changed."""
        if server.empty(name) == self._form:
            self._used.append(name)
        else:
            server.drop(name)


@pytest.fixture(scope="session")
def templates() -> Iterator[Templates]:
    with scratch("templates") as made:
        yield Templates(made)


@pytest.fixture(params=BOTH)
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`; the second brings the session's server up."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres_server")
    return str(request.param)


@pytest.fixture
async def database_url(request: pytest.FixtureRequest, database_kind: str, templates: Templates) -> AsyncIterator[str]:
    """The address of a migrated, empty store that nobody has open, once on each database."""
    if database_kind == "sqlite":
        yield templates.sqlite()
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    name = await templates.postgresql(server)
    yield server.url(name)
    templates.give_back(server, name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The store open and migrated, once on each database."""
    opened = await open_database(database_url)
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
def nginx(folder: Path) -> Iterator[Nginx]:
    """A page that can be switched off."""
    with Nginx(folder) as server:
        yield server


@pytest.fixture(scope="session")
def named() -> Iterator[Named]:
    """The session's one BIND."""
    with scratch("named") as folder, Named(folder) as server:
        yield server


@pytest.fixture
def smtp(folder: Path) -> Iterator[Smtp]:
    """A mail server without TLS or login; a test that wants these makes its own `Smtp(folder, tls=True, …)`."""
    with Smtp(folder) as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """The far end of the webhook channel."""
    with Receiver() as server:
        yield server


@pytest.fixture
def serve(folder: Path, templates: Templates) -> Iterator[Serve]:
    """`serve({...})` starts the whole program on that configuration, waits until it is ready; ended with the test.

    Its store is migrated before it starts.
    """
    with ExitStack() as running:
        numbers = itertools.count(1)

        def start(written: Mapping[str, Any]) -> Upheld:
            upheld = Warm(folder / f"upheld-{next(numbers)}", written)
            if "store" not in written:
                templates.sqlite(upheld.folder / "upheld.db")
            return running.enter_context(upheld)

        yield start


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest.fixture
def cable() -> Iterator[Network]:
    """Two network namespaces and the cable between them."""
    with network() as joined:
        yield joined
