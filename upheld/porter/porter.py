"""The porter's side: his own server, whose posts are committed by the house."""

import asyncio
import gc
import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count
from weakref import WeakSet

import structlog
from typing_extensions import override

from db.errors import StoreUnavailable
from incidents.intake import Entrance, Group, Inbox, Intake, Row, settle
from incidents.tally import Tally
from upheld.clock import utc_now
from upheld.installed import installed
from upheld.porter.connection import let_in, posts
from upheld.porter.hatch import Hatch
from upheld.porter.line import Alive, Done, Leave, Line, Posts, Sources, Unread
from upheld.porter.sender import Sender
from upheld.rules import entrances_of
from upheld.web import STOP_SECONDS, fixed_paths, hooks_of

log = structlog.get_logger(__name__)

ALIVE_SECONDS = 1.0
GATHER_SECONDS = 0.01
"""From one word to the house to the next: each costs more than a post in it, and whoever decides there stops for it."""
COUNT_SECONDS = 0.1
"""Nobody waits for numbers."""


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
    """The house's own inbox, at the other end of the line. What comes within a moment of the last word goes there
    together."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._numbers = count(1)
        self._gathered: list[Group] = []
        self._said_at = float("-inf")
        self._asked: dict[int, Sequence[asyncio.Future[None]]] = {}

    @override
    async def accept(self, posts: Sequence[Row]) -> None:
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[None] = loop.create_future()
        if not self._gathered:
            loop.call_later(max(0.0, self._said_at + GATHER_SECONDS - loop.time()), self._send)
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
        self._said_at = asyncio.get_running_loop().time()
        number = next(self._numbers)
        gathered, self._gathered = self._gathered, []
        self._asked[number] = [kept for _, kept in gathered]
        self._line.say(Posts(number=number, rows=[post for posts, _ in gathered for post in posts]))


class Reported(Tally):
    """Counted by the house: what a moment brought goes there in one word."""

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
            asyncio.get_running_loop().call_later(COUNT_SECONDS, self.say)


class Porter:
    def __init__(self, line: Line) -> None:
        self._line = line
        self._inbox = HouseInbox(line)
        self._tally = Reported(line)
        self._entrances: Mapping[str, Entrance] = {}
        paths = fixed_paths(installed())
        self._hooks = hooks_of(Intake(self._inbox), lambda: self._entrances, utc_now, self._tally, paths)
        self._ours = posts(paths)
        self._senders: WeakSet[Sender] = WeakSet()
        self._adopting: set[asyncio.Task[None]] = set()
        self._leaving = asyncio.Event()

    async def attend(self, end: socket.socket) -> None:
        hatch = Hatch(end, lambda peer, said: self._adopt(hatch, peer, said))
        hearing, living = asyncio.create_task(self._hear(hatch)), asyncio.create_task(self._live())
        for task in (hearing, living):
            task.add_done_callback(_ended_by_itself)
        await self._leaving.wait()
        living.cancel()
        hatch.empty()
        hatch.close()
        await asyncio.gather(*self._adopting)
        await self._part()
        self._tally.say()
        hearing.cancel()
        self._line.close()

    async def _part(self) -> None:
        """Who is inside is answered; the house commits meanwhile."""
        for sender in list(self._senders):
            sender.leave()
        answering = [sender.answering for sender in self._senders if sender.answering is not None]
        if answering:
            await asyncio.wait(answering, timeout=STOP_SECONDS)

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
            for sender in list(self._senders):
                sender.rest(time.monotonic())
            await asyncio.sleep(ALIVE_SECONDS)

    def _adopt(self, hatch: Hatch, peer: socket.socket, said: bytes) -> None:
        sender = Sender(self._hooks, self._ours, hatch.give, said)
        self._senders.add(sender)
        task = asyncio.create_task(let_in(sender, peer))
        self._adopting.add(task)
        task.add_done_callback(self._adopting.discard)


def _ended_by_itself(task: asyncio.Task[None]) -> None:
    """Without it he would take posts that nobody answers: better none than that, for the house can do without."""
    if not task.cancelled() and task.exception() is not None:
        log.critical("the porter has stumbled", exc_info=task.exception())
        os._exit(1)
