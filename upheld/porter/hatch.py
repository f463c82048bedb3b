"""Through it a connection goes from one process to the other as it stands, with what its peer has said so far."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeAlias

import structlog

log = structlog.get_logger(__name__)

MOST = 64 << 10
"""Bytes said so far; whoever has said more stays where he is."""
AT_ONCE = 32
"""So many are taken out in a row, before others have their turn."""

Adopt: TypeAlias = Callable[[socket.socket, bytes], None]


class Passenger(Protocol):
    """A connection that is to go through."""

    transport: asyncio.Transport
    said: bytes

    def stay(self) -> None:
        """It cannot go any more."""


class Hatch:
    def __init__(self, end: socket.socket, adopt: Adopt) -> None:
        """`end`: of a pair that keeps messages apart."""
        self._end = end
        self._adopt = adopt
        self._queue: deque[Passenger] = deque()
        end.setblocking(False)

    def open(self) -> None:
        asyncio.get_running_loop().add_reader(self._end, self._take)

    def give(self, one: Passenger) -> bool:
        """Whether it goes; then nothing is to be done with it here, unless it is told to stay."""
        if not one.said or len(one.said) > MOST or self._end.fileno() < 0:
            return False
        if one.transport.get_write_buffer_size():  # an answer is not out yet
            return False
        if not self._queue:
            asyncio.get_running_loop().add_writer(self._end, self._push)
        one.transport.pause_reading()
        self._queue.append(one)
        self._push()
        return True

    def empty(self) -> None:
        """Take in whoever is in it, where the other side gives nobody any more."""
        while self._take():
            pass

    def close(self) -> None:
        """Once or more. Who has not gone through yet stays."""
        if self._end.fileno() < 0:
            return
        asyncio.get_running_loop().remove_reader(self._end)
        self._refuse()
        self._end.close()

    def _push(self) -> None:
        while self._queue:
            one = self._queue[0]
            if not one.transport.is_closing():
                connection = one.transport.get_extra_info("socket")
                try:
                    socket.send_fds(self._end, [one.said], [connection.fileno()])
                except BlockingIOError:  # it is full: again when there is room
                    return
                except OSError:  # nobody is behind it
                    self._refuse()
                    return
                one.transport.abort()
            self._queue.popleft()
        asyncio.get_running_loop().remove_writer(self._end)

    def _refuse(self) -> None:
        asyncio.get_running_loop().remove_writer(self._end)
        staying, self._queue = self._queue, deque()
        for one in staying:
            one.stay()

    def _take(self) -> bool:
        """Whether there may be more."""
        for _ in range(AT_ONCE):
            try:
                said, handles, _, _ = socket.recv_fds(self._end, MOST, 1)
            except BlockingIOError:
                return False
            except OSError:
                said, handles = b"", []
            if handles:
                self._adopt(socket.socket(fileno=handles[0]), said)
            elif said:
                log.error("a connection is lost: this process may open no more")
            else:  # the other side is gone; the line says so too
                asyncio.get_running_loop().remove_reader(self._end)
                return False
        return True
