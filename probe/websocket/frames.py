"""Messages over a connection that speaks WebSocket by now (RFC 6455), without extensions."""

import os
from enum import IntEnum

from probe.fault import down
from probe.net.connection import READ_LIMIT, Connection
from probe.net.course import Unanswered
from probe.net.wire import nonsense
from probe.result import Reason

_MOST = 200
"""Frames a server may send in one check."""
_CONTROL = 0x8
_NORMAL = (1000).to_bytes(2, "big")


class Code(IntEnum):
    MORE = 0x0
    TEXT = 0x1
    BYTES = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


_CODES = frozenset(int(code) for code in Code)


class Frames:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._heard, self._left = 0, READ_LIMIT

    def say(self, code: Code, payload: bytes) -> None:
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
        self._connection.write(bytes([0x80 | code]) + length + mask + masked)

    async def message(self) -> bytes | None:
        """The next one, its pieces put together; None once the server has said that it closes. Raises Unanswered."""
        pieces, begun = b"", False
        while True:
            code, last, payload = await self._frame()
            match code:
                case Code.CLOSE:
                    return None
                case Code.PING:
                    self.say(Code.PONG, payload)
                case Code.PONG:
                    continue
                case _ if begun != (code is Code.MORE):
                    raise nonsense("the pieces of a message do not follow one another")
                case _:
                    pieces, begun = pieces + payload, True
                    if last:
                        return pieces

    def part(self) -> None:
        self.say(Code.CLOSE, _NORMAL)

    async def _frame(self) -> tuple[Code, bool, bytes]:
        self._heard += 1
        first, second = await self._connection.read_exactly(2)
        number, size = first & 0xF, second & 0x7F
        if first & 0x70 or second & 0x80 or number not in _CODES:
            raise nonsense("a frame that WebSocket has not")
        code, last = Code(number), bool(first & 0x80)
        if code & _CONTROL and (size > 125 or not last):
            raise nonsense("a frame for control that is too long or in pieces")
        if size > 125:
            size = int.from_bytes(await self._connection.read_exactly(2 if size == 126 else 8), "big")
        self._left -= size
        if self._left < 0 or self._heard > _MOST:
            raise Unanswered(down(Reason.TOO_LARGE, f"more than {READ_LIMIT} bytes or {_MOST} frames"))
        return code, last, await self._connection.read_exactly(size)
