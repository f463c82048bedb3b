"""All SQL of votes. Every function works inside the transaction it is given."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, desc, func, insert, select

from config.instant import DAY, Instant, Span
from config.state import State
from db.tables.probe import check_state, check_transition, observation_run, vote
from probe.panel.vote import Line
from probe.result import Outcome, Reason
from probe.verdict import CheckChange, evidence_of

KEPT: Span = DAY
"""So far back a location may still date a change."""

Place = tuple[str, str]
"""A check and a location."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The newest run of a check at a location."""

    outcome: Outcome
    last_at: Instant
    holds_until: Instant


def check_line(tx: Connection, check: str, since: Instant) -> Line:
    """The check's line from its last change at or before `since` on."""
    return _line(tx, check_transition, since, check_transition.c.check == check)


def vote_lines(tx: Connection, check: str, locations: Iterable[str], since: Instant) -> dict[str, Line]:
    return {one: _line(tx, vote, since, vote.c.check == check, vote.c.location == one) for one in locations}


def add(tx: Connection, location: str, changes: Iterable[CheckChange], now: Instant) -> None:
    for change in changes:
        # One by one: of two at one instant the later row holds.
        tx.execute(
            insert(vote),
            {
                "check": change.check,
                "location": location,
                "state": change.state.value,
                "happened_at": change.happened_at,
                "recorded_at": now,
                "reason": change.reason.value if change.reason else None,
                "bound_at": change.bound_at,
            },
        )


def newest(tx: Connection) -> dict[Place, CheckChange]:
    """The last piece of every line of votes."""
    column = vote.c
    last = func.row_number().over(
        partition_by=(column.check, column.location), order_by=(desc(column.happened_at), desc(column.id))
    )
    ranked = select(vote, last.label("rank")).subquery()
    return {
        (row.check, row.location): CheckChange(
            check=row.check,
            state=State(row.state),
            happened_at=row.happened_at,
            reason=Reason(row.reason) if row.reason else None,
            bound_at=row.bound_at,
        )
        for row in tx.execute(select(ranked).where(ranked.c.rank == 1))
    }


def adopt(tx: Connection, check: str, location: str, now: Instant) -> None:
    """The line of the check was what this location saw, for it was the only one."""
    changes = [CheckChange(check=check, state=state, happened_at=at) for at, state in check_line(tx, check, now - KEPT)]
    add(tx, location, changes or [unheard(check, now)], now)


def unheard(check: str, now: Instant) -> CheckChange:
    return CheckChange(check=check, state=State.UNKNOWN, happened_at=now)


def forget(tx: Connection, checks: Collection[str], location: str | None = None) -> None:
    """The votes of that location, or of all."""
    here = () if location is None else (vote.c.location == location,)
    tx.execute(delete(vote).where(vote.c.check.in_(checks), *here))


def seen(tx: Connection, checks: Collection[str] | None = None) -> dict[Place, Seen]:
    """By check and location; of all checks, or of these."""
    run = observation_run.c
    newest = select(func.max(run.id)).group_by(run.check, run.location)
    runs = select(observation_run).where(run.id.in_(newest if checks is None else newest.where(run.check.in_(checks))))
    return {
        (row.check, row.location): Seen(
            outcome=Outcome(row.result),
            last_at=row.last_at,
            holds_until=row.last_at + evidence_of(row.interval_ms, row.timeout_ms),
        )
        for row in tx.execute(runs)
    }


def judged(tx: Connection, place: Place) -> State:
    """What the location's own prober makes of its results."""
    column = check_state.c
    kept = tx.scalar(select(column.snapshot).where(column.check == place[0], column.location == place[1]))
    return State.UNKNOWN if kept is None else State(kept["verdict"]["state"])


def flapping(tx: Connection, checks: Collection[str]) -> bool:
    """Whether one of them changes its answers too often now, at half of its locations or more."""
    column = check_state.c
    balance: dict[str, int] = {}
    for check, snapshot in tx.execute(select(column.check, column.snapshot).where(column.check.in_(checks))):
        balance[check] = balance.get(check, 0) + (1 if snapshot.get("flap", {}).get("on", False) else -1)
    return any(one >= 0 for one in balance.values())


def suspected(tx: Connection, checks: Collection[str]) -> bool:
    """Whether the newest answers of one of them are bad somewhere, confirmed or not yet."""
    known = tx.execute(select(check_state.c.snapshot).where(check_state.c.check.in_(checks))).scalars()
    return any(_bad(snapshot["verdict"]) for snapshot in known)


def _bad(verdict: Mapping[str, Any]) -> bool:
    """Down while nothing speaks against it, or not down and something does."""
    on, against = verdict["down"][:2]
    return bool(on) != bool(against)


def seen_again(tx: Connection, place: Place, since: Instant) -> Instant:
    """The start of the first valid result that is known to be no older, or that instant where a run goes on over it."""
    run = observation_run.c
    valid = run.result.in_([one.value for one in Outcome if one.valid])
    here = (run.check == place[0], run.location == place[1], valid, run.last_at >= since)
    first = tx.scalar(select(func.min(run.first_at)).where(*here))
    return since if first is None else max(since, first)


def _line(tx: Connection, table: Table, since: Instant, *where: ColumnElement[bool]) -> Line:
    column = table.c
    of = select(column.happened_at, column.state).where(*where)
    order = (column.happened_at, column.id)
    before = tx.execute(of.where(column.happened_at <= since).order_by(*(desc(one) for one in order)).limit(1)).all()
    after = tx.execute(of.where(column.happened_at > since).order_by(*order)).all()
    return list({row.happened_at: State(row.state) for row in (*before, *after)}.items())
