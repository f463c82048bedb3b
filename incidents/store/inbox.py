"""What was posted to us, as it came, before anything is made of it; and what we could not read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, desc, func, insert, select, update

from config.instant import Instant, Span
from db.batch import announce
from db.prepared import Prepared
from db.tables.incidents import inbox, quarantine
from incidents.source import Sent
from notify.message import harmless

TOPIC = "inbox"
QUARANTINE_LIMIT = 200
"""Bodies kept a source; the oldest go."""
QUARANTINE_BYTES = 1 << 20
_PROMISED = "promised"
_ADD = Prepared(insert(inbox))
_OLDEST = Prepared(select(inbox.c.received_at).where(inbox.c.done_at.is_(None)).order_by(inbox.c.id).limit(1))
_WAITING = Prepared(
    select(inbox)
    .where(inbox.c.done_at.is_(None))
    .order_by(inbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_BEFORE = Prepared(
    select(inbox.c.id)
    .where(
        inbox.c.source == bindparam("source"),
        inbox.c.key == bindparam("key"),
        inbox.c.id < bindparam("post"),
        inbox.c.received_at >= bindparam("since"),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    id: int
    source: str
    received_at: Instant
    body: bytes
    envelope: Mapping[str, Any]
    """Where it was sent to and the headers its source keeps, where there is something to say of them."""
    outcome: str | None = None
    key: str | None = None

    @property
    def row(self) -> dict[str, Any]:
        """As it was put in."""
        return row_of(self.source, self.sent, self.sent.headers)

    @property
    def sent(self) -> Sent:
        """The call, as far as it was kept."""
        return Sent(
            body=self.body,
            received_at=self.received_at,
            path=self.envelope.get("path", ""),
            headers=self.envelope.get("headers", {}),
        )


def row_of(source: str, sent: Sent, headers: Mapping[str, str]) -> dict[str, Any]:
    said = {"path": sent.path, "headers": dict(headers)}
    envelope = {name: value for name, value in said.items() if value}
    return {
        "source": source,
        "received_at": sent.received_at,
        "body": sent.body,
        "envelope": envelope or None,
        "attempts": 0,
    }


def accept(tx: Connection, posts: Sequence[Mapping[str, Any]]) -> None:
    """Rows of `row_of`. After the commit of this they may be answered 202."""
    _ADD.run_all(tx, posts)
    announce(tx, TOPIC)


def waiting(tx: Connection, limit: int) -> list[Post]:
    return [_post(row) for row in _WAITING.all(tx, {"most": limit})]


def came_before(tx: Connection, post: Post, within: Span) -> bool:
    """Whether the same sender had sent it, by its key, at most so long before."""
    known = {"source": post.source, "key": post.key, "post": post.id, "since": post.received_at - within}
    return post.key is not None and _BEFORE.first(tx, known) is not None


def oldest(tx: Connection) -> Instant | None:
    """When the first of those that wait came."""
    received_at: Instant | None = _OLDEST.scalar(tx)
    return received_at


def waiting_count(tx: Connection) -> int:
    return tx.scalar(select(func.count()).select_from(inbox).where(inbox.c.done_at.is_(None))) or 0


def finish(tx: Connection, posts: Sequence[Post], outcome: str, now: Instant) -> None:
    if posts:
        ids = [post.id for post in posts]
        ids += ids[-1:] * ((1 << (len(ids) - 1).bit_length()) - len(ids))  # each length is a statement of its own
        given = {f"post_{place}": id for place, id in enumerate(ids)}
        _finishing(len(ids)).run(tx, {**given, "now": now, "why": outcome[:60]})


@cache
def _finishing(many: int) -> Prepared:
    these = update(inbox).where(inbox.c.id.in_([bindparam(f"post_{place}") for place in range(many)]))
    done = {"done_at": bindparam("now"), "outcome": bindparam("why"), "attempts": inbox.c.attempts + 1}
    return Prepared(these.values(done))


def put_into_quarantine(tx: Connection, row: Mapping[str, Any], reason: str, *, promised: bool = False) -> None:
    """A row of `row_of`, with why it could not be understood. `promised`: its sender was told that it was accepted."""
    source = row["source"]
    tx.execute(
        insert(quarantine).values(
            source=source,
            received_at=row["received_at"],
            reason=harmless(reason)[:2000],
            body=row["body"][:QUARANTINE_BYTES],
            envelope={**(row["envelope"] or {}), _PROMISED: True} if promised else row["envelope"],
        )
    )
    surplus = (
        select(quarantine.c.id)
        .where(quarantine.c.source == source)
        .order_by(desc(quarantine.c.id))
        .limit(1)
        .offset(QUARANTINE_LIMIT)
    )
    oldest_kept = tx.scalar(surplus)
    if oldest_kept is not None:
        tx.execute(delete(quarantine).where(quarantine.c.source == source, quarantine.c.id <= oldest_kept))


def unheard(tx: Connection, since: Instant) -> bool:
    """Whether a post received since then was accepted and stands aside all the same."""
    found = tx.scalars(select(quarantine.c.envelope).where(quarantine.c.received_at >= since))
    return any(_PROMISED in (envelope or ()) for envelope in found)


def kept(tx: Connection, source: str | None, since: Instant, limit: int) -> list[Post]:
    """Answered posts, as long as they are kept, the oldest first; the newest if there are more than that."""
    return _some(tx, inbox, source, since, limit)


def set_aside(tx: Connection, source: str | None, since: Instant, limit: int) -> list[Post]:
    """The quarantine, likewise; the outcome is why."""
    return _some(tx, quarantine, source, since, limit)


def _some(tx: Connection, table: Table, source: str | None, since: Instant, limit: int) -> list[Post]:
    found = select(table).where(table.c.received_at >= since).order_by(desc(table.c.id)).limit(limit)
    rows = tx.execute(found if source is None else found.where(table.c.source == source))
    return posts_of(rows)[::-1]


def release(tx: Connection, ids: Sequence[int]) -> None:
    """These leave the quarantine."""
    tx.execute(delete(quarantine).where(quarantine.c.id.in_(ids)))


def posts_of(rows: Iterable[Any]) -> list[Post]:
    return [_post(row) for row in rows]


def _post(row: Any) -> Post:
    return Post(
        id=row.id,
        source=row.source,
        received_at=row.received_at,
        body=row.body,
        envelope=row.envelope or {},
        outcome=getattr(row, "outcome", None) or getattr(row, "reason", None),
        key=getattr(row, "key", None),
    )
