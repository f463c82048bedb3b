"""The attempts on record: what a channel has been doing lately follows from them, and nothing else keeps count."""

from sqlalchemy import Connection, func, or_, select

from config.instant import Instant
from db.tables.notify import delivery
from notify.channel import Rate

_D = delivery.c


def room(tx: Connection, channel: str, rate: Rate | None, limit: int, now: Instant) -> int:
    """How many of `limit` may begin now, whichever process sends. An attempt counts until `rate.per` after its end."""
    if rate is None:
        return limit
    lately = or_(_D.ended_at.is_(None), _D.ended_at > now - rate.per)
    begun = tx.scalar(select(func.count()).where(_D.channel == channel, _D.carrier.is_(None), lately)) or 0
    return max(min(limit, rate.count - begun), 0)
