"""The porter's side: his own web server, whose posts are committed by the house."""

import asyncio
import gc
import os
import signal
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from itertools import count

import structlog
from aiohttp import web
from typing_extensions import override

from db.errors import StoreUnavailable
from incidents.intake import Entrance, Group, Inbox, Intake, Row, settle
from incidents.tally import Tally
from upheld.api.problem import problem
from upheld.clock import utc_now
from upheld.installed import installed
from upheld.porter.connection import Connection, let_in, posts
from upheld.porter.hatch import Hatch
from upheld.porter.line import Alive, Done, Leave, Line, Posts, Sources, Unread
from upheld.rules import entrances_of
from upheld.web import Handler, fixed_paths, front, hooks_of, runner_of

log = structlog.get_logger(__name__)

ALIVE_SECONDS = 1.0
GATHER_SECONDS = 0.002
"""A word to the house costs more than a post in it."""


def work(line: socket.socket, hatch: socket.socket) -> None:
    """In a process of his own; does not return before the house is gone or lets him go."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a terminal sends them to both; the house says when to leave
    from upheld.serve import SETTLED, looped

    gc.freeze()  # what both have in common stays common
    gc.set_threshold(*SETTLED)
    looped(attend(line, hatch))


async def attend(line: socket.socket, hatch: socket.socket) -> None:
    await Porter(await Line.over(line)).attend(hatch)


class HouseInbox(Inbox):
    """The house's own inbox, at the other end of the line. What comes within a moment goes there together."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._numbers = count(1)
        self._gathered: list[Group] = []
        self._asked: dict[int, Sequence[asyncio.Future[None]]] = {}

    @override
    async def accept(self, posts: Sequence[Row]) -> None:
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self._gathered:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._send)
        self._gathered.append((posts, kept))
        await kept

    @override
    async def set_aside(self, post: Row, reason: str) -> None:
        number = next(self._numbers)
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked[number] = [kept]
        self._line.say(Unread(number=number, row=post, reason=reason))
        await kept

    def hear(self, done: Done) -> None:
        settle(self._asked.pop(done.number), None if done.trouble is None else StoreUnavailable(done.trouble))

    def _send(self) -> None:
        number = next(self._numbers)
        gathered, self._gathered = self._gathered, []
        self._asked[number] = [kept for _, kept in gathered]
        self._line.say(Posts(number=number, rows=[post for posts, _ in gathered for post in posts]))


class Reported(Tally):
    """Counted by the house: what one turn of the loop brought goes there in one word."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._received: Counter[str] = Counter()
        self._rejected: Counter[tuple[str, str]] = Counter()

    @override
    def received(self, source: str, posts: int = 1) -> None:
        self._soon()
        self._received[source] += posts

    @override
    def rejected(self, source: str, reason: str, posts: int = 1) -> None:
        self._soon()
        self._rejected[source, reason] += posts

    def say(self) -> None:
        self._line.say(Alive(received=dict(self._received), rejected=dict(self._rejected)))
        self._received.clear()
        self._rejected.clear()

    def _soon(self) -> None:
        if not self._received and not self._rejected:
            asyncio.get_running_loop().call_soon(self.say)


class Porter:
    def __init__(self, line: Line) -> None:
        self._line = line
        self._inbox = HouseInbox(line)
        self._tally = Reported(line)
        self._entrances: Mapping[str, Entrance] = {}
        self._paths = fixed_paths(installed())
        self._ours = posts(self._paths)
        self._adopting: set[asyncio.Task[None]] = set()
        self._leaving = asyncio.Event()

    async def attend(self, end: socket.socket) -> None:
        runner = runner_of(self._application())
        await runner.setup()
        hatch = Hatch(end, lambda peer, said: self._adopt(runner, hatch, peer, said))
        hearing, living = asyncio.create_task(self._hear(hatch)), asyncio.create_task(self._live())
        for task in (hearing, living):
            task.add_done_callback(_ended_by_itself)
        await self._leaving.wait()
        living.cancel()
        hatch.empty()
        hatch.close()
        await asyncio.gather(*self._adopting)
        await runner.cleanup()  # who is inside is answered; the house commits meanwhile
        hearing.cancel()
        self._line.close()

    def _application(self) -> web.Application:
        hooks = hooks_of(Intake(self._inbox), lambda: self._entrances, utc_now, self._tally, self._paths)
        app = front()
        app.middlewares.append(_answered)
        app.add_routes([*hooks.routes(), web.route("*", "/{anything:.*}", _not_here)])
        return app

    async def _hear(self, hatch: Hatch) -> None:
        while True:
            match await self._line.hear():
                case None:
                    os._exit(1)  # the house is gone: nothing can be promised any more
                case Sources(sources=sources):
                    self._entrances = entrances_of(sources, installed())
                    hatch.open()
                case Done() as done:
                    self._inbox.hear(done)
                case Leave():
                    self._leaving.set()
                case other:
                    log.error("the porter does not understand the house", said=type(other).__name__)

    async def _live(self) -> None:
        while True:
            self._tally.say()
            await asyncio.sleep(ALIVE_SECONDS)

    def _adopt(self, runner: web.AppRunner, hatch: Hatch, peer: socket.socket, said: bytes) -> None:
        assert runner.server is not None
        connection = Connection(runner.server(), lambda words: not self._ours(words), hatch.give, said)
        task = asyncio.create_task(let_in(connection, peer))
        self._adopting.add(task)
        task.add_done_callback(self._adopting.discard)


def _ended_by_itself(task: asyncio.Task[None]) -> None:
    """Without it he would take posts that nobody answers: better none than that, for the house can do without."""
    if not task.cancelled() and task.exception() is not None:
        log.critical("the porter has stumbled", exc_info=task.exception())
        os._exit(1)


@web.middleware
async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What follows on this connection is a new request; where that cannot be told, nothing follows."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        _ended(request, error)
        raise
    _ended(request, response)
    return response


def _ended(request: web.Request, response: web.StreamResponse) -> None:
    connection = None if request.transport is None else request.transport.get_protocol()
    alone = isinstance(connection, Connection) and connection.answered(request.content_length or 0)
    if not (alone and request.content.is_eof()):
        response.force_close()


async def _not_here(request: web.Request) -> web.Response:
    """The house does not take it back. Seldom, but not lost."""
    response = problem(HTTPStatus.SERVICE_UNAVAILABLE, "ask again, on a new connection", headers={"Retry-After": "1"})
    response.force_close()
    return response
