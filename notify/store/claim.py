"""Taking from the outbox what is to be sent now; each attempt is on record before anything is sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from config.instant import Instant
from db.prepared import Prepared, always
from db.tables.notify import delivery, notification
from notify import bundle
from notify.bundle import NOBODY, TOGETHER, Address, Waiting
from notify.channel import Channel
from notify.decision import Entry, Send, State, before_sending
from notify.message import Purpose
from notify.outbox import HELD_UP, Policy, Result, active, apply, notification_of
from notify.store.attempt import begun, room, trouble

LOOK = 500
"""Due notifications that are looked at for one claim."""
LOOK_ALONE = 100
"""Where each goes out by itself, a handful at a time."""
_N = notification.c
_FIND = Prepared(select(notification).where(_N.id == bindparam("of")))
_BEGIN = Prepared(update(notification).where(_N.id == bindparam("of")))
_ATTEMPT = Prepared(insert(delivery))
_DUE_NOW = and_(active(notification), _N.state != always(State.SENDING.value), _N.due_at <= bindparam("now"))


def _channels_due() -> Select[Any]:
    """From one channel to the next in the index, as a DISTINCT would not go: thousands may wait for each."""
    first = select(func.min(_N.channel).label("channel")).where(active(notification)).cte("waiting", recursive=True)
    following = select(func.min(_N.channel)).where(active(notification), _N.channel > first.c.channel)
    waiting = first.union_all(select(following.scalar_subquery()).where(first.c.channel.is_not(None)))
    return select(waiting.c.channel).where(exists().where(_DUE_NOW, _N.channel == waiting.c.channel))


_CHANNELS_DUE = Prepared(_channels_due())


def _nothing_before() -> ColumnElement[bool]:
    """Nothing of the same incident or case for the same person and address is on its way or waits longer."""
    earlier = notification.alias("earlier")
    before = and_(
        # Not as the partial index has it: PostgreSQL without statistics would read all of that for each that waits.
        earlier.c.done_at.is_(None),
        earlier.c.id < _N.id,
        earlier.c.channel == _N.channel,
        earlier.c.person == _N.person,
        earlier.c.address == _N.address,
    )
    same_incident = exists().where(earlier.c.incident == _N.incident, before)
    same_case = exists().where(earlier.c.case == _N.case, earlier.c.incident.is_(None), _N.incident.is_(None), before)
    return and_(~same_incident, ~same_case)


_WAITING = (
    select(_N.id, _N.priority, _N.due_at, _N.person, _N.address, _N.purpose, _N.incident, _N.case, _N.state)
    .where(_DUE_NOW, _N.channel == bindparam("over"), _nothing_before())
    .order_by(_N.priority, _N.due_at, _N.id)
    .limit(bindparam("most"))
)
_DUE = Prepared(_WAITING)
_DUE_TO = Prepared(_WAITING.where(_N.person == bindparam("to"), _N.address == bindparam("at")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message: the leader gives subject and address, the others are told in its text."""

    leader: Entry
    others: tuple[Entry, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        return (self.leader, *self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """`parcels` are to be sent now; `stopped` were ended instead; `more`: there may be others due.

    `held`: some are due, and nobody they are for can bear another message yet.
    """

    parcels: tuple[Parcel, ...]
    stopped: tuple[Result, ...]
    more: bool
    held: bool = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for parcel in self.parcels for entry in parcel.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """`entries` go along in a message that was taken before; `stopped` were ended instead."""

    entries: tuple[Entry, ...]
    stopped: tuple[Result, ...]


def channels_due(tx: Connection, now: Instant) -> frozenset[str]:
    """Names of the channels that have something to send."""
    return frozenset(row.channel for row in _CHANNELS_DUE.all(tx, {"now": now}))


def claim(
    tx: Connection,
    channel: str,
    *,
    limit: int,
    policy: Policy,
    now: Instant,
    kind: Channel[Any] | None = None,
    told: Mapping[Address, Instant] = NOBODY,
) -> Claimed:
    """Take the most urgent due ones of a channel; each is `sending` with its attempt on record. `told`: when each
    address was last told many in one message.

    Never two of one incident (or case), person and address at once, never a later before an earlier, and no more
    messages than the receiver and the person can bear. Where the channel does not deliver, the next ways are due.
    """
    free = room(tx, channel, kind, limit, now)
    if kind is not None and free < limit:
        hand_on(tx, channel, kind, policy, now)
    if not free:
        return Claimed(parcels=(), stopped=(), more=True)
    bundles = kind is not None and kind.bundles
    look = LOOK if bundles else LOOK_ALONE
    throttle = kind.throttle if kind is not None else ()
    lately = begun(tx, channel, throttle, now)
    away = bundle.away(lately, told, throttle, now) if bundles else frozenset()
    due = _due(tx, channel, now, look, away)
    packed = bundle.parcels(due, lately, bundles=bundles, throttle=throttle, now=now, told=told)
    chosen: list[Parcel] = []
    stopped: list[Result] = []
    for one in packed[:free]:
        wanted = _still_wanted(tx, one.ids, policy, now, stopped)
        if wanted:
            chosen.append(Parcel(leader=wanted[0], others=tuple(wanted[1:])))
            for entry in wanted:
                _begin(tx, entry, now, carrier=wanted[0].id if entry is not wanted[0] else None)
    return Claimed(
        parcels=tuple(chosen),
        stopped=tuple(stopped),
        more=len(packed) > free or len(due) == look,
        held=bool(due or away) and not packed,
    )


def join(tx: Connection, leader: Entry, *, policy: Policy, now: Instant) -> tuple[Joined, bool]:
    """More of what waits for the same person and address, to go along in the message of `leader`, which has not been
    sent; and whether there may be others still."""
    to = leader.notification
    rows = _DUE_TO.all(tx, {"over": to.channel, "now": now, "most": LOOK, "to": to.person, "at": to.address})
    stopped: list[Result] = []
    ids = tuple(one.id for one in _seen(rows) if bundle.joins(one, bundles=True))
    wanted = _still_wanted(tx, ids, policy, now, stopped)
    for entry in wanted:
        _begin(tx, entry, now, carrier=leader.id)
    return Joined(entries=tuple(wanted), stopped=tuple(stopped)), len(rows) == LOOK and bool(ids)


def hand_on(tx: Connection, channel: str, kind: Channel[Any], policy: Policy, now: Instant) -> int:
    """While a channel does not deliver, whom it should have paged is reached another way; each is handed on once."""
    if trouble(tx, channel, kind) is None:
        return 0
    held_up = and_(
        _N.channel == channel,
        _N.purpose == Purpose.PAGE.value,
        _N.state == State.QUEUED.value,
        or_(_N.due_at <= now, _N.attempts > 0),
        or_(_N.outcome.is_(None), _N.outcome != HELD_UP),
    )
    rows = tx.execute(select(notification).where(active(notification), held_up).order_by(_N.id).limit(LOOK)).all()
    for row in rows:
        tx.execute(update(notification).where(_N.id == row.id).values(outcome=HELD_UP))
        policy.on_failed(tx, notification_of(row), now)
    return len(rows)


def _still_wanted(
    tx: Connection, ids: tuple[int, ...], policy: Policy, now: Instant, stopped: list[Result]
) -> list[Entry]:
    wanted: list[Entry] = []
    for id in ids:
        row = _FIND.all(tx, {"of": id})[0]
        repeated = row.state == State.UNKNOWN.value
        entry = Entry(id=id, notification=notification_of(row), attempts=row.attempts + 1, repeated=repeated)
        verdict = before_sending(entry, unwanted=policy.still_wanted(tx, entry.notification), now=now)
        if isinstance(verdict, Send):
            wanted.append(entry)
            continue
        apply(tx, entry.id, verdict, now)
        stopped.append(Result(verdict.state.value))
        if verdict.gave_up:
            policy.on_failed(tx, entry.notification, now)
    return wanted


def _due(tx: Connection, channel: str, now: Instant, most: int, away: Iterable[Address]) -> list[Waiting]:
    """Without what waits for those: thousands for one would hide what is due for another."""
    given = {"over": channel, "now": now, "most": most}
    hidden = [and_(_N.person == person, _N.address == address) for person, address in away]
    if not hidden:
        return _seen(_DUE.all(tx, given))
    goes_together = and_(_N.purpose.in_(sorted(TOGETHER)), _N.state != State.UNKNOWN.value)
    return _seen(tx.execute(_WAITING.where(not_(and_(goes_together, or_(*hidden)))), given).all())


def _seen(rows: Sequence[Any]) -> list[Waiting]:
    return [
        Waiting(
            id=row.id,
            priority=row.priority,
            due_at=row.due_at,
            to=(row.person, row.address),
            purpose=Purpose(row.purpose),
            subject=row.incident or row.case,
            repeated=row.state == State.UNKNOWN.value,
        )
        for row in rows
    ]


def _begin(tx: Connection, entry: Entry, now: Instant, *, carrier: int | None) -> None:
    _BEGIN.run(tx, {"of": entry.id, "state": State.SENDING.value, "attempts": entry.attempts})
    _ATTEMPT.run(
        tx,
        {
            "notification": entry.id,
            "attempt": entry.attempts,
            "channel": entry.notification.channel,
            "carrier": carrier,
            "started_at": now,
            "result": Result.STARTED.value,
        },
    )
