"""A series of echo requests to one address over one ping socket."""

import asyncio
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import perf_counter

from probe.fault import ours
from probe.icmp.packet import Series, request, sequence_of
from probe.net.course import Unanswered
from probe.result import Reason

PERMIT = "sysctl -w net.ipv4.ping_group_range='0 2147483647'"
"""Also for IPv6."""
_LOOK_AGAIN = 0.1
_ROOM = 2048
_ERROR = struct.Struct("=IBBB")  # sock_extended_err: errno, origin, type, code
_ERROR_QUEUE = 0x2000
_RECVERR = {4: (socket.IPPROTO_IP, 11), 6: (socket.IPPROTO_IPV6, 25)}
_RECVTTL = {4: (socket.IPPROTO_IP, 12), 6: (socket.IPPROTO_IPV6, 51)}
_TTL = {4: (socket.IPPROTO_IP, 2), 6: (socket.IPPROTO_IPV6, 16)}
_HOPS = {(socket.IPPROTO_IP, 2), (socket.IPPROTO_IPV6, 52)}
"""What a control message that holds the hops left is called."""


class Ping:
    """`error`: the newest the network said instead of an answer. `ttl`: hops left of the newest reply."""

    def __init__(self, address: str, *, count: int, size: int, ttl: int | None) -> None:
        self._address, self._count, self._ttl = address, count, ttl
        self._version = 6 if ":" in address else 4
        self._payloads = [os.urandom(16).ljust(size, b"\x55") for _ in range(count)]
        self._sent_at = dict[int, float]()
        self._rtts = dict[int, int]()
        self._failed = set[int]()
        self._settled = asyncio.Event()
        self.error: OSError | None = None
        self.ttl: int | None = None

    @property
    def series(self) -> Series:
        return Series(sent=len(self._sent_at), rtts=tuple(self._rtts.values()))

    async def run(self, gap: float, until: float) -> None:
        """Ends when everything is answered, or at `until` on the loop's clock. Raises Unanswered, OSError.

        `gap` is cut so that all are sent by half-time: what is sent too late to come back is no loss.
        """
        loop = asyncio.get_running_loop()
        gap = min(gap, (until - loop.time()) / 2 / self._count)
        with self._opened() as opened:
            try:
                async with asyncio.timeout_at(until):
                    for sequence in range(self._count):
                        self._send(opened, sequence)
                        await self._listen(opened, gap if sequence + 1 < self._count else until - loop.time())
            except TimeoutError:
                self._hear(opened)  # what came while this process was busy elsewhere did come
            finally:
                loop.remove_reader(opened.fileno())

    async def _listen(self, opened: socket.socket, seconds: float) -> None:
        """Until all is settled, or so long. The reader is set anew each time: uvloop drops it at an error it sees."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not self._settled.is_set() and (left := end - loop.time()) > 0:
            loop.remove_reader(opened.fileno())
            loop.add_reader(opened.fileno(), self._hear, opened)
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, _LOOK_AGAIN)):
                    await self._settled.wait()
            self._hear(opened)

    @contextmanager
    def _opened(self) -> Iterator[socket.socket]:
        family, protocol = (
            (socket.AF_INET6, socket.IPPROTO_ICMPV6) if self._version == 6 else (socket.AF_INET, socket.IPPROTO_ICMP)
        )
        try:
            opened = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, protocol)
        except PermissionError as error:
            why = f"the system lets this user send no ICMP; to allow it: {PERMIT}"
            raise Unanswered(ours(Reason.NOT_PERMITTED, why)) from error
        with opened:
            opened.setsockopt(*_RECVERR[self._version], 1)
            opened.setsockopt(*_RECVTTL[self._version], 1)
            if self._ttl is not None:
                opened.setsockopt(*_TTL[self._version], self._ttl)
            opened.connect((self._address, 0))
            yield opened

    def _send(self, opened: socket.socket, sequence: int) -> None:
        self._sent_at[sequence] = perf_counter()
        try:
            opened.send(request(self._version, sequence, self._payloads[sequence]))
        except OSError as error:  # our own trouble, or word of an earlier request
            self.error = error
            self._failed.add(sequence)
            self._settle()

    def _hear(self, opened: socket.socket) -> None:
        self._hear_errors(opened)
        try:
            for _ in range(2 * self._count):
                packet, control, _, _ = opened.recvmsg(_ROOM, 256)
                self._take(packet, control)
        except BlockingIOError:
            pass
        except OSError as error:
            self.error = error
        self._settle()

    def _take(self, packet: bytes, control: list[tuple[int, int, bytes]]) -> None:
        sequence = sequence_of(self._version, packet, self._payloads)
        if sequence is None or sequence in self._rtts or sequence not in self._sent_at:
            return
        self._rtts[sequence] = round((perf_counter() - self._sent_at[sequence]) * 1e6)
        for level, kind, data in control:
            if (level, kind) in _HOPS and len(data) >= 4:
                self.ttl = int.from_bytes(data[:4], "little" if struct.pack("=H", 1)[0] else "big")

    def _hear_errors(self, opened: socket.socket) -> None:
        """A queue that is left full would wake the loop for ever."""
        try:
            for _ in range(2 * self._count):
                packet, control, _, _ = opened.recvmsg(_ROOM, 512, _ERROR_QUEUE)
                sequence = sequence_of(self._version, packet, self._payloads, reply=False)
                for level, kind, data in control:
                    if (level, kind) == _RECVERR[self._version] and len(data) >= _ERROR.size:
                        number = _ERROR.unpack_from(data)[0]
                        self.error = OSError(number, os.strerror(number))
                        self._failed |= {sequence} if sequence is not None else set()
        except OSError:
            pass  # it is empty

    def _settle(self) -> None:
        if len(self._failed | self._rtts.keys()) == self._count:
            self._settled.set()
