"""The house's side of the porter: he is hired before anything is open, given the senders, and let go at the end."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import structlog
from prometheus_client import CollectorRegistry, Gauge

from config.model import Source
from incidents.intake import Inbox
from incidents.tally import Tally
from upheld.porter.connection import Begins, Connection, let_in
from upheld.porter.hatch import Hatch
from upheld.porter.line import Alive, Done, Leave, Line, Posts, Sources, Unread

log = structlog.get_logger(__name__)

QUIET_SECONDS = 3.0
"""Who says nothing for so long is given nobody; after twice as long he is ended, so that who waits comes again."""
LEAVE_SECONDS = 5.0

Protocols: TypeAlias = Callable[[], asyncio.Protocol]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hired:
    """His process, and our ends of the two ways to him."""

    pid: int
    line: socket.socket
    hatch: socket.socket


def hire() -> Hired | None:
    """Before there is a thread, a loop or a store, for he must have none of ours. None: this system cannot."""
    try:
        line, his_line = socket.socketpair()
        hatch, his_hatch = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
    except (AttributeError, OSError) as error:
        log.warning("no porter: the house answers posts itself", error=str(error))
        return None
    if pid == 0:
        line.close()
        hatch.close()
        _work(his_line, his_hatch)
    his_line.close()
    his_hatch.close()
    return Hired(pid=pid, line=line, hatch=hatch)


def _work(line: socket.socket, hatch: socket.socket) -> None:
    """All that the process ever does: nothing of what its parent would do at its own end is done here."""
    code = 1
    try:
        from upheld.porter.porter import work

        work(line, hatch)
        code = 0
    except BaseException:
        log.exception("the porter has stumbled")
    finally:
        with suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code)


class Lodge:
    """Where the porter is asked, and not asked when he is not well: then the house answers posts itself."""

    def __init__(self, hired: Hired, line: Line, inbox: Inbox, tally: Tally, begins: Begins) -> None:
        self._hired, self._line, self._inbox, self._tally = hired, line, inbox, tally
        self._begins = begins
        self._hatch = Hatch(hired.hatch, self._take_back)
        self._heard_at = float("-inf")
        self._let_go = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._hearing = asyncio.create_task(self._attend(), name="porter")

    @classmethod
    async def open(
        cls,
        hired: Hired,
        inbox: Inbox,
        tally: Tally,
        registry: CollectorRegistry,
        sources: Mapping[str, Source],
        begins: Begins,
    ) -> Self:
        """`begins`: of connections that are for him."""
        lodge = cls(hired, await Line.over(hired.line), inbox, tally, begins)
        lodge.introduce(sources)
        gauge = Gauge("upheld_porter_up", "1 while a process of its own answers posts.", registry=registry)
        gauge.set_function(lodge.well)
        return lodge

    def introduce(self, sources: Mapping[str, Source]) -> None:
        """Whose posts he takes from now on."""
        self._line.say(Sources(sources=sources))

    def before(self, within: Protocols) -> Protocols:
        """Connections of which he gets his, and `within` the others."""
        self._within = within
        self._hatch.open()
        return lambda: Connection(within(), self._begins, self._give)

    async def close(self) -> None:
        """He answers who is inside; the inbox must still be open."""
        self._hatch.close()
        self._let_go = True
        self._line.say(Leave())
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_SECONDS):
                await asyncio.shield(self._hearing)
        if not self._hearing.done():
            self._end()
            await self._hearing
        self._line.close()

    def well(self) -> bool:
        """He has been heard lately."""
        return time.monotonic() - self._heard_at < QUIET_SECONDS

    def _give(self, connection: Connection) -> bool:
        return self.well() and self._hatch.give(connection)

    def _take_back(self, peer: socket.socket, said: bytes) -> None:
        self._start(let_in(Connection(self._within(), lambda words: False, self._give, said), peer))

    async def _attend(self) -> None:
        """Until he is gone; then the process is no more."""
        try:
            await self._hear()
        except Exception:  # what he says cannot be understood: who waits for him is to come again
            log.exception("the house does not understand the porter, who is ended")
            self._end()
        self._heard_at = float("-inf")
        try:
            _, status = await asyncio.to_thread(os.waitpid, self._hired.pid, 0)
        except ChildProcessError:  # who started us said that nobody waits for children
            status = None
        if status or (status is None and not self._let_go):
            log.error("the porter is gone: the house answers posts itself", status=status)

    async def _hear(self) -> None:
        quiet = False
        while True:
            try:
                async with asyncio.timeout(QUIET_SECONDS):
                    said = await self._line.hear()
            except TimeoutError:
                if quiet:  # twice in a row: after a halt of the whole machine he has his turn first
                    log.error("the porter does not answer and is ended")
                    self._end()
                quiet = True
                continue
            quiet = False
            if said is None:
                return
            self._heard_at = time.monotonic()
            match said:
                case Posts(number=number, rows=rows):
                    self._start(self._keep(number, self._inbox.accept(rows)))
                case Unread(number=number, row=row, reason=reason):
                    self._start(self._keep(number, self._inbox.set_aside(row, reason)))
                case Alive(received=received, rejected=rejected):
                    for source, posts in received.items():
                        self._tally.received(source, posts)
                    for (source, why), posts in rejected.items():
                        self._tally.rejected(source, why, posts)
                case other:
                    log.error("the house does not understand the porter", said=type(other).__name__)

    async def _keep(self, number: int, kept: Awaitable[None]) -> None:
        trouble: str | None = None
        try:
            await kept
        except Exception as error:  # he is answered, whatever it was
            trouble = str(error)
        self._line.say(Done(number=number, trouble=trouble))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _end(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._hired.pid, signal.SIGKILL)
