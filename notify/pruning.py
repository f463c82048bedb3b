"""Retention of notifications and their deliveries, a bounded piece at a time. What is still to be sent stays."""

from sqlalchemy import Connection, delete, select

from config.instant import Instant
from db.tables.notify import delivery, notification, receipt

AT_ONCE = 500


def notifications(tx: Connection, before: Instant) -> int:
    """Those that ended before; call it again until it drops nothing."""
    old = select(notification.c.id).where(notification.c.done_at < before).limit(AT_ONCE)
    ids = list(tx.scalars(old))
    tx.execute(delete(receipt).where(receipt.c.notification.in_(ids)))
    tx.execute(delete(delivery).where(delivery.c.notification.in_(ids)))
    return tx.execute(delete(notification).where(notification.c.id.in_(ids))).rowcount
