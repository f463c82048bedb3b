"""Webhooks: accepted into the inbox and answered after COMMIT. reading.py makes sense of them afterwards."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

import structlog
from sqlalchemy import Connection

from db.engine import Database
from db.errors import StoreUnavailable
from incidents.routing import Routing
from incidents.source import AlertNews, News, Sent, Source
from incidents.store import inbox

log = structlog.get_logger(__name__)

WAITING_LIMIT = 5000
"""Posts between acceptance and commit; more is refused, because a promise we cannot keep is worse than a refusal."""
WAITING_BYTES = 64 << 20
"""As much as their bodies may take together."""


Row: TypeAlias = dict[str, Any]
"""Of `inbox.row_of`, with the post's `key`."""

Group: TypeAlias = tuple[Sequence[Row], asyncio.Future[None]]
"""What is kept together, and who waits for it."""


class Overloaded(Exception):
    """Too much waits for its commit; the sender is to come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """One configured source: how to read it and with which options."""

    id: str
    source: Source
    options: Routing

    def read(self, sent: Sent) -> list[News]:
        """Raises Unreadable."""
        return [self._limited(one, sent) for one in self.source.read(self.options, sent)]

    def kept(self, sent: Sent) -> dict[str, str]:
        """The headers that reading it again will need."""
        return {name: value for name, value in sent.headers.items() if name.startswith(self.source.keeps)}

    def key(self, sent: Sent) -> str | None:
        """By which a post that comes again is known; None: each is judged."""
        return None if self.source.once is None else self.source.once(sent)

    def _limited(self, one: News, sent: Sent) -> News:
        after = self.options.ends_after
        if after is None or not isinstance(one, AlertNews) or not one.firing:
            return one
        return replace(one, over_at=sent.received_at + after)


class Inbox(Protocol):
    """Where posts go. Both return after COMMIT and raise StoreUnavailable; then nothing was kept."""

    async def accept(self, posts: Sequence[Row]) -> None: ...

    async def set_aside(self, post: Row, reason: str) -> None:
        """Into the quarantine: it could not be read."""


class OwnInbox:
    """The inbox of our own store. What comes while the store is busy is committed together, when its turn comes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._coming: deque[Group] = deque()
        self._writer: asyncio.Task[None] | None = None
        self.accepted = 0
        """Posts since the start."""

    @property
    def busy(self) -> bool:
        """Somebody waits for a commit."""
        return self._writer is not None

    async def accept(self, posts: Sequence[Row]) -> None:
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._coming.append((posts, kept))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write(), name="inbox")
        await kept

    async def set_aside(self, post: Row, reason: str) -> None:
        await self._database.write(lambda tx: inbox.put_into_quarantine(tx, post, reason))

    async def _write(self) -> None:
        try:
            while self._coming:
                await self._write_all()
        finally:
            self._writer = None

    async def _write_all(self) -> None:
        taken: list[Group] = []

        def work(tx: Connection) -> int:
            """In the store's thread, at its turn: by then more has come than when it was asked."""
            while not taken or self._coming:
                taken.append(self._coming.popleft())
            rows = [post for posts, _ in taken for post in posts]
            inbox.accept(tx, rows)
            return len(rows)

        failure: Exception | None = None
        try:
            self.accepted += await self._database.write(work)
        except Exception as error:  # every waiting sender is told, whatever it was
            failure = error if isinstance(error, StoreUnavailable) else StoreUnavailable(str(error))
            if not taken:  # the store did not even begin: nobody waits until it has refused his predecessors one by one
                taken, self._coming = list(self._coming), deque()
            log.error("inbox not written", error=str(error), posts=sum(len(posts) for posts, _ in taken))
        settle((kept for _, kept in taken), failure)


class Intake:
    """No more waits than can be promised. The form of each post was checked before it comes here."""

    def __init__(self, into: Inbox) -> None:
        self._into = into
        self._waiting, self._bytes = 0, 0

    async def accept(self, entrance: Entrance, sent: Sent) -> None:
        """Returns after COMMIT. Raises Overloaded or StoreUnavailable; then nothing was accepted."""
        size = len(sent.body)
        if self._waiting >= WAITING_LIMIT or self._bytes + size > WAITING_BYTES:
            raise Overloaded
        self._waiting += 1
        self._bytes += size
        try:
            await self._into.accept([_row(entrance, sent) | {"key": entrance.key(sent)}])
        finally:
            self._waiting -= 1
            self._bytes -= size

    async def set_aside(self, entrance: Entrance, sent: Sent, reason: str) -> None:
        """Raises StoreUnavailable."""
        await self._into.set_aside(_row(entrance, sent), reason)


def settle(waiting: Iterable[asyncio.Future[None]], failure: Exception | None) -> None:
    """All who wait hear what became of it; who does not wait any more, nothing."""
    for one in waiting:
        if one.done():
            continue
        if failure is None:
            one.set_result(None)
        else:
            one.set_exception(failure)


def _row(entrance: Entrance, sent: Sent) -> Row:
    return inbox.row_of(entrance.id, sent, entrance.kept(sent))
