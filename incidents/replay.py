"""Posts that were kept, read again by the readers and the configuration there are now.

Judged once, at the end: a replay opens what fails now and not what failed and ended in between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection
from structlog.contextvars import bound_contextvars

from config.instant import Instant
from incidents.intake import Entrance
from incidents.service import Incidents
from incidents.source import AlertNews, News, Unreadable
from incidents.store import alert, inbox, incident
from incidents.store.apart import apart
from incidents.store.inbox import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """`unreadable`: number of the post -> why. `opened`, `resolved`, `changed`: what became of incidents."""

    posts: int
    unreadable: Mapping[int, str]
    opened: Sequence[str]
    resolved: Sequence[str]
    changed: Sequence[str]


def rehearse(
    tx: Connection, incidents: Incidents, entrances: Mapping[str, Entrance], posts: Sequence[Post], now: Instant
) -> Replayed:
    """What `replay` would do, and nothing of it is done."""
    with bound_contextvars(rehearsal=True):
        nested = tx.begin_nested()
        try:
            return replay(tx, incidents, entrances, posts, now)
        finally:
            nested.rollback()


def replay(
    tx: Connection, incidents: Incidents, entrances: Mapping[str, Entrance], posts: Sequence[Post], now: Instant
) -> Replayed:
    """In the order they came."""
    before = _standing(tx)
    touched: dict[str, str] = {}
    unreadable: dict[int, str] = {}
    for post in posts:
        trouble = apart(tx, partial(_take, tx, incidents, entrances, post, now, touched))
        if trouble is not None:
            unreadable[post.id] = str(trouble) if isinstance(trouble, Unreadable) else type(trouble).__name__
    incidents.judge(tx, touched, now)
    after = _standing(tx)
    return Replayed(
        posts=len(posts),
        unreadable=unreadable,
        opened=sorted(after.keys() - before.keys()),
        resolved=sorted(before.keys() - after.keys()),
        changed=sorted(id for id in before.keys() & after.keys() if before[id] != after[id]),
    )


def refused(tx: Connection, replayed: Replayed, posts: Sequence[Post]) -> None:
    """Posts of the quarantine that could be read this time leave it."""
    inbox.release(tx, [post.id for post in posts if post.id not in replayed.unreadable])


def _take(
    tx: Connection,
    incidents: Incidents,
    entrances: Mapping[str, Entrance],
    post: Post,
    now: Instant,
    touched: dict[str, str],
) -> None:
    entrance = entrances.get(post.source)
    if entrance is None:
        raise Unreadable(f"no source is named '{post.source}' any more")
    for one in entrance.read(post.sent):
        if _older(tx, post, one):
            continue
        component = incidents.concerned(tx, post.source, one, entrance.options)
        changed = incidents.take(tx, post.source, one, component, post.received_at, now)
        touched.update(dict.fromkeys(changed, f"source:{post.source}"))


def _older(tx: Connection, post: Post, one: News) -> bool:
    """What was heard of an open alert since then says more than the post does."""
    known = alert.open_alert(tx, post.source, one.key) if isinstance(one, AlertNews) else None
    return known is not None and post.received_at < known.last_received_at


def _standing(tx: Connection) -> dict[str, int]:
    """Unresolved incidents, each with how far its log has come."""
    return {one.id: one.version for one in incident.unresolved(tx)}
