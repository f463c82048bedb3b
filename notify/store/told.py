"""What the outbox can tell others: who was told what and when, and how much still waits."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, or_, select

from config.instant import Instant
from db.prepared import Prepared, always
from db.tables.notify import delivery, notification
from db.tables.notify import receipt as receipt_
from notify.channel import Heard, What
from notify.decision import LOGGED, State
from notify.message import Notification, Purpose
from notify.outbox import HELD_UP, Result, active, notification_of, subject
from notify.store import receipt

_N = notification.c
_REACHED = Prepared(
    select(_N.person, _N.channel, _N.address)
    .where(_N.incident == bindparam("of"), _N.purpose == bindparam("what"))
    .where(_N.state.in_([always(State.SENT.value), always(State.SENDING.value), always(State.UNKNOWN.value)]))
    .distinct()
)


_PAGES = (
    select(_N.incident, func.min(_N.due_at).label("due_at"))
    .where(active(notification), _N.purpose == Purpose.PAGE.value, _N.incident.is_not(None))
    .group_by(_N.incident)
)
_OLDEST_DUE = select(func.min(_N.due_at)).where(active(notification), _N.due_at <= bindparam("now"))


_REFUSED = select(receipt_.c.id).where(receipt_.c.notification == _N.id, receipt_.c.what == What.FAILED.value)
_TAKEN = or_(_N.outcome.is_(None), _N.outcome.not_in([HELD_UP, LOGGED])) & ~_REFUSED.exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt; `ended_at` is None while it runs, `detail` the receiver's answer or the trouble."""

    number: int
    started_at: Instant
    ended_at: Instant | None
    result: Result
    reason: str | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notification and what became of it; `outcome` is the reason's word, `heard` what was reported later."""

    id: int
    notification: Notification
    state: State
    done_at: Instant | None
    outcome: str | None
    attempts: tuple[Attempt, ...]
    heard: tuple[tuple[Heard, Instant], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Recipient:
    person: str
    channel: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What a channel has not brought yet, in one state."""

    channel: str
    state: State
    count: int
    oldest_at: Instant


def history(
    tx: Connection, *, incident: str | None = None, case: str | None = None, limit: int = 500
) -> tuple[Told, ...]:
    """What was told of an incident or a case, in the order it was decided, with every attempt."""
    return _told(tx, select(notification).where(subject(incident=incident, case=case)).order_by(_N.id).limit(limit))


def of_key(tx: Connection, key: str) -> Told | None:
    """The notification with that idempotency key."""
    return next(iter(_told(tx, select(notification).where(_N.idempotency_key == key))), None)


def newest(tx: Connection, purpose: Purpose, limit: int = 500) -> dict[Recipient, Told]:
    """Of each recipient the last one that was made for this purpose."""
    wanted = select(notification).where(_N.purpose == purpose.value).order_by(_N.id.desc()).limit(limit)
    found: dict[Recipient, Told] = {}
    for one in _told(tx, wanted):
        to = one.notification
        found.setdefault(Recipient(person=to.person, channel=to.channel, address=to.address), one)
    return found


def _told(tx: Connection, wanted: Select[Any]) -> tuple[Told, ...]:
    rows = tx.execute(wanted).all()
    ids = [row.id for row in rows]
    attempts, heard = _attempts(tx, ids), receipt.of(tx, ids)
    return tuple(
        Told(
            id=row.id,
            notification=notification_of(row),
            state=State(row.state),
            done_at=row.done_at,
            outcome=row.outcome,
            attempts=tuple(attempts.get(row.id, ())),
            heard=tuple(heard.get(row.id, ())),
        )
        for row in rows
    )


def also_paged(tx: Connection, failed: Notification) -> bool:
    """Whether another page of its incident, told with it or later, was taken or is still on its way."""
    others = (
        select(_N.id)
        .where(_N.incident == failed.incident, _N.purpose == Purpose.PAGE.value, _N.created_at >= failed.created_at)
        .where(_N.state.in_([State.QUEUED.value, State.SENDING.value, State.SENT.value]), _TAKEN)
        .where(_N.idempotency_key != failed.idempotency_key)
    )
    return tx.execute(others.limit(1)).first() is not None


def told_over(tx: Connection, failed: Notification) -> set[str]:
    """The channels over which this person was or is to be told the same, this one apart."""
    same = (_N.incident.is_not_distinct_from(failed.incident), _N.case.is_not_distinct_from(failed.case))
    who = (_N.person == failed.person, _N.purpose == failed.purpose.value, _N.created_at == failed.created_at)
    other = select(_N.channel).where(*same, *who, _N.idempotency_key != failed.idempotency_key)
    return set(tx.scalars(other))


def reached(tx: Connection, incident: str, purpose: Purpose = Purpose.PAGE) -> tuple[Recipient, ...]:
    """Who was told, may have been told or is being told right now: whoever must hear that it is over."""
    rows = _REACHED.all(tx, {"of": incident, "what": purpose.value})
    return tuple(sorted(Recipient(person=row.person, channel=row.channel, address=row.address) for row in rows))


def next_pages(tx: Connection) -> dict[str, Instant]:
    """Of each incident when the earliest page that waits is due."""
    return {row.incident: row.due_at for row in tx.execute(_PAGES)}


def oldest_due(tx: Connection, now: Instant) -> Instant | None:
    """Since when the message waits that should have left first."""
    found: Instant | None = tx.scalar(_OLDEST_DUE, {"now": now})
    return found


def waiting(tx: Connection) -> tuple[Waiting, ...]:
    """Queued, being sent and unknown ones, by channel."""
    rows = tx.execute(
        select(_N.channel, _N.state, func.count().label("count"), func.min(_N.created_at).label("oldest_at"))
        .where(active(notification))
        .group_by(_N.channel, _N.state)
        .order_by(_N.channel, _N.state)
    ).all()
    return tuple(
        Waiting(channel=row.channel, state=State(row.state), count=row._mapping["count"], oldest_at=row.oldest_at)
        for row in rows
    )


def _attempts(tx: Connection, notifications: list[int]) -> dict[int, list[Attempt]]:
    found: dict[int, list[Attempt]] = {}
    rows = tx.execute(select(delivery).where(delivery.c.notification.in_(notifications)).order_by(delivery.c.id)).all()
    for row in rows:
        attempt = Attempt(
            number=row.attempt,
            started_at=row.started_at,
            ended_at=row.ended_at,
            result=Result(row.result),
            reason=row.reason,
            detail=row.detail,
        )
        found.setdefault(row.notification, []).append(attempt)
    return found
