"""Webhooks: accepted into the inbox in groups and answered after COMMIT. reading.py makes sense of them afterwards."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, takewhile
from typing import Any, Protocol, TypeAlias

import structlog

from db.engine import Database
from db.errors import StoreUnavailable
from incidents.routing import Routing
from incidents.source import AlertNews, News, Sent, Source
from incidents.store import inbox

log = structlog.get_logger(__name__)

GROUP_LIMIT, GROUP_BYTES = 200, 4 << 20
"""Posts of one insert, and as much as their bodies may take together; a larger post goes alone."""
WAITING_LIMIT = 5000
"""Posts between acceptance and commit; more is refused, because a promise we cannot keep is worse than a refusal."""
WAITING_BYTES = 64 << 20
"""As much as their bodies may take together."""


Row: TypeAlias = dict[str, Any]
"""Of `inbox.row_of`, with the post's `key`."""


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
    """The inbox of our own store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writing = 0
        self.accepted = 0
        """Posts since the start."""

    @property
    def busy(self) -> bool:
        """Somebody waits for a commit."""
        return self._writing > 0

    async def accept(self, posts: Sequence[Row]) -> None:
        self._writing += 1
        try:
            await self._database.write(lambda tx: inbox.accept(tx, posts))
        finally:
            self._writing -= 1
        self.accepted += len(posts)

    async def set_aside(self, post: Row, reason: str) -> None:
        await self._database.write(lambda tx: inbox.put_into_quarantine(tx, post, reason))


class Intake:
    """Groups posts into one insert. The form of each was checked before it comes here."""

    def __init__(self, into: Inbox) -> None:
        self._into = into
        self._bytes = 0
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def accept(self, entrance: Entrance, sent: Sent) -> None:
        """Returns after COMMIT. Raises Overloaded or StoreUnavailable; then nothing was accepted."""
        if len(self._waiting) >= WAITING_LIMIT or self._bytes + len(sent.body) > WAITING_BYTES:
            raise Overloaded
        self._bytes += len(sent.body)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((_row(entrance, sent) | {"key": entrance.key(sent)}, future))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write(), name="inbox")
        await future

    async def set_aside(self, entrance: Entrance, sent: Sent, reason: str) -> None:
        """Raises StoreUnavailable."""
        await self._into.set_aside(_row(entrance, sent), reason)

    async def _write(self) -> None:
        try:
            while self._waiting:
                sizes = accumulate(len(post["body"]) for post, _ in self._waiting[:GROUP_LIMIT])
                count = max(1, sum(1 for _ in takewhile(lambda size: size <= GROUP_BYTES, sizes)))
                group, self._waiting = self._waiting[:count], self._waiting[count:]
                await self._write_group(group)
        finally:
            self._writer = None

    async def _write_group(self, group: Sequence[tuple[Row, asyncio.Future[None]]]) -> None:
        posts = [post for post, _ in group]
        failure: Exception | None = None
        try:
            await self._into.accept(posts)
        except Exception as error:  # every waiting sender is told, whatever it was
            failure = error if isinstance(error, StoreUnavailable) else StoreUnavailable(str(error))
            log.error("inbox not written", error=str(error), posts=len(posts))
        self._bytes -= sum(len(post["body"]) for post in posts)
        for _, future in group:
            if future.cancelled():
                continue
            if failure is None:
                future.set_result(None)
            else:
                future.set_exception(failure)


def _row(entrance: Entrance, sent: Sent) -> Row:
    return inbox.row_of(entrance.id, sent, entrance.kept(sent))
