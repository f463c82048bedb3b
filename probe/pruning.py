"""Retention of what the probes saw, a bounded piece at a time. Every function is called again
until it drops nothing."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, func, select, union, update

from config.instant import DAY, Instant
from db.ledger import store as ledger
from db.tables.probe import check_transition, failing_result, heartbeat, latency_bucket, observation_run, vote
from probe.days import BEGINNING
from probe.evidence import BODY, without_body

AT_ONCE = 1000


def checks(tx: Connection) -> list[str]:
    """Every check anything is kept of."""
    tables = (failing_result, observation_run, heartbeat, latency_bucket, check_transition)
    return sorted(tx.scalars(union(*(select(table.c.check) for table in tables))))


def written_until(tx: Connection) -> Mapping[str, Instant]:
    """Until when the ledger holds the days of a check, at every location; a check without a leaf is not in it."""
    found: dict[str, Instant] = {}
    for kept in ledger.newest_below(tx, BEGINNING):
        check, end = kept.entry.body["check"], kept.entry.body["day"] + DAY
        found[check] = min(end, found.get(check, end))
    return found


def results(tx: Connection, check: str, before: Instant, written: Instant) -> int:
    """Evidence, runs and heard beats. What no leaf of a day stands for yet stays, and a day's runs go together."""
    end = min(before - before % DAY, written)
    run, bad, beat = observation_run.c, failing_result.c, heartbeat.c
    pieces = (
        (observation_run, select(run.id).where(run.check == check, run.last_at < end)),
        (failing_result, select(bad.id).where(bad.check == check, bad.started_at < end)),
    )
    gone = sum(_drop(tx, table, ids) for table, ids in pieces)
    old = select(beat.id).where(beat.check == check, beat.received_at < before, beat.taken.is_(True))
    return gone + _drop(tx, heartbeat, old)


def bodies(tx: Connection, before: Instant) -> int:
    """What targets wrote, of bad results; no leaf stands for it, and the rest of the evidence stays."""
    bad = failing_result.c
    written = bad.evidence["facts"][BODY].as_string().is_not(None)
    old = tx.execute(select(bad.id, bad.evidence).where(bad.started_at < before, written).limit(AT_ONCE)).all()
    for row in old:
        tx.execute(update(failing_result).where(bad.id == row.id).values(evidence=without_body(row.evidence)))
    return len(old)


def rollups(tx: Connection, check: str, before: Instant) -> int:
    """Five-minute sums, a day of them at a time."""
    column = latency_bucket.c
    first = tx.scalar(select(func.min(column.bucket_at)).where(column.check == check))
    if first is None or first >= before:
        return 0
    end = min(before, first + DAY)
    return tx.execute(delete(latency_bucket).where(column.check == check, column.bucket_at < end)).rowcount


def changes(tx: Connection, check: str, before: Instant) -> int:
    """The judged line, and those of its locations, but for the state they stood in at that instant."""
    here = select(vote.c.location).where(vote.c.check == check).distinct()
    gone = sum(
        _outlived(tx, vote, before, vote.c.check == check, vote.c.location == one) for one in tx.scalars(here).all()
    )
    return gone + _outlived(tx, check_transition, before, check_transition.c.check == check)


def _outlived(tx: Connection, table: Table, before: Instant, *line: ColumnElement[bool]) -> int:
    column = table.c
    last = tx.scalar(select(func.max(column.happened_at)).where(*line, column.happened_at < before))
    if last is None:
        return 0
    return _drop(tx, table, select(column.id).where(*line, column.happened_at < last))


def _drop(tx: Connection, table: Table, ids: Select[Any]) -> int:
    return tx.execute(delete(table).where(table.c.id.in_(ids.limit(AT_ONCE)))).rowcount
