"""What was asked and answered over whole UTC days, summed up by check and location."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from config.instant import Instant
from db.tables.probe import failing_result, latency_bucket, observation_run
from probe.evidence import Exchange, answer_of
from probe.latency import BOUNDS_US, Histogram
from probe.result import Outcome

Line = tuple[str, str]
"""Check and location."""


@dataclass(slots=True)
class Tally:
    """`answers` by result, `missed` questions that were not asked, `reasons` of failing results."""

    answers: dict[str, int] = field(default_factory=dict)
    missed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    not_after: Instant
    seen_at: Instant


def failing_exchanges(
    tx: Connection, checks: Collection[str], results: Collection[Outcome], since: Instant, until: Instant, limit: int
) -> list[Exchange]:
    """What these checks saw first from `since` to `until`, the oldest first, while it is kept."""
    failing = failing_result.c
    rows = tx.execute(
        select(failing_result)
        .where(failing.check.in_(checks), failing.started_at >= since, failing.started_at <= until)
        .where(failing.result.in_([one.value for one in results]))
        .order_by(failing.started_at, failing.id)
        .limit(limit)
    )
    return [
        Exchange(
            check=row.check,
            location=row.location,
            started_at=row.started_at,
            answer=answer_of(row.result, row.reason, row.latency_us, row.evidence),
        )
        for row in rows
    ]


def tallies(tx: Connection, checks: Collection[str], start: Instant, end: Instant) -> dict[Line, Tally]:
    """Runs end with their UTC day: between two midnights each lies whole."""
    found: dict[Line, Tally] = {}
    run = observation_run.c
    within = (run.check.in_(checks), run.first_at >= start, run.first_at < end)
    for row in tx.execute(select(run.check, run.location, run.result, run.count, run.missing).where(*within)):
        one = found.setdefault((row.check, row.location), Tally())
        count: int = row._mapping["count"]
        if row.result == Outcome.MISSED.value:
            one.missed += count
        else:
            one.answers[row.result] = one.answers.get(row.result, 0) + count
        one.missed += len(row.missing)
    failing = failing_result.c
    counted = (
        select(failing.check, failing.location, failing.reason, func.count().label("number"))
        .where(failing.check.in_(checks), failing.started_at >= start, failing.started_at < end)
        .where(failing.result == "down")
        .group_by(failing.check, failing.location, failing.reason)
    )
    for row in tx.execute(counted):
        found.setdefault((row.check, row.location), Tally()).reasons[row.reason] = row.number
    return found


def latencies(tx: Connection, checks: Collection[str], start: Instant, end: Instant) -> dict[Line, Histogram]:
    bucket = latency_bucket.c
    within = (bucket.check.in_(checks), bucket.bucket_at >= start, bucket.bucket_at < end)
    found: dict[Line, Histogram] = {}
    columns = (bucket.check, bucket.location, bucket.count, bucket.sum_us, bucket.counts)
    for row in tx.execute(select(*columns).where(*within)):
        one = found.setdefault((row.check, row.location), Histogram())
        one.count += row._mapping["count"]
        one.sum_us += row.sum_us
        for place in range(len(BOUNDS_US) + 1):
            one.counts[place] += row.counts[place]
    return found


def certificates(tx: Connection, checks: Collection[str], until: Instant) -> dict[Line, Certificate]:
    """As the newest kept answer before `until` that named one says; good answers are kept as runs, without it."""
    failing = failing_result.c
    rows = tx.execute(
        select(failing.check, failing.location, failing.started_at, failing.evidence)
        .where(failing.check.in_(checks), failing.started_at < until)
        .order_by(failing.started_at, failing.id)
    )
    found: dict[Line, Certificate] = {}
    for row in rows:
        ends = row.evidence.get("facts", {}).get("not_after")
        if isinstance(ends, int):
            found[row.check, row.location] = Certificate(not_after=ends, seen_at=row.started_at)
    return found
