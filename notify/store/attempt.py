"""The attempts on record: what a channel has been doing lately follows from them, and nothing else keeps count."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from config.instant import Instant
from db.prepared import Prepared, always
from db.tables.notify import delivery, notification
from notify.breaker import LOOK_BACK, End, Open, standing
from notify.bundle import TOGETHER, Address
from notify.channel import Channel, Rate, Reason

_D = delivery.c
_LATELY = and_(
    _D.channel == bindparam("over"),
    _D.carrier.is_(None),
    or_(_D.ended_at.is_(None), _D.ended_at > bindparam("since")),
)
_BEGUN = Prepared(select(func.count().label("begun")).where(_LATELY))
_BEGUN_TO = Prepared(
    select(notification.c.person, notification.c.address, _D.started_at)
    .join(notification, notification.c.id == _D.notification)
    .where(_LATELY, notification.c.purpose.in_([always(purpose.value) for purpose in sorted(TOGETHER)]))
)
_ENDS = Prepared(
    select(_D.ended_at, _D.reason)
    .where(_D.channel == bindparam("over"), _D.ended_at.is_not(None), _D.carrier.is_(None))
    .order_by(_D.ended_at.desc(), _D.id.desc())
    .limit(LOOK_BACK)
)


def room(tx: Connection, channel: str, kind: Channel[Any] | None, limit: int, now: Instant) -> int:
    """How many of `limit` may begin now, whichever process sends.

    No more than the receiver's rate, counting an attempt until `rate.per` after its end; of a channel that does not
    deliver one at a time, when its next try is due.
    """
    if kind is None:
        return limit
    if (state := trouble(tx, channel, kind)) is not None:
        under_way = select(_D.id).where(_D.channel == channel, _D.ended_at.is_(None)).limit(1)
        return 0 if now < state.probes_at or tx.scalar(under_way) is not None else 1
    if kind.rate is None:
        return limit
    begun: int = _BEGUN.scalar(tx, {"over": channel, "since": now - kind.rate.per})
    return max(min(limit, kind.rate.count - begun), 0)


def trouble(tx: Connection, channel: str, kind: Channel[Any]) -> Open | None:
    """None while it delivers."""
    rows = _ENDS.all(tx, {"over": channel})
    ends = [End(at=row.ended_at, reason=None if row.reason is None else Reason(row.reason)) for row in rows]
    return standing(ends, personal=kind.personal)


def begun(tx: Connection, channel: str, throttle: Sequence[Rate], now: Instant) -> Mapping[Address, list[Instant]]:
    """When messages to each address began, as far back as a throttle looks."""
    if not throttle:
        return {}
    since = now - max(rate.per for rate in throttle)
    rows = _BEGUN_TO.all(tx, {"over": channel, "since": since})
    found: dict[Address, list[Instant]] = {}
    for row in rows:
        found.setdefault((row.person, row.address), []).append(row.started_at)
    return found
