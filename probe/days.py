"""What was observed on one UTC day, as a leaf of the ledger for each check and location.

Runs end with their day, so a day's leaf holds them whole. It is written once the day is over; what is stored of that
day after its leaf (the store was away, a beat came late) makes a second leaf of the day, and the later one holds.
Leaves are made in bounded pieces, each a transaction, so that nobody waits long behind them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from config.instant import DAY, Instant
from db.ledger import store as ledger
from db.ledger.canonical import canonical
from db.ledger.leaf import Leaf
from probe import store
from probe.observation import Run

BEGINNING = "observed/"
LEAVES_AT_ONCE = 50
AMENDED_WITHIN = 2 * DAY
"""So long after its beginning a day's leaf is compared once more with what is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A check at a location; `results` counts what its leaf of that day holds already, None without one."""

    check: str
    location: str
    results: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some lines of one day, which begins at `day`."""

    day: Instant
    lines: tuple[Line, ...]


def due(tx: Connection, asked: Collection[str], now: Instant) -> list[Piece]:
    """All days that are over and not written, oldest first; of checks that are `asked` also days without a result."""
    spans = store.observed_spans(tx)
    newest = {kept.entry.stream: kept for kept in ledger.newest_below(tx, BEGINNING)}
    today = now - now % DAY
    wanted: dict[Instant, list[Line]] = {}
    for check, location in sorted(spans.keys() | {_line(kept.entry.body) for kept in newest.values()}):
        first, last = spans.get((check, location), (today, 0))
        kept = newest.get(_stream(check, location))
        end = today - DAY if check in asked else min(last - last % DAY, today - DAY)
        begin = first - first % DAY
        if kept is not None:
            written: Instant = kept.entry.body["day"]
            begin = written + DAY
            if written >= today - AMENDED_WITHIN:
                results = _results(kept.entry.body)
                wanted.setdefault(written, []).append(Line(check=check, location=location, results=results))
        for day in range(begin, end + 1, DAY):
            wanted.setdefault(day, []).append(Line(check=check, location=location))
    return [
        Piece(day=day, lines=tuple(lines[start : start + LEAVES_AT_ONCE]))
        for day, lines in sorted(wanted.items())
        for start in range(0, len(lines), LEAVES_AT_ONCE)
    ]


def write(tx: Connection, piece: Piece, now: Instant) -> int:
    """How many leaves were appended; a day that has its leaf gets another only when results came in since."""
    checks = {line.check for line in piece.lines}
    runs = store.runs_of_day(tx, checks, piece.day)
    failures = store.failures_of_day(tx, checks, piece.day)
    bodies = [
        body_of(line.check, line.location, piece.day, runs.get((line.check, line.location), ()),
                failures.get((line.check, line.location), ()))
        for line in piece.lines
        if line.results is None or sum(run.count for run in runs.get((line.check, line.location), ())) > line.results
    ]  # fmt: skip
    leaves = [Leaf(kind="observed", stream=_stream(*_line(body)), body=body) for body in bodies]
    return len(ledger.append_all(tx, leaves, now))


def body_of(
    check: str, location: str, day: Instant, runs: Sequence[Run], failures: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Spans and instants in milliseconds, latencies in microseconds; of failing results their number and a hash."""
    return {
        "check": check,
        "location": location,
        "day": day,
        "runs": [
            {
                "result": run.outcome.value,
                "first_at": run.first_at,
                "last_at": run.last_at,
                "count": run.count,
                "missing": list(run.missing),
                "interval_ms": run.interval,
                "timeout_ms": run.timeout,
                "latency_sum_us": run.latency_sum_us,
                "latency_max_us": run.latency_max_us,
            }
            for run in runs
        ],
        "failing": {"count": len(failures), "sha256": sha256(canonical(list(failures))).hexdigest()},
    }


def _results(body: Mapping[str, Any]) -> int:
    return sum(run["count"] for run in body["runs"])


def _line(body: Mapping[str, Any]) -> tuple[str, str]:
    return body["check"], body["location"]


def _stream(check: str, location: str) -> str:
    return f"{BEGINNING}{check}@{location}"
