"""`upheld serve`: the house with its doors open, until SIGTERM or SIGINT."""

import asyncio
import ctypes
import gc
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from config.model import Config
from upheld.house import House, open_house
from upheld.porter.connection import posts
from upheld.porter.lodge import Hired, Lodge, hire
from upheld.rooms import rooms_of
from upheld.schema import bring_up_to_date
from upheld.trouble import Trouble
from upheld.web import application, fixed_paths, runner_of

log = structlog.get_logger(__name__)

STARTING = (50_000, 1_000, 1_000)
"""Of the collector: what is new is looked through, for statements are cycles; what stands already never."""
SETTLED = (10_000, 10, 10)
"""By the time so much is new, what a post or a page needed has gone without the collector. Python's own 700 looks again
and again through what is still in use: a twelfth of all the CPU that alerts take."""
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""As malloc.h numbers them."""
TURN_SECONDS = 0.0005
"""So long a thread that computes (deciding, making a page) keeps another waiting that has come back from the store or
from a socket. With Python's own 5 ms every statement of the one and every answer of the other waits for that long."""


class AddressTaken(Trouble):
    """The text says which and what to do."""


class PartEnded(Trouble):
    """Something that must run for ever does not; better no server than half a one."""


def run(config: Config, path: Path) -> None:
    """Raises db.errors.StoreError, signing.KeyUnusable, AddressTaken."""
    gc.set_threshold(*STARTING)
    sparing()
    hired = hire() if config.sources else None
    sys.setswitchinterval(TURN_SECONDS)
    looped(serve(config, path, hired))


def looped(work: Coroutine[Any, Any, None]) -> None:
    """On uvloop where it is installed."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)


async def serve(config: Config, path: Path, hired: Hired | None = None) -> None:
    """`hired`: the porter, where there is one."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        await bring_up_to_date(config.store.url.reveal())
        house = await stack.enter_async_context(open_house(config, path))
        reloads: set[asyncio.Task[list[str]]] = set()
        loop.add_signal_handler(signal.SIGHUP, _reload, house, reloads)
        rooms = await stack.enter_async_context(rooms_of(house))
        settle()
        await stack.enter_async_context(door_for_mail(house))  # first: who is told that we are ready may send mail
        lodge = None if hired is None else await stack.enter_async_context(lodge_of(house, hired))
        await stack.enter_async_context(listening(application(house, rooms.routes, rooms.stop), config, lodge))
        await _either(stop, house.ended)
        log.info("stopping")
        if house.ended.is_set():
            raise PartEnded("a part of upheld ended by itself; the log says why")


@asynccontextmanager
async def lodge_of(house: House, hired: Hired) -> AsyncIterator[Lodge]:
    """The porter at work, as the configuration in force says."""
    begins = posts(fixed_paths(house.installed))
    lodge = await Lodge.open(hired, house.inbox, house.tally, house.registry, house.config.sources, begins)
    house.porter_up = lodge.well
    house.after_reload.append(lambda: lodge.introduce(house.config.sources))
    try:
        yield lodge
    finally:
        await lodge.close()


@asynccontextmanager
async def door_for_mail(house: House) -> AsyncIterator[None]:
    """Open where the configuration says so. Raises AddressTaken."""
    place = house.config.listen.mail_place
    if place is None:
        yield
        return
    from incidents.maildoor import MailDoor, conversations  # with its library, which few need

    door = MailDoor(house.database, lambda: house.rules.mailing, house.now, house.registry)
    try:
        server = await conversations(door, *place)
    except OSError as error:
        taken = f"listen.mail: cannot listen on {house.config.listen.mail} ({error.strerror}); write another address"
        raise AddressTaken(taken) from error
    log.info("listening for mail", address=house.config.listen.mail)
    try:
        yield
    finally:
        await door.close(server)


async def _either(*events: asyncio.Event) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()


def settle() -> None:
    """What stands now stays: looked through again and again, a large configuration would hold every check up.

    What only the start needed is given back to the system, where its C library can.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SETTLED)
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def sparing() -> None:
    """glibc keeps a heap for each thread, and of what was once large keeps ever larger pieces: both are hundreds of
    pages that nobody uses. Another C library does as it does.
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_ARENA_MAX, 1)
        mallopt(M_MMAP_THRESHOLD, 128 << 10)
        mallopt(M_TRIM_THRESHOLD, 1 << 20)


def _reload(house: House, reloads: set[asyncio.Task[list[str]]]) -> None:
    task = asyncio.create_task(house.reload(), name="reload")
    reloads.add(task)
    task.add_done_callback(reloads.discard)


@asynccontextmanager
async def listening(app: web.Application, config: Config, lodge: Lodge | None = None) -> AsyncIterator[None]:
    """Open to everybody; at the end who is inside is answered. Raises AddressTaken."""
    async with AsyncExitStack() as stack:
        runner = runner_of(app)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        assert runner.server is not None
        within = runner.server if lodge is None else lodge.before(runner.server)
        try:
            server = await asyncio.get_running_loop().create_server(within, config.listen.host, config.listen.port)
        except OSError as error:
            raise AddressTaken(
                f"listen.address: cannot listen on {config.listen.address} ({error.strerror}); write another address"
            ) from error
        log.info("listening", address=config.listen.address)
        stack.callback(server.close)
        yield
