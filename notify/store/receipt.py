"""What receivers reported later of messages they had taken: the call was answered, a key pressed, nothing arrived."""

from sqlalchemy import Connection, insert, select

from config.instant import Instant
from db.tables.notify import delivery, notification, receipt
from notify.channel import Heard, What
from notify.message import Notification
from notify.outbox import notification_of


def note(tx: Connection, channel: str, name: str, heard: Heard, now: Instant) -> tuple[Notification, bool] | None:
    """The notification whose attempt has that reference, and whether this is news; None when there is none."""
    told = tx.execute(
        select(notification)
        .join(delivery, delivery.c.notification == notification.c.id)
        .where(delivery.c.channel == channel, delivery.c.reference == name)
        .order_by(delivery.c.id.desc())
        .limit(1)
    ).first()
    if told is None:
        return None
    same = (receipt.c.notification == told.id, receipt.c.what == heard.what.value, receipt.c.detail == heard.detail)
    if tx.scalar(select(receipt.c.id).where(*same)) is not None:
        return notification_of(told), False
    written = {
        "notification": told.id,
        "what": heard.what.value,
        "detail": heard.detail,
        "received_at": now,
    }
    tx.execute(insert(receipt), written)
    return notification_of(told), True


def of(tx: Connection, notifications: list[int]) -> dict[int, list[tuple[Heard, Instant]]]:
    """Notification -> what was heard of it, in order."""
    found: dict[int, list[tuple[Heard, Instant]]] = {}
    rows = tx.execute(select(receipt).where(receipt.c.notification.in_(notifications)).order_by(receipt.c.id))
    for row in rows:
        heard = Heard(what=What(row.what), detail=row.detail)
        found.setdefault(row.notification, []).append((heard, row.received_at))
    return found
