"""`inbox.*`: what senders posted, what it named, and what would become of it today."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from config.model import Config
from incidents.intake import Entrance
from incidents.replay import refused, rehearse, replay
from incidents.routing import UNROUTED, line
from incidents.store import alert, inbox
from incidents.store.alert import Alert
from incidents.store.inbox import Post
from incidents.store.mail import ASIDE
from upheld.call import Call, Command
from upheld.shown import at

LIMIT = 10_000
"""Posts a replay takes at once: it holds the writer."""
LISTED = 500
_HEAD = 120
_LOOKED_THROUGH = 4096
_HIDDEN = "…"


def again(tx: Connection, call: Call) -> Any:
    """`source?, since, refused, apply`. Without `apply` nothing is done, and the answer says what would be."""
    given = call.arguments
    kept = inbox.set_aside if given["refused"] else inbox.kept
    found = kept(tx, given.get("source"), given["since"], LIMIT)
    posts = [
        one for one in found if not one.source.startswith(ASIDE)
    ]  # mails that stand aside are for a person to read
    work = replay if given["apply"] else rehearse
    done = work(tx, call.rules.incidents, call.rules.entrances, posts, call.now)
    if given["apply"] and given["refused"]:
        refused(tx, done, posts)
    return {
        "posts": done.posts,
        "applied": given["apply"],
        "opened": list(done.opened),
        "resolved": list(done.resolved),
        "changed": list(done.changed),
        "unreadable": [{"post": id, "why": why} for id, why in done.unreadable.items()],
    }


def secrets_of(entrances: Mapping[str, Entrance]) -> list[str]:
    """What senders prove themselves by; some say it in the body. The longest first: one may be part of another."""
    written = (getattr(one.options, name, None) for one in entrances.values() for name in ("token", "secret"))
    return sorted((one for one in written if isinstance(one, str) and one), key=len, reverse=True)


def post_json(post: Post, secrets: Sequence[str] = ()) -> dict[str, Any]:
    begins = post.body[:_LOOKED_THROUGH].decode("utf-8", "replace")
    for one in secrets:
        begins = begins.replace(one, _HIDDEN)
    return {
        "id": post.id,
        "source": post.source,
        "received_at": at(post.received_at),
        "outcome": post.outcome or "waiting",
        "bytes": len(post.body),
        "begins": begins[:_HEAD],
    }


def unrouted(tx: Connection, config: Config, entrances: Mapping[str, Entrance]) -> Sequence[dict[str, Any]]:
    """Alerts that name no component, those that fire first; `write` is the line that would give them one."""
    return [
        {
            "source": one.source,
            "key": one.key,
            "state": one.status,
            "summary": one.summary,
            "labels": dict(one.labels),
            "last_received_at": at(one.last_received_at),
            "write": _line(one, config, entrances.get(one.source)),
        }
        for one in alert.newest_on(tx, UNROUTED, LISTED)
    ]


def _line(one: Alert, config: Config, entrance: Entrance | None) -> str | None:
    """None for a source that is not configured any more, and where nothing need be written any more."""
    return None if entrance is None else line(one.source, one.labels, entrance.options, list(config.components))


COMMANDS: Mapping[str, Command] = {"inbox.replay": again}
