"""What is to happen later, as rows: they survive the process, and a late one fires late instead of never."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from config.instant import Instant
from db.batch import announce
from db.minding import Minding
from db.prepared import Prepared
from db.tables.incidents import timer as table

TOPIC = "timer"


class Kind(StrEnum):
    ESCALATION = "escalation"  # subject: incident, step: place in the policy
    CLOCK = "clock"  # subject: case, step: commitment[.cycle]:50|75|90|customer|target|limit
    SILENCE = "silence"  # subject: component that senders alone speak of; nothing was heard of it since
    LAPSE = "lapse"  # subject: alert, step: why silence ends it
    CALL = "call"  # subject: source that must call regularly
    ANSWER = "answer"  # subject: incident, step: remind|lapse|wake; somebody has it, and is to say so again
    HOLD = "hold"  # subject: component, step: the end of the agreed work its incident waits for
    SILENCED = "silenced"  # subject: silence, step: begins|ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    id: int
    kind: Kind
    subject: str
    step: str
    due_at: Instant


_SAME = and_(
    table.c.kind == bindparam("of_kind"), table.c.subject == bindparam("of"), table.c.step == bindparam("at_step")
)
_WAITING = and_(table.c.kind == bindparam("of_kind"), table.c.subject == bindparam("of"), table.c.done_at.is_(None))
_ADD = Prepared(insert(table))
_FIND = Prepared(select(table.c.id, table.c.done_at).where(_SAME))
_MOVE = Prepared(update(table).where(table.c.id == bindparam("timer")).values(due_at=bindparam("at")))
_FINISH = Prepared(
    update(table).where(table.c.id == bindparam("timer")).values(done_at=bindparam("now"), outcome=bindparam("why"))
)
_DUE_AT = Prepared(select(table.c.due_at).where(table.c.id == bindparam("timer"), table.c.done_at.is_(None)))
_WIND = Prepared(
    Minding(
        table,
        same=(table.c.kind, table.c.subject, table.c.step),
        anew="due_at = excluded.due_at, done_at = NULL, outcome = NULL",
    )
)
_ANEW = Prepared(update(table).where(_SAME).values(due_at=bindparam("at"), done_at=None, outcome=None))
_CANCEL = Prepared(update(table).where(_WAITING).values(done_at=bindparam("now"), outcome=bindparam("why")))
_CALLS = or_(table.c.kind == Kind.ESCALATION.value, table.c.kind == Kind.ANSWER.value)
_CALL_OFF = Prepared(
    update(table)
    .where(_CALLS, table.c.subject == bindparam("of"), table.c.done_at.is_(None))
    .values(done_at=bindparam("now"), outcome=bindparam("why"))
)
_OF_SUBJECT = Prepared(
    select(table.c.step, table.c.due_at, table.c.done_at).where(
        table.c.kind == bindparam("of_kind"), table.c.subject == bindparam("of")
    )
)
_PENDING = Prepared(select(table).where(_WAITING).order_by(table.c.due_at, table.c.id))
_STEPS = Prepared(select(table.c.step).where(_WAITING).order_by(table.c.due_at))
_DUE = Prepared(
    select(table)
    .where(table.c.done_at.is_(None), table.c.due_at <= bindparam("now"))
    .order_by(table.c.due_at, table.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_NEXT_DUE = Prepared(select(table.c.due_at).where(table.c.done_at.is_(None)).order_by(table.c.due_at).limit(1))


def start(tx: Connection, kind: Kind, subject: str, step: str, due_at: Instant, now: Instant) -> None:
    """Again for the same kind, subject and step: the one that has not fired is moved, a fired one stays fired."""
    known = _FIND.first(tx, _same(kind, subject, step))
    if known is None:
        _ADD.run(tx, _row(kind, subject, step, due_at, now))
    elif known.done_at is None:
        _MOVE.run(tx, {"timer": known.id, "at": due_at})
    announce(tx, TOPIC)


def wind(tx: Connection, kind: Kind, subject: str, step: str, due_at: Instant, now: Instant) -> None:
    """As `start`, but one that has fired runs again."""
    _WIND.run(tx, _row(kind, subject, step, due_at, now))
    announce(tx, TOPIC)


def settle(tx: Connection, kind: Kind, subject: str, wanted: Mapping[str, Instant], now: Instant) -> None:
    """Exactly these steps wait for this subject. One that has fired stays fired, unless it is due again after now."""
    known = {row.step: row for row in _OF_SUBJECT.all(tx, {"of_kind": kind.value, "of": subject})}
    fresh = [step for step in wanted if step not in known]
    _ADD.run_all(tx, [_row(kind, subject, step, wanted[step], now) for step in fresh])
    for step, row in known.items():
        due_at = wanted.get(step)
        if due_at is not None and due_at != row.due_at and (row.done_at is None or due_at > now):
            _ANEW.run(tx, {**_same(kind, subject, step), "at": due_at})
    forget(tx, kind, subject, [step for step, row in known.items() if row.done_at is None and step not in wanted])
    announce(tx, TOPIC)


def due(tx: Connection, now: Instant, limit: int) -> list[Timer]:
    return [_timer(row) for row in _DUE.all(tx, {"now": now, "most": limit})]


def next_due(tx: Connection) -> Instant | None:
    due_at: Instant | None = _NEXT_DUE.scalar(tx)
    return due_at


def finish(tx: Connection, timer: Timer, outcome: str, now: Instant) -> None:
    _FINISH.run(tx, {"timer": timer.id, "now": now, "why": outcome[:60]})


def cancel(tx: Connection, kind: Kind, subject: str, reason: str, now: Instant) -> None:
    """All that wait for this subject."""
    _CANCEL.run(tx, {"of_kind": kind.value, "of": subject, "now": now, "why": reason[:60]})


def call_off(tx: Connection, incident: str, reason: str, now: Instant) -> None:
    """Nobody is to be told of this incident any more, nor asked whether he still has it."""
    _CALL_OFF.run(tx, {"of": incident, "now": now, "why": reason[:60]})


def forget(tx: Connection, kind: Kind, subject: str, steps: list[str]) -> None:
    """Unfired ones among these steps go, because what they waited for moved or happened."""
    if not steps:
        return
    tx.execute(
        delete(table).where(
            table.c.kind == kind.value,
            table.c.subject == subject,
            table.c.step.in_(steps),
            table.c.done_at.is_(None),
        )
    )


def still_due(tx: Connection, timer: Timer, now: Instant) -> bool:
    """Whether it has neither fired nor moved nor gone since it was read."""
    due_at = _DUE_AT.scalar(tx, {"timer": timer.id})
    return due_at is not None and due_at <= now


def postpone(tx: Connection, timer: Timer, due_at: Instant) -> None:
    _MOVE.run(tx, {"timer": timer.id, "at": due_at})


def waiting(tx: Connection, kind: Kind, subject: str) -> list[str]:
    """The steps that have not fired."""
    return [row.step for row in _STEPS.all(tx, {"of_kind": kind.value, "of": subject})]


def pending(tx: Connection, kind: Kind, subject: str) -> list[Timer]:
    """Those that have not fired, the next first."""
    return [_timer(row) for row in _PENDING.all(tx, {"of_kind": kind.value, "of": subject})]


def earliest(tx: Connection, kind: Kind, step: str | None = None) -> dict[str, Instant]:
    """Of each subject when the next of this kind (and step) is due."""
    wanted = [table.c.kind == kind.value, table.c.done_at.is_(None)]
    if step is not None:
        wanted.append(table.c.step == step)
    rows = tx.execute(select(table.c.subject, func.min(table.c.due_at)).where(*wanted).group_by(table.c.subject))
    return {row[0]: row[1] for row in rows}


def _timer(row: Any) -> Timer:
    return Timer(id=row.id, kind=Kind(row.kind), subject=row.subject, step=row.step, due_at=row.due_at)


def hasten(tx: Connection, kind: Kind, subject: str, steps: list[str], now: Instant) -> None:
    """What waits among these steps is due now."""
    same = (table.c.kind == kind.value, table.c.subject == subject, table.c.step.in_(steps))
    tx.execute(update(table).where(*same, table.c.done_at.is_(None), table.c.due_at > now).values(due_at=now))
    announce(tx, TOPIC)


def _row(kind: Kind, subject: str, step: str, due_at: Instant, now: Instant) -> dict[str, Any]:
    return {"kind": kind.value, "subject": subject, "step": step, "due_at": due_at, "created_at": now}


def _same(kind: Kind, subject: str, step: str) -> dict[str, str]:
    return {"of_kind": kind.value, "of": subject, "at_step": step}
