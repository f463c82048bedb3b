"""The outbox: what is to be told, stored in the transaction of what happened, and every attempt to tell it.

An attempt is committed before anything is sent. A process that dies in between leaves the row `sending`; `recover`
makes it `unknown`, never lost. All functions take part in the caller's transaction and commit nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    bindparam,
    case,
    exists,
    or_,
    select,
    update,
)

from config.instant import Instant
from db.batch import announce
from db.minding import Minding
from db.prepared import Prepared, always
from db.tables.notify import delivery, notification
from notify.breaker import Open
from notify.channel import Channel, DeliveryError, Reason, Receipt
from notify.decision import After, Again, Entry, State, Stop, after_attempt
from notify.message import Notification, Purpose, from_json, harmless, key_of, to_json
from notify.store.attempt import trouble

TOPIC = "notification"
"""Announced by `enqueue`, so that sending starts right after the COMMIT."""

StillWanted = Callable[[Connection, Notification], str | None]
"""Why nobody needs a notification any more, in at most 60 characters; None when it is to be sent."""

OnFailed = Callable[[Connection, Notification, Instant], None]
"""The person could not (certainly) be told; called in the transaction that records it, for the next way of reaching."""

OnSent = Callable[[Connection, Notification, Instant], None]
"""A delivery was accepted; called in the transaction that records it."""

OnTrouble = Callable[[Connection, str, Open | None, Instant], None]
"""A channel ceased to deliver, told at least once, or delivers again (None)."""

HELD_UP = "the channel does not deliver"
"""The outcome of a page that was handed on to the person's next way while it waits for its channel."""

_DETAIL_LIMIT = 2000
_OUTCOME_LIMIT = 60
_ACTIVE = [always(state.value) for state in (State.QUEUED, State.SENDING, State.UNKNOWN)]
_N = notification.c
_ADD = Prepared(Minding(notification, same=(_N.idempotency_key,)))


_END = Prepared(
    update(delivery).where(delivery.c.notification == bindparam("of"), delivery.c.attempt == bindparam("number"))
)


class _Changes:
    """What an attempt can make of the notification that `same` names."""

    def __init__(self, *same: ColumnElement[bool]) -> None:
        becomes, why = bindparam("becomes", type_=_N.state.type), bindparam("why", type_=_N.outcome.type)
        # Handed on once is enough, however often its channel is tried again.
        kept = case((_N.outcome == HELD_UP, HELD_UP), else_=why)
        changed = update(notification).where(*same)
        self.again = Prepared(changed.values(state=becomes, due_at=bindparam("at"), outcome=kept))
        self.stop = Prepared(changed.values(state=becomes, done_at=bindparam("now"), outcome=why))


_WHATEVER = _Changes(_N.id == bindparam("of"))
_SAME_ATTEMPT = _Changes(
    _N.id == bindparam("of"),
    _N.attempts == bindparam("attempt"),
    or_(_N.state == always(State.SENDING.value), _N.state == bindparam("also")),
)


class Result(StrEnum):
    """How one attempt ended; `started` has not."""

    STARTED = "started"
    SENT = "sent"
    RETRY = "retry"
    UNKNOWN = "unknown"
    FAILED = "failed"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


def _nothing(tx: Connection, sent: Notification, now: Instant) -> None:
    """Nobody waits for it."""


def unminded(tx: Connection, channel: str, trouble: Open | None, now: Instant) -> None:
    """Nobody minds."""


def _unknown(channel: str) -> Channel[Any] | None:
    """Of no channel anything is known."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the outbox asks others. `idempotent` and `kind` answer for a channel's name."""

    still_wanted: StillWanted
    on_failed: OnFailed
    idempotent: Callable[[str], bool]
    on_sent: OnSent = _nothing
    on_trouble: OnTrouble = unminded
    kind: Callable[[str], Channel[Any] | None] = _unknown


