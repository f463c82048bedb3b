"""What the provider changed in a case, read from its events as sla's own plain records."""

from collections.abc import Iterable
from dataclasses import replace

from config.agreement import Agreement
from config.instant import Instant
from incidents.case import (
    CaseOpened,
    CaseRecorded,
    CaseResolved,
    LevelChanged,
    LevelConfirmed,
    LevelContested,
    Resumed,
    StopContested,
    Waiting,
)
from incidents.level import lowers
from sla.casechange import Act, CaseChange, Reply


def changes_of(id: str, log: Iterable[CaseRecorded], agreement: Agreement | None) -> tuple[CaseChange, ...]:
    """Levels said, each with the customer's reply, and clocks stopped, in the order of the log.

    Where nobody knows the agreement any more, every other level counts as a milder one.
    """
    found: list[CaseChange] = []
    said = 0
    for one in log:
        match one.event:
            case CaseOpened(level=level):
                said = level
            case LevelChanged(level=level, reason=reason):
                act = Act.LOWERED if agreement is None or lowers(said, level, agreement) else Act.RAISED
                found.append(replace(_change(id, act, one, reason), before=said, after=level))
                said = level
            case Waiting() as stop:
                change = _change(id, Act.STOPPED, one, stop.awaited)
                found.append(replace(change, waits_for=stop.waits_for, evidence=stop.evidence))
            case StopContested(since=since):
                found = [_contested(each, since, one.happened_at) for each in found]
            case Resumed() | CaseResolved():
                found = [_ended(each, one.happened_at) for each in found]
            case LevelConfirmed():
                _reply(found, Reply.CONFIRMED, one.happened_at)
            case LevelContested():
                _reply(found, Reply.CONTESTED, one.happened_at)
            case _:
                pass
    return tuple(found)


def _change(id: str, act: Act, one: CaseRecorded, reason: str) -> CaseChange:
    return CaseChange(
        case=id,
        act=act,
        at=one.recorded_at,
        happened_at=one.happened_at,
        by=one.by,
        reason=reason,
        seen_at=one.seen_by_customer_at,
    )


def _ended(one: CaseChange, at: Instant) -> CaseChange:
    """A clock that still stood runs again; never before it was stopped."""
    return replace(one, until=max(at, one.at)) if one.act is Act.STOPPED and one.until is None else one


def _contested(one: CaseChange, since: Instant, at: Instant) -> CaseChange:
    if one.act is not Act.STOPPED or one.at != since:
        return one
    return replace(one, until=at if one.until is None else one.until, reply=Reply.CONTESTED, replied_at=at)


def _reply(found: list[CaseChange], reply: Reply, at: Instant) -> None:
    """To the level said last."""
    last = max((at for at, one in enumerate(found) if one.after is not None), default=None)
    if last is not None:
        found[last] = replace(found[last], reply=reply, replied_at=at)
