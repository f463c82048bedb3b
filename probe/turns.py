"""Whose turn it is: no crowd on one host, and none in this process. Pure bookkeeping; the schedule does what it says.

The cap of a host is a courtesy and no lock. Where its runs hang, those behind them would be missed, and an outage would
look like a gap in the measuring: who has waited for half of its interval goes all the same.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many runs there may be at once."""

    at_once: int = 500
    per_host: int = 2


@dataclass(slots=True)
class _Host(Generic[S]):
    running: int = 0
    waiting: deque[S] = field(default_factory=deque)


class Turns(Generic[S]):
    """Of things of one sort, each of a host or of none; whoever got in must `leave` once."""

    def __init__(self, caps: Caps) -> None:
        self.caps = caps
        self.running = 0
        self._hosts: dict[str, _Host[S]] = {}
        self._waiting: deque[tuple[S, str | None]] = deque()

    def enter(self, who: S, host: str | None, impatient: bool = False) -> bool:
        """Whether it may begin. Else it waits, and comes out of `leave` later; for its host only when patient."""
        if host is not None:
            at = self._hosts.get(host)
            if at is None:
                at = self._hosts[host] = _Host()
            if at.running >= self.caps.per_host and not impatient:
                at.waiting.append(who)
                return False
            at.running += 1
        if self.running >= self.caps.at_once:
            self._waiting.append((who, host))
            return False
        self.running += 1
        return True

    def waits_for_host(self, who: S, host: str | None) -> bool:
        """Leaves the queue of its host, if it stands there."""
        at = self._hosts.get(host) if host is not None else None
        if at is None or who not in at.waiting:
            return False
        at.waiting.remove(who)
        return True

    def leave(self, host: str | None) -> list[S]:
        """One has ended; these may begin in its place. Each of them is to `leave` too, begun or not."""
        self.running -= 1
        begun = list[S]()
        for one in self._freed(host):
            if self.enter(one, host):
                begun.append(one)
        while self._waiting and self.running < self.caps.at_once:
            who, _ = self._waiting.popleft()
            self.running += 1
            begun.append(who)
        return begun

    def clear(self) -> None:
        """Nobody waits any more."""
        self._waiting.clear()
        for at in self._hosts.values():
            at.waiting.clear()

    def _freed(self, host: str | None) -> list[S]:
        at = self._hosts.get(host) if host is not None else None
        if host is None or at is None:
            return []
        at.running -= 1
        free = self.caps.per_host - at.running
        freed = [at.waiting.popleft() for _ in range(min(max(free, 0), len(at.waiting)))]
        if not at.running and not freed:
            del self._hosts[host]
        return freed