def enqueue(tx: Connection, told: Notification) -> bool:
    """False when a notification with this key is there already; the first one stays as it is."""
    added = _ADD.run(
        tx,
        {
            "idempotency_key": key_of(told.idempotency_key),
            "purpose": told.purpose.value,
            "incident": told.incident,
            "case": told.case,
            "person": harmless(told.person),
            "channel": told.channel,
            "address": harmless(told.address),
            "message": to_json(told.message),
            "priority": told.priority,
            "created_at": told.created_at,
            "due_at": told.due_at,
            "expires_at": told.expires_at,
            "state": State.QUEUED.value,
            "attempts": 0,
        },
    )
    if added:
        announce(tx, TOPIC)
    return bool(added)


def suppress(
    tx: Connection,
    *,
    purposes: Iterable[Purpose],
    reason: str,
    now: Instant,
    incident: str | None = None,
    case: str | None = None,
) -> int:
    """End what waits for an incident or a case, e.g. its pages once it is resolved; how many were ended.

    What may already have arrived stays `unknown` and is not repeated. What is being sent right now is not touched;
    should that attempt fail, `still_wanted` is asked before the next.
    """
    given = {"of_incident": incident, "of_case": case, "now": now, "why": _short(reason)}
    known = {name: value for name, value in given.items() if value is not None}
    ended = _suppressing(incident is not None, case is not None)
    return sum(ended.run(tx, {**known, "what": purpose.value}) for purpose in purposes)


@cache
def _suppressing(of_incident: bool, of_case: bool) -> Prepared:
    wanted = [
        column == bindparam(name)
        for column, name, given in ((_N.incident, "of_incident", of_incident), (_N.case, "of_case", of_case))
        if given
    ]
    if not wanted:
        raise ValueError("name an incident or a case")
    waiting = (always(State.QUEUED.value), always(State.UNKNOWN.value))
    state = case((_N.state == State.QUEUED.value, State.SUPPRESSED.value), else_=_N.state)
    return Prepared(
        update(notification)
        .where(*wanted, _N.purpose == bindparam("what"), _N.done_at.is_(None))
        .where(_N.state.in_(waiting))
        .values(state=state, done_at=bindparam("now"), outcome=bindparam("why"))
    )


def hasten(tx: Connection, failed: Notification, now: Instant) -> int:
    """The person's later ways of being told the same are due now, because this one failed. How many there are."""
    matter = _N.case == failed.case if failed.incident is None else _N.incident == failed.incident
    later = and_(matter, _N.person == failed.person, _N.state == State.QUEUED.value, _N.due_at > now, _N.attempts == 0)
    hastened = tx.execute(update(notification).where(later).values(due_at=now)).rowcount
    if hastened:
        announce(tx, TOPIC)
    return hastened


def finish(
    tx: Connection,
    entry: Entry,
    result: Receipt | DeliveryError,
    *,
    policy: Policy,
    now: Instant,
    carried: bool = False,
) -> After | None:
    """Record how the attempt ended and what follows; None when the row has meanwhile gone on without us.

    `carried`: it went along in another's message, and that one's attempt says how the channel does.
    """
    channel = entry.notification.channel
    verdict = after_attempt(entry, result, idempotent=policy.idempotent(channel), now=now)
    kind = None if carried else policy.kind(channel)
    before = trouble(tx, channel, kind) if kind is not None and isinstance(result, Receipt) else None
    _END.run(
        tx,
        {
            "of": entry.id,
            "number": entry.attempts,
            "ended_at": now,
            "result": attempt_result(result, verdict).value,
            "reason": None if isinstance(result, Receipt) else result.reason.value,
            "detail": harmless(result.detail)[:_DETAIL_LIMIT],
            "reference": result.reference if isinstance(result, Receipt) else None,
        },
    )
    if before is not None:
        policy.on_trouble(tx, channel, None, now)
    elif kind is not None and (after := trouble(tx, channel, kind)) is not None and after.is_news:
        policy.on_trouble(tx, channel, after, now)
    # A late success after `recover` gave the attempt up for lost is still the truth.
    also = State.UNKNOWN if isinstance(result, Receipt) else State.SENDING
    if not _apply(tx, _SAME_ATTEMPT, {"of": entry.id, "attempt": entry.attempts, "also": also.value}, verdict, now):
        return None
    if isinstance(verdict, Stop) and verdict.gave_up:
        policy.on_failed(tx, entry.notification, now)
    if isinstance(result, Receipt):
        policy.on_sent(tx, entry.notification, now)
    return verdict


