"""News that a later page makes pointless."""

from sqlalchemy import Connection, bindparam, exists, update

from config.instant import Instant
from db.prepared import Prepared
from db.tables.notify import notification
from notify.decision import State
from notify.message import Purpose

_N = notification.c
_NEWER = notification.alias("newer")
_AGAIN = exists().where(
    _NEWER.c.incident == bindparam("newer"),
    _NEWER.c.purpose == Purpose.PAGE.value,
    _NEWER.c.person == _N.person,
    _NEWER.c.channel == _N.channel,
    _NEWER.c.address == _N.address,
)
_OVERTAKE = Prepared(
    update(notification)
    .where(_N.incident == bindparam("older"), _N.purpose == Purpose.RESOLVED.value)
    .where(_N.state == State.QUEUED.value, _N.done_at.is_(None), _N.attempts == 0, _AGAIN)
    .values(state=State.SUPPRESSED.value, done_at=bindparam("now"), outcome=bindparam("why"))
)


def overtake(tx: Connection, older: str, newer: str, reason: str, now: Instant) -> int:
    """That incident `older` is over is not told to whom `newer` calls over the same way; how many were ended."""
    return _OVERTAKE.run(tx, {"older": older, "newer": newer, "now": now, "why": reason})
