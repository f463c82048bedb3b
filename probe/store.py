"""All SQL of the probes. Every function works inside the transaction it is given."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, insert, select, update

from config.instant import DAY, Instant
from config.state import State
from db.tables.probe import check_state, check_transition, failing_result, heartbeat, latency_bucket, observation_run
from probe.batch import Batch, Bucket, Kept, OpenRun, Restated, Snapshot
from probe.ending import Ending
from probe.evidence import evidence_of, without_body
from probe.flap import Flap
from probe.heartbeat import Beat, Pulse, Signal
from probe.observation import Run
from probe.result import Outcome, Reason, Result
from probe.verdict import CheckChange, CheckState

_SAID_LIMIT = 10_000
_CHUNK = 500


def save(tx: Connection, batch: Batch, now: Instant) -> list[int]:
    """Writes all of it. Returns the new rows of the runs that had none, in the batch's order."""
    rows = _save_runs(tx, batch.runs, now)
    if batch.failing:
        tx.execute(insert(failing_result), [_failing_row(result, now) for result in batch.failing])
    add_changes(tx, batch.changes, now)
    _save_snapshots(tx, batch.snapshots, now)
    if batch.forgotten:
        tx.execute(delete(check_state).where(check_state.c.check.in_(batch.forgotten)))
    if batch.buckets:
        _save_buckets(tx, batch.buckets)
    if batch.taken:
        tx.execute(update(heartbeat).where(heartbeat.c.id.in_(batch.taken)).values(taken=True))
    for one in batch.restated:
        _restate(tx, one)
    return rows


def add_changes(tx: Connection, changes: Iterable[CheckChange], now: Instant) -> None:
    """To the judged lines of checks."""
    for change in changes:
        # One by one: of two changes at one instant the later row holds.
        tx.execute(insert(check_transition), _change_row(change, now))


def load(tx: Connection, location: str) -> dict[str, Kept]:
    """Every check that was ever judged there and not removed since, with its newest run."""
    column = observation_run.c
    newest = select(func.max(column.id)).where(column.location == location).group_by(column.check)
    runs = {
        row.check: OpenRun(run=_run(row), row=row.id)
        for row in tx.execute(select(observation_run).where(observation_run.c.id.in_(newest)))
    }
    states = select(check_state).where(check_state.c.location == location)
    return {row.check: _kept(row, runs.get(row.check)) for row in tx.execute(states)}


def add_beat(tx: Connection, beat: Beat) -> None:
    tx.execute(
        insert(heartbeat),
        {
            "check": beat.check,
            "received_at": beat.received_at,
            "signal": beat.signal.value,
            "exit_code": beat.exit_code,
            "run": beat.run,
            "said": beat.said[:_SAID_LIMIT],
            "taken": False,
        },
    )


def waiting_beats(tx: Connection) -> list[tuple[int, Beat]]:
    """Row and beat, not heard yet, in the order they were received."""
    rows = tx.execute(
        select(heartbeat).where(heartbeat.c.taken.is_(False)).order_by(heartbeat.c.received_at, heartbeat.c.id)
    )
    return [(row.id, _beat(row)) for row in rows]


def changes_of(tx: Connection, check: str, since: Instant, until: Instant) -> list[CheckChange]:
    """The judged line of a check, in the order that decides: by instant, then as recorded."""
    column = check_transition.c
    rows = tx.execute(
        select(check_transition)
        .where(column.check == check, column.happened_at >= since, column.happened_at < until)
        .order_by(column.happened_at, column.id)
    )
    return [_change(row) for row in rows]


def observing(tx: Connection, since: Instant, until: Instant) -> list[tuple[str, str]]:
    """The checks that gave a valid answer within [since, until), each with its location, sorted: what observed it."""
    column = observation_run.c
    answered = select(column.check, column.location).where(
        column.result.in_([one.value for one in Outcome if one.valid]),
        column.first_at < until,
        column.last_at >= since,
    )
    return sorted((check, location) for check, location in tx.execute(answered.distinct()))


def observed_spans(tx: Connection) -> dict[tuple[str, str], tuple[Instant, Instant]]:
    """The first and the last result of every check and location, as far as they are kept."""
    column = observation_run.c
    lines = select(column.check, column.location, func.min(column.first_at), func.max(column.first_at))
    rows = tx.execute(lines.group_by(column.check, column.location))
    return {(check, location): (first, last) for check, location, first, last in rows}