def recover(tx: Connection, *, started_before: Instant | None, policy: Policy, now: Instant) -> tuple[str, ...]:
    """Attempts begun before that instant and never ended become uncertain: their process died. The channel of each.

    None for all of them, whatever the clock says: it may have been set back since.
    """
    last = and_(delivery.c.notification == _N.id, delivery.c.attempt == _N.attempts)
    lost = and_(active(notification), _N.state == State.SENDING.value)
    if started_before is not None:
        lost = and_(lost, delivery.c.started_at < started_before)
    rows = tx.execute(select(notification).join(delivery, last).where(lost)).all()
    for row in sorted(rows, key=lambda row: row.id):
        earlier = exists().where(delivery.c.notification == row.id, delivery.c.result == Result.UNKNOWN.value)
        entry = Entry(
            id=row.id,
            notification=notification_of(row),
            attempts=row.attempts,
            repeated=bool(tx.scalar(select(earlier))),
        )
        interrupted = DeliveryError(
            "the process ended while sending; it may have arrived", reason=Reason.INTERRUPTED, uncertain=True
        )
        finish(tx, entry, interrupted, policy=policy, now=now)
    return tuple(row.channel for row in rows)


def attempt_result(result: Receipt | DeliveryError, verdict: After) -> Result:
    """How the attempt itself ended, whatever becomes of the notification."""
    if isinstance(result, Receipt):
        return Result.SENT
    if result.uncertain:
        return Result.UNKNOWN
    return Result.RETRY if isinstance(verdict, Again) else Result.FAILED


def active(table: FromClause) -> ColumnElement[bool]:
    """Not over yet. Written as the partial index has it, or SQLite would not use that."""
    return and_(table.c.state.in_(_ACTIVE), table.c.done_at.is_(None))


def subject(*, incident: str | None, case: str | None) -> ColumnElement[bool]:
    """Of that incident, or of that case, or both. Raises ValueError for neither."""
    wanted = [column == value for column, value in ((_N.incident, incident), (_N.case, case)) if value is not None]
    if not wanted:
        raise ValueError("name an incident or a case")
    return and_(*wanted)


def apply(tx: Connection, row: int, verdict: After, now: Instant) -> None:
    """What was decided of it before anything was sent."""
    _apply(tx, _WHATEVER, {"of": row}, verdict, now)


def _apply(tx: Connection, changes: "_Changes", same: Mapping[str, object], verdict: After, now: Instant) -> bool:
    """Whether the row was still there to be changed."""
    given = {**same, "becomes": verdict.state.value, "why": _short(verdict.outcome) or None}
    match verdict:
        case Again():
            return changes.again.run(tx, {**given, "at": verdict.at}) == 1
        case Stop():
            return changes.stop.run(tx, {**given, "now": now}) == 1


def _short(outcome: str) -> str:
    return harmless(outcome)[:_OUTCOME_LIMIT]


def notification_of(row: Any) -> Notification:
    return Notification(
        idempotency_key=row.idempotency_key,
        purpose=Purpose(row.purpose),
        incident=row.incident,
        case=row.case,
        person=row.person,
        channel=row.channel,
        address=row.address,
        message=from_json(row.message),
        priority=row.priority,
        created_at=row.created_at,
        due_at=row.due_at,
        expires_at=row.expires_at,
    )
