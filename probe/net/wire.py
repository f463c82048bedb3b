"""Numbers and texts out of bytes a server sent, never past their end."""

from typing import Literal, TypeAlias

from probe.fault import down
from probe.net.course import Unanswered
from probe.result import Reason

Order: TypeAlias = Literal["big", "little"]


def nonsense(what: str) -> Unanswered:
    """To be raised: the server does not speak as its protocol has it."""
    return Unanswered(down(Reason.PROTOCOL_ERROR, what))


class Fields:
    """Read from front to back. Everything raises Unanswered where less is left than is read."""

    __slots__ = ("_at", "_data", "_order")

    def __init__(self, data: bytes, order: Order = "big") -> None:
        self._data, self._at, self._order = data, 0, order

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def peek(self) -> int | None:
        """The next byte, which stays; None at the end."""
        return self._data[self._at] if self.left else None

    def take(self, size: int) -> bytes:
        if not 0 <= size <= self.left:
            raise nonsense(f"{size} bytes are announced where {self.left} are left")
        self._at += size
        return self._data[self._at - size : self._at]

    def rest(self) -> bytes:
        return self.take(self.left)

    def number(self, size: int) -> int:
        """Without a sign."""
        return int.from_bytes(self.take(size), self._order)

    def signed(self, size: int) -> int:
        return int.from_bytes(self.take(size), self._order, signed=True)

    def counted(self) -> bytes:
        """As many bytes as the four before them say."""
        return self.take(self.number(4))

    def ended(self) -> bytes:
        """Up to a zero byte, which is taken too."""
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise nonsense("a text has no end")
        text = self.take(end - self._at)
        self._at += 1
        return text
