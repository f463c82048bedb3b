"""What waited for a channel that a reload renamed or took away: it goes over a way of today, once.

What was written for a channel may name people and hold a link that is one person's word: only a way that is that
person's own, and that says names, may have it.
"""

from dataclasses import replace

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from incidents.ways import Addressee, Ways
from notify import outbox
from notify.message import Notification, Purpose, key_of
from notify.store.told import told_over


def rerouted(tx: Connection, config: Config, ways: Ways, failed: Notification, now: Instant) -> bool:
    """False: its channel is there, or there is no other way; then it has failed as others fail."""
    if failed.channel in config.channels or not ways.arrives(failed.channel):
        return False
    been = told_over(tx, failed)
    for way in _of_today(config, ways, failed, now):
        fits = ways.reaches(way) and ways.personal(way.channel) and not ways.discreet(way.channel)
        if fits and way.channel not in been:
            key = key_of(failed.idempotency_key, way.channel, way.address)
            anew = replace(failed, idempotency_key=key, channel=way.channel, address=way.address, due_at=now)
            return outbox.enqueue(tx, anew)
    return False


def _of_today(config: Config, ways: Ways, failed: Notification, now: Instant) -> list[Addressee]:
    if failed.purpose is Purpose.CUSTOMER:
        return [ways.by_mail(failed.person, failed.address, None, now)] if failed.address else []
    return ways.contacts([failed.person], now) if failed.person in config.people else []