def runs_of_day(tx: Connection, checks: Collection[str], day: Instant) -> dict[tuple[str, str], list[Run]]:
    """The runs that began on the day that begins at `day`, by check and location, in order."""
    column = observation_run.c
    began = (column.first_at >= day, column.first_at < day + DAY)
    rows = tx.execute(
        select(observation_run).where(column.check.in_(checks), *began).order_by(column.first_at, column.id)
    )
    found: dict[tuple[str, str], list[Run]] = {}
    for row in rows:
        found.setdefault((row.check, row.location), []).append(_run(row))
    return found


def failures_of_day(
    tx: Connection, checks: Collection[str], day: Instant
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The bad results that started on that day, with their evidence but for what targets wrote, as plain mappings."""
    column = failing_result.c
    started = (column.started_at >= day, column.started_at < day + DAY)
    rows = tx.execute(
        select(failing_result).where(column.check.in_(checks), *started).order_by(column.started_at, column.id)
    )
    said = ("started_at", "result", "reason", "latency_us", "evidence")
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        one = {**{key: row._mapping[key] for key in said}, "evidence": without_body(row.evidence)}
        found.setdefault((row.check, row.location), []).append(one)
    return found


def _save_runs(tx: Connection, runs: Sequence[tuple[OpenRun, Run]], now: Instant) -> list[int]:
    grown = [{"row": held.row, **_grown_row(run)} for held, run in runs if held.row is not None]
    if grown:
        table = observation_run
        tx.execute(
            update(table)
            .where(table.c.id == bindparam("row"))
            .values({name: bindparam(f"new_{name}") for name in _GROWING}),
            grown,
        )
    begun = [_run_row(run, now) for held, run in runs if held.row is None]
    if not begun:
        return []
    statement = insert(observation_run).returning(observation_run.c.id, sort_by_parameter_order=True)
    return list(tx.execute(statement, begun).scalars())


_GROWING = ("last_at", "count", "missing", "latency_sum_us", "latency_max_us")


def _grown_row(run: Run) -> dict[str, object]:
    return {
        "new_last_at": run.last_at,
        "new_count": run.count,
        "new_missing": list(run.missing),
        "new_latency_sum_us": run.latency_sum_us,
        "new_latency_max_us": run.latency_max_us,
    }


def _run_row(run: Run, now: Instant) -> dict[str, object]:
    return {
        "check": run.check,
        "location": run.location,
        "result": run.outcome.value,
        "first_at": run.first_at,
        "last_at": run.last_at,
        "recorded_at": now,
        "count": run.count,
        "missing": list(run.missing),
        "interval_ms": run.interval,
        "timeout_ms": run.timeout,
        "latency_sum_us": run.latency_sum_us,
        "latency_max_us": run.latency_max_us,
    }


def _run(row: Row[Any]) -> Run:
    return Run(
        check=row.check,
        location=row.location,
        outcome=Outcome(row.result),
        first_at=row.first_at,
        last_at=row.last_at,
        last_tick=row.last_at,
        count=row._mapping["count"],
        missing=tuple(row.missing),
        interval=row.interval_ms,
        timeout=row.timeout_ms,
        latency_sum_us=row.latency_sum_us,
        latency_max_us=row.latency_max_us,
    )


def _failing_row(result: Result, now: Instant) -> dict[str, object]:
    answer = result.answer
    return {
        "check": result.check,
        "location": result.location,
        "started_at": result.started_at,
        "recorded_at": now,
        "result": answer.outcome.value,
        "reason": (answer.reason or Reason.INTERNAL_ERROR).value,
        "latency_us": answer.latency_us,
        "evidence": evidence_of(answer),
    }


def _change_row(change: CheckChange, now: Instant) -> dict[str, object]:
    return {
        "check": change.check,
        "state": change.state.value,
        "happened_at": change.happened_at,
        "recorded_at": now,
        "reason": change.reason.value if change.reason else None,
        "bound_at": change.bound_at,
    }


def _change(row: Row[Any]) -> CheckChange:
    return CheckChange(
        check=row.check,
        state=State(row.state),
        happened_at=row.happened_at,
        reason=Reason(row.reason) if row.reason else None,
        bound_at=row.bound_at,
    )


def _save_snapshots(tx: Connection, snapshots: Sequence[Snapshot], now: Instant) -> None:
    column = check_state.c
    known: set[tuple[str, str]] = set()
    for start in range(0, len(snapshots), _CHUNK):
        names = [snapshot.check for snapshot in snapshots[start : start + _CHUNK]]
        found = tx.execute(select(column.check, column.location).where(column.check.in_(names)))
        known.update((check, location) for check, location in found)
    rows = [((one.check, one.location), _snapshot_row(one, now)) for one in snapshots]
    old = [{"name": key[0], "place": key[1], **row} for key, row in rows if key in known]
    new = [{"check": key[0], "location": key[1], **row} for key, row in rows if key not in known]
    if old:
        same = (column.check == bindparam("name"), column.location == bindparam("place"))
        tx.execute(update(check_state).where(*same), old)
    if new:
        tx.execute(insert(check_state), new)


def _snapshot_row(snapshot: Snapshot, now: Instant) -> dict[str, object]:
    pulse = snapshot.pulse.to_dict() if snapshot.pulse else None
    return {
        "definition": snapshot.definition,
        "snapshot": {
            "verdict": snapshot.state.to_dict(),
            "pulse": pulse,
            "flap": snapshot.flap.to_dict(),
            "ending": snapshot.ending.to_dict() if snapshot.ending else None,
        },
        "recorded_at": now,
    }


def _kept(row: Row[Any], run: OpenRun | None) -> Kept:
    pulse = row.snapshot["pulse"]
    return Kept(
        snapshot=Snapshot(
            check=row.check,
            location=row.location,
            definition=row.definition,
            state=CheckState.from_dict(row.snapshot["verdict"]),
            pulse=Pulse.from_dict(pulse) if pulse is not None else None,
            flap=Flap.from_dict(row.snapshot["flap"]) if "flap" in row.snapshot else Flap(),
            ending=Ending.from_dict(row.snapshot["ending"]) if row.snapshot.get("ending") else None,
        ),
        recorded_at=row.recorded_at,
        run=run,
    )


def _restate(tx: Connection, one: Restated) -> None:
    """What was first said stays readable in the evidence."""
    run, bad = observation_run.c, failing_result.c
    invalid, down = Outcome.INVALID.value, Outcome.DOWN.value
    tx.execute(
        update(observation_run)
        .where(run.check == one.check, run.location == one.location, run.result == down, run.first_at >= one.since)
        .values(result=invalid)
    )
    same = (bad.check == one.check, bad.location == one.location, bad.result == down, bad.started_at >= one.since)
    for row in tx.execute(select(failing_result).where(*same)).all():
        facts = {**row.evidence["facts"], **one.facts, "restated_result": down, "restated_reason": row.reason}
        evidence = {**row.evidence, "detail": f"{one.detail}; {row.evidence['detail']}", "facts": facts}
        changed = {"result": invalid, "reason": Reason.QUARANTINED.value, "evidence": evidence}
        tx.execute(update(failing_result).where(bad.id == row.id).values(changed))


def _save_buckets(tx: Connection, buckets: Sequence[Bucket]) -> None:
    """After a restart the same five minutes may be there already: they add up."""
    column = latency_bucket.c
    first, last = min(one.bucket_at for one in buckets), max(one.bucket_at for one in buckets)
    kept = {
        (row.check, row.location, row.bucket_at): row
        for row in tx.execute(
            select(latency_bucket).where(
                column.check.in_({one.check for one in buckets}), column.bucket_at.between(first, last)
            )
        )
    }
    fresh = [one for one in buckets if (one.check, one.location, one.bucket_at) not in kept]
    if fresh:
        tx.execute(insert(latency_bucket), [_bucket_row(one) for one in fresh])
    for one in buckets:
        found = kept.get((one.check, one.location, one.bucket_at))
        if found is not None:
            _grow_bucket(tx, found, one)


def _bucket_row(bucket: Bucket) -> dict[str, object]:
    return {
        "check": bucket.check,
        "location": bucket.location,
        "bucket_at": bucket.bucket_at,
        "count": bucket.count,
        "sum_us": bucket.sum_us,
        "counts": list(bucket.counts),
    }


def _grow_bucket(tx: Connection, found: Row[Any], bucket: Bucket) -> None:
    column = latency_bucket.c
    same = and_(column.check == bucket.check, column.location == bucket.location, column.bucket_at == bucket.bucket_at)
    tx.execute(
        update(latency_bucket)
        .where(same)
        .values(
            count=found._mapping["count"] + bucket.count,
            sum_us=found.sum_us + bucket.sum_us,
            counts=[old + new for old, new in zip(found.counts, bucket.counts, strict=True)],
        )
    )


def _beat(row: Row[Any]) -> Beat:
    return Beat(
        check=row.check,
        received_at=row.received_at,
        signal=Signal(row.signal),
        exit_code=row.exit_code,
        run=row.run,
        said=row.said,
    )


def newest_failures(tx: Connection, check: str, limit: int) -> list[dict[str, Any]]:
    """The newest bad results with their evidence, newest first, as plain mappings for a page."""
    column = failing_result.c
    rows: Iterable[Row[Any]] = tx.execute(
        select(failing_result).where(column.check == check).order_by(column.started_at.desc()).limit(limit)
    )
    return [dict(row._mapping) for row in rows]
