"""`upheld demo`: a customer's systems in their own process, watched for real, and a past made by the same machinery."""

import asyncio
import json
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from secrets import token_urlsafe

import click
from sqlalchemy import Connection

from config.instant import Instant
from config.load import load
from config.model import Config
from console import store as users
from console.login import DemoLogin
from console.password import hash_password
from console.user import Role
from db.engine import Use, open_database
from db.errors import StoreError, StoreLocked
from upheld import contracts, log, signing, store
from upheld.clock import utc_now
from upheld.demo import duty, setting
from upheld.demo.history import Past
from upheld.demo.mailbox import Mailbox, mailbox
from upheld.demo.pages import DemoPages
from upheld.demo.setting import CUSTOMER, FOLDER, Ports
from upheld.house import House, open_house
from upheld.installed import installed
from upheld.rooms import rooms_of
from upheld.rules import rules_of
from upheld.serve import listening
from upheld.trouble import Trouble
from upheld.web import application

ENGINEER, ROOM = "demo", "harbour"
HISTORY = "demo-history"
"""The installation's word that the past was made to its end."""


class DemoRuns(Trouble):
    """The text says where."""


class PortTaken(Trouble):
    """The text says what to write instead; said before a history is made for nothing."""


class Town:
    """The process with the customer's systems. It ends when we do, because its input ends then."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._one_at_a_time = asyncio.Lock()

    async def order(self, order: str) -> None:
        """`break shop`, `mend shop`…; returns when it is done."""
        async with self._one_at_a_time:
            assert self._process.stdin is not None and self._process.stdout is not None
            self._process.stdin.write(f"{order}\n".encode())
            await self._process.stdin.drain()
            await self._process.stdout.readline()


@asynccontextmanager
async def town(ports: Ports) -> AsyncIterator[Town]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "upheld.demo.town",
        *(str(port) for port in (ports.shop, ports.payments, ports.database)),
        stdin=PIPE,
        stdout=PIPE,
    )
    assert process.stdout is not None and process.stdin is not None
    try:
        await process.stdout.readline()
        yield Town(process)
    finally:
        process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 3)
        if process.returncode is None:
            process.kill()
            await process.wait()


def start(port: int | None, *, fresh: bool) -> None:
    log.set_up(quiet=True)
    asyncio.run(_demo(port, fresh=fresh))


async def _demo(port: int | None, *, fresh: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    path = FOLDER / "upheld.yaml"
    await only_one(FOLDER, fresh=fresh)
    if fresh:
        await asyncio.to_thread(shutil.rmtree, FOLDER, ignore_errors=True)
    if port is not None and not setting.is_free(port):
        raise PortTaken(f"--port {port}: something listens there already; write another, or leave it out")
    ports, logins = await asyncio.to_thread(_prepare, port)
    config = load(path, kinds=installed().registries)
    async with AsyncExitStack() as stack:
        box = await stack.enter_async_context(mailbox(ports.mail))
        systems = await stack.enter_async_context(town(ports))
        await _make_history(config, logins, stop)
        if stop.is_set():
            return
        await _run(stack, config, path, ports, logins, box, systems)
        _say(f"upheld demo: http://{setting.HOST}:{ports.page}/demo")
        _say(f"    desk:   {ENGINEER} / {logins[ENGINEER]}      customer's room: {ROOM} / {logins[ROOM]}")
        _say("    stop it with Ctrl-C; its data lies in ./upheld-demo/")
        await stop.wait()


async def only_one(folder: Path, *, fresh: bool) -> None:
    """A demo that runs here keeps its folder as it is. Raises DemoRuns, or StoreError where nothing starts over."""
    file = folder / "upheld.db"
    if not file.exists():
        return
    try:
        database = await open_database(f"sqlite:///{file.absolute()}", Use.SERVE)
    except StoreLocked as error:
        raise DemoRuns(f"a demo runs in {folder} already; stop it, or start this one in another folder") from error
    except StoreError:
        if not fresh:
            raise
    else:
        await database.close()


async def _run(
    stack: AsyncExitStack,
    config: Config,
    path: Path,
    ports: Ports,
    logins: dict[str, str],
    box: Mailbox,
    systems: Town,
) -> House:
    house = await stack.enter_async_context(open_house(config, path))
    house.demo_logins = (
        DemoLogin(name=ENGINEER, password=logins[ENGINEER], what=Role.ADMIN),
        DemoLogin(name=ROOM, password=logins[ROOM], what=Role.CUSTOMER),
    )
    rooms = await stack.enter_async_context(rooms_of(house))
    pages = DemoPages(house, box, systems.order, logins)
    await stack.enter_async_context(listening(application(house, [*pages.routes(), *rooms.routes], rooms.stop), config))
    return house


def _prepare(port: int | None) -> tuple[Ports, dict[str, str]]:
    """The folder with its configuration; ports anew, because those of last time may be taken."""
    FOLDER.mkdir(exist_ok=True)
    state = FOLDER / "demo.json"
    now = utc_now()
    known = json.loads(state.read_text()) if state.exists() else {}
    begins: Instant = known.get("begins", setting.history_begins(now))
    logins: dict[str, str] = known.get("logins") or {name: token_urlsafe(9) for name in (ENGINEER, ROOM)}
    ports = setting.free_ports(port)
    (FOLDER / "upheld.yaml").write_text(setting.document(ports, begins), encoding="utf-8")
    state.write_text(json.dumps({"begins": begins, "logins": logins}))
    state.chmod(0o600)
    return ports, logins


async def _make_history(config: Config, logins: dict[str, str], stop: asyncio.Event) -> None:
    """Only into a store that has none yet."""
    database = await open_database(config.store.url.reveal(), Use.SERVE)
    try:
        if await database.read(lambda tx: store.value_of(tx, HISTORY)) is not None:
            return
        now = utc_now()
        _say("making the demo's history, a few seconds …")
        # Before anything is sealed: every statement of the demo says that its data is made up.
        await database.write(lambda tx: store.mark(tx, store.DEMO, "made-up data", now))
        begins = next(iter(config.agreements())).measured_from
        # An agreement is stored before anything is sealed under it; afterwards it would be too late.
        await database.write(lambda tx: contracts.take_over(tx, config, begins))
        past = Past(
            database=database,
            rules=rules_of(config, installed()),
            kinds=installed().kinds,
            begins=begins,
            clock=utc_now,
            key=signing.ensure(config.signing.key_file),
        )
        await past.happen(stop.is_set)
        hashes = {name: await asyncio.to_thread(hash_password, password) for name, password in logins.items()}

        def finish(tx: Connection) -> None:
            users.add_user(
                tx, name=ENGINEER, password_hash=hashes[ENGINEER], role=Role.ADMIN.value, now=now, person="li"
            )
            users.add_user(
                tx, name=ROOM, password_hash=hashes[ROOM], role=Role.CUSTOMER.value, now=now, customer=CUSTOMER
            )
            duty.substitute(tx, config, now)
            store.mark(tx, HISTORY, "made", now)

        if not stop.is_set():
            await database.write(finish)
    finally:
        await database.close()


def _say(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()
