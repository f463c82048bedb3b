"""What the outbox, the timers and the lines hold, in few words."""

from sqlalchemy import Connection, select, update

from config.instant import Instant
from config.state import State
from db.tables.incidents import alert, inbox, quarantine, timer, transition
from db.tables.notify import notification
from notify.message import Notification
from notify.outbox import notification_of


def pages(tx: Connection, *, purpose: str = "page", state: str | None = None) -> list[str]:
    """`person/channel` of what was put into the outbox, in order."""
    column = notification.c
    rows = tx.execute(select(notification).where(column.purpose == purpose).order_by(column.id))
    return [f"{row.person}/{row.channel}" for row in rows if state is None or row.state == state]


def notifications(tx: Connection, purpose: str) -> list[Notification]:
    rows = tx.execute(select(notification).where(notification.c.purpose == purpose).order_by(notification.c.id))
    return [notification_of(row) for row in rows]


def deliver(tx: Connection, person: str | None = None, *, channel: str | None = None, state: str = "sent") -> None:
    """What waits (for that person, over that channel) counts as sent."""
    waiting = update(notification).where(notification.c.state == "queued")
    if person is not None:
        waiting = waiting.where(notification.c.person == person)
    if channel is not None:
        waiting = waiting.where(notification.c.channel == channel)
    tx.execute(waiting.values(state=state, done_at=1))


def timers(tx: Connection) -> dict[str, Instant]:
    """`subject step` -> due, of those that have not fired."""
    rows = tx.execute(select(timer).where(timer.c.done_at.is_(None)).order_by(timer.c.due_at))
    return {f"{row.subject} {row.step}": row.due_at for row in rows}


def line(tx: Connection, component: str) -> list[tuple[Instant, State]]:
    """As any reader has it: by instant, of several at one the later recorded."""
    rows = tx.execute(
        select(transition)
        .where(transition.c.component == component)
        .order_by(transition.c.happened_at, transition.c.id)
    )
    return list({row.happened_at: State(row.state) for row in rows}.items())


def set_aside(tx: Connection) -> list[str]:
    return list(tx.scalars(select(quarantine.c.reason).order_by(quarantine.c.id)))


def outcomes(tx: Connection) -> list[str | None]:
    return list(tx.scalars(select(inbox.c.outcome).order_by(inbox.c.id)))


def bodies(tx: Connection) -> list[bytes]:
    return list(tx.scalars(select(inbox.c.body).order_by(inbox.c.id)))


def occurrences(tx: Connection) -> list[tuple[str, int]]:
    return [(row.status, row._mapping["count"]) for row in tx.execute(select(alert).order_by(alert.c.id))]
