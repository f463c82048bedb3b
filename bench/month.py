"""A month of 500 components counted from stored transitions, against summing raw 30 s samples in the same database.

13 months are stored, 43 transitions a month each. The figures are CPU time, on PostgreSQL that of our process and of
the server. Samples are stored for a few components only, and what summing them takes is multiplied.
"""

import asyncio
import random
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, insert, text

from bench.common import Row
from config.agreement import Agreement, Availability, ExclusionEffect, Period, UnknownPolicy
from config.instant import DAY, HOUR, MINUTE, SECOND, Instant
from config.state import State
from db.engine import open_database
from db.tables.incidents import transition
from sla.account import Account
from sla.line import account_under, line_of, rulings
from sla.store.transition import changes
from tests.servers.postgres import postgres
from tests.servers.program import scratch

COMPONENTS, MONTHS, EACH = 500, 13, 43
SAMPLED = 5
MONTH = 30 * DAY
BEGIN: Instant = 1_700_000_000_000
WINDOW = BEGIN + (MONTHS - 1) * MONTH, BEGIN + MONTHS * MONTH
LIMIT_ALL, LIMIT_ONE = 100.0, 1.0
ROUNDS = 3
NAMES = [f"component-{number:03d}" for number in range(COMPONENTS)]


def measure() -> Row:
    """Milliseconds for all on SQLite; the notes have one component, PostgreSQL, and what summing samples takes."""
    with scratch("bench") as folder:
        ours = asyncio.run(_timed(f"sqlite:///{folder}/month.db", time.process_time))
    with postgres() as server:
        theirs = asyncio.run(_timed(server.url(server.create()), lambda: time.process_time() + server.cpu()))
    holds = all(one[0] <= LIMIT_ALL and one[1] <= LIMIT_ONE for one in (ours, theirs))
    notes = [
        f"{store}: all {every:.1f} ms, one {one:.2f} ms; raw samples {samples:,.0f} ms, {samples / every:,.0f} as long"
        for store, (every, one, samples) in (("SQLite", ours), ("PostgreSQL", theirs))
    ]
    return Row(
        name="month: 500 components from stored transitions, against summing raw 30 s samples (ms)",
        ours=ours[0],
        peer=ours[2],
        ratio=ours[0] / ours[2],
        limit=LIMIT_ALL,
        holds=holds,
        notes=(*notes, f"limits: all {LIMIT_ALL:g} ms, one {LIMIT_ONE:g} ms, on both"),
    )


async def _timed(url: str, clock: Callable[[], float]) -> tuple[float, float, float]:
    """(all, one, raw samples of all) in ms, the best of several turns."""
    database = await open_database(url)
    try:
        await database.write(_fill)
        return await database.read(lambda tx: _measured(tx, clock))
    finally:
        await database.close()


def _measured(tx: Connection, clock: Callable[[], float]) -> tuple[float, float, float]:
    if len(_month(tx, NAMES)) != COMPONENTS:
        raise AssertionError("not every component was counted")
    every = _taken(lambda: _month(tx, NAMES), clock, 10)
    one = _taken(lambda: _month(tx, NAMES[7:8]), clock, 200)
    samples = _taken(lambda: tx.execute(_SUMMED, {"start": WINDOW[0], "end": WINDOW[1]}).all(), clock, 3)
    return every, one, samples * COMPONENTS / SAMPLED


def _month(tx: Connection, names: list[str]) -> dict[str, Account]:
    """Every component's account with budget, verdict, outages and ledger."""
    ruled = rulings([_AGREEMENT], WINDOW)
    slack = max(one.terms.bridge_max for one in ruled)
    lines = changes(tx, names, WINDOW, WINDOW[1], slack)
    return {
        name: account_under(line_of(told, WINDOW, WINDOW[1]), ruled, name, (), WINDOW) for name, told in lines.items()
    }


def _taken(work: Callable[[], Any], clock: Callable[[], float], times: int) -> float:
    """Milliseconds of one, of several turns of `times` each the best: the kernel counts in hundredths of a second."""
    turns: list[float] = []
    for _ in range(ROUNDS):
        begun = clock()
        for _ in range(times):
            work()
        turns.append((clock() - begun) * 1000 / times)
    return min(turns)


_AGREEMENT = Agreement(
    id="bench/1",
    customer="bench",
    effective=BEGIN,
    measured_from=BEGIN,
    components=tuple(NAMES),
    availability=Availability(
        target="99.9",
        period=Period.MONTH,
        service_hours="24x7",
        exclusion_effect=ExclusionEffect.REMOVED,
        unknown=UnknownPolicy.EXCLUDE,
        partial_weight=Fraction(1, 2),
        timezone="UTC",
    ),
)
_SUMMED = text("SELECT component, sum(up), count(*) FROM sample WHERE at >= :start AND at < :end GROUP BY component")


def _fill(tx: Connection) -> None:
    """In the order recorded, as a house that watches all of them writes it."""
    chance = random.Random(11)
    rows: list[dict[str, Any]] = []
    for name in NAMES:
        for month in range(MONTHS):
            moments = sorted(chance.sample(range(MONTH), EACH))
            rows += [_row(name, BEGIN + month * MONTH + at, number) for number, at in enumerate(moments)]
    rows.sort(key=lambda one: one["recorded_at"])
    for first in range(0, len(rows), 20_000):
        tx.execute(insert(transition), rows[first : first + 20_000])
    tx.execute(text("CREATE TABLE sample (component VARCHAR(100) NOT NULL, at BIGINT NOT NULL, up INTEGER NOT NULL)"))
    for at in range(*WINDOW, HOUR):
        samples = [
            {"component": name, "at": at + step, "up": int(chance.random() > 0.001)}
            for step in range(0, HOUR, 30 * SECOND)
            for name in NAMES[:SAMPLED]
        ]
        tx.execute(text("INSERT INTO sample VALUES (:component, :at, :up)"), samples)
    tx.execute(text("CREATE INDEX ix_sample ON sample (component, at)"))
    tx.execute(text("ANALYZE"))


def _row(name: str, at: Instant, number: int) -> dict[str, Any]:
    return {
        "component": name,
        "state": (State.DOWN, State.UP, State.UNKNOWN, State.UP)[number % 4].value,
        "happened_at": at,
        "recorded_at": at + MINUTE,
        "by": "probe:local",
        "cause": f"{name}/home",
        "reason": "timeout",
        "bound_at": at - 30 * SECOND,
        "seen_by_customer_at": at + MINUTE,
    }


if __name__ == "__main__":
    print(measure())
