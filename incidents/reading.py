"""Making sense of accepted posts, a slice at a time: the second transaction, and first thing after a restart.

It marks the inbox rows done together with everything that follows from them. A component is judged once a slice, and
before an end that would hide that it had begun to fail. A slice is short, because new posts wait for the same writer.
"""

from collections.abc import Callable, Mapping, Sequence

import structlog
from sqlalchemy import Connection

from config.instant import DAY, Instant, Span
from incidents.intake import Entrance
from incidents.service import Incidents
from incidents.source import AlertNews, Unreadable
from incidents.store import inbox
from incidents.store.apart import apart
from incidents.store.inbox import Post

log = structlog.get_logger(__name__)

SLICE = 64
REMEMBERED: Span = DAY
"""So long a post is known again by its sender's own id."""

INTAKE = "intake"
"""The subject of what upheld finds wrong with its own hearing."""
UNHEARD, GRAVE = "post_unheard", "major"

Entrances = Mapping[str, Entrance]


def process(
    tx: Connection, incidents: Incidents, entrances: Entrances, now: Instant, enough: Callable[[], bool] = lambda: False
) -> int:
    """Deal with waiting posts until `enough`; how many were. One that cannot be understood is set aside."""
    found = inbox.waiting(tx, SLICE)
    again = [post for post in found if inbox.came_before(tx, post, REMEMBERED)]
    inbox.finish(tx, again, "came before", now)
    known = {post.id for post in again}
    posts = [post for post in found if post.id not in known]
    if not posts:
        return len(again)
    done: list[Post] = []
    trouble = apart(tx, lambda: done.extend(_together(tx, incidents, entrances, posts, now, enough)))
    if trouble is None:
        inbox.finish(tx, done, "done", now)
        return len(again) + len(done)
    for post in posts:  # one of them is poison: each by itself, so that it takes only itself along
        inbox.finish(tx, [post], _alone(tx, incidents, entrances, post, now), now)
    return len(found)


def _together(
    tx: Connection,
    incidents: Incidents,
    entrances: Entrances,
    posts: Sequence[Post],
    now: Instant,
    enough: Callable[[], bool],
) -> list[Post]:
    done: list[Post] = []
    touched: dict[str, str] = {}
    for post in posts:
        _take(tx, incidents, entrances[post.source], post, now, touched)
        done.append(post)
        if enough():
            break
    incidents.judge(tx, touched, now)
    return done


def _take(
    tx: Connection, incidents: Incidents, entrance: Entrance, post: Post, now: Instant, touched: dict[str, str]
) -> None:
    """`touched`: components to be judged, and by whose word; those that must not wait are judged here."""
    for one in entrance.read(post.sent):
        component = incidents.concerned(tx, post.source, one, entrance.options)
        if component in touched and not (isinstance(one, AlertNews) and one.firing):
            incidents.judge(tx, {component: touched.pop(component)}, now)
        changed = incidents.take(tx, post.source, one, component, post.received_at, now)
        touched.update(dict.fromkeys(changed, f"source:{post.source}"))


def _alone(tx: Connection, incidents: Incidents, entrances: Entrances, post: Post, now: Instant) -> str:
    entrance = entrances.get(post.source)
    if entrance is None:
        _set_aside(tx, incidents, post, "the source was removed before this was read", now)
        return "no such source any more"
    trouble = apart(tx, lambda: _one(tx, incidents, entrance, post, now))
    if trouble is None:
        return "done"
    _set_aside(tx, incidents, post, f"{type(trouble).__name__}: {trouble}", now)
    if isinstance(trouble, Unreadable):
        return "unreadable"
    log.error("post not understood", source=post.source, post=post.id, exc_info=trouble)
    return "set aside"


def _set_aside(tx: Connection, incidents: Incidents, post: Post, why: str, now: Instant) -> None:
    """Its sender believes that we heard him: somebody is told that we did not."""
    inbox.put_into_quarantine(tx, post.row, why, promised=True)
    trouble = apart(tx, lambda: incidents.own_news(tx, INTAKE, UNHEARD, GRAVE, now, on=True))
    if trouble is not None:
        log.error("nobody told of a post set aside", source=post.source, post=post.id, exc_info=trouble)


def _one(tx: Connection, incidents: Incidents, entrance: Entrance, post: Post, now: Instant) -> None:
    touched: dict[str, str] = {}
    _take(tx, incidents, entrance, post, now, touched)
    incidents.judge(tx, touched, now)
