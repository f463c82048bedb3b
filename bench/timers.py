"""200,000 timers that wait and a thousand due every second: how late they fire, also after a kill -9.

Each is a step of the escalation of an incident that nobody answers: it pages, through the outbox.
"""

import sqlite3
import time
from pathlib import Path

from bench.alerts import counted
from bench.common import Row, row
from tests.servers.process import Upheld
from tests.servers.program import scratch
from tests.servers.sender import alert, alert_post

INCIDENTS = 500
PENDING = 200_000
A_SECOND = 1000
SECONDS = 20
KILLED_AT = 10
"""Seconds after the first are due."""
LEAD = 15
"""Seconds from writing the timers down to the first that is due: the server starts meanwhile."""
LIMIT = 1000
"""Milliseconds, p99."""
AFTER_KILL = 3000
"""Milliseconds, the latest of all that fell due while nobody was there or soon after."""
REST = 5
TOKEN = "bench-token"
NAME = f"timers: lateness p99 (ms), {A_SECOND}/s due of {PENDING:,} that wait"
DAY = 86_400_000


def measure() -> Row:
    with scratch("bench") as folder:
        server = Upheld(folder / "upheld", configuration())
        file = server.folder / "upheld.db"
        with server:
            alerts = [
                alert(f"a{each}", starts_at="2026-11-22T10:00:00Z", component=f"c{each}") for each in range(INCIDENTS)
            ]
            server.post("/hooks/am", alert_post(alerts), token=TOKEN)
            server.wait_until(lambda: counted(file, "incident") == INCIDENTS, "every incident is open")
        first = fill(file)
        with server:
            sleep_until(first + KILLED_AT * 1000)
            server.kill9()
            killed = now()
            server.start()
            server.wait_ready()
            ready = now()
            sleep_until(first + (SECONDS + REST) * 1000)
        return judged(late(file, first), killed - first, ready - first)


def judged(fired: list[tuple[int, int]], killed: int, ready: int) -> Row:
    """`fired`: due and lateness in ms after the first; those of the time around the kill are judged by themselves."""
    if len(fired) < A_SECOND * SECONDS:
        notes = [f"only {len(fired):,} of {A_SECOND * SECONDS:,} fired until {REST} s after the last was due"]
        return row(NAME, ours=float("inf"), peer=LIMIT, limit=1, notes=notes)
    calm = sorted(by for at, by in fired if not killed - 1000 <= at <= ready + 1000)
    around = sorted(by for at, by in fired if killed - 1000 <= at <= ready + 1000)
    p99, latest = calm[len(calm) * 99 // 100], around[-1]
    notes = [
        f"all {len(fired):,} fired; away for {ready - killed} ms",
        f"calm: p50 {calm[len(calm) // 2]} ms, p99 {p99} ms, latest {calm[-1]} ms",
        f"around the kill -9: p50 {around[len(around) // 2]} ms, latest {latest} ms (limit {AFTER_KILL})",
    ]
    return row(NAME, ours=p99 if latest <= AFTER_KILL else float("inf"), peer=LIMIT, limit=1, notes=notes)


def fill(file: Path) -> int:
    """Writes the timers; the instant of the first."""
    with sqlite3.connect(file) as connection:
        incidents = [name for (name,) in connection.execute("SELECT id FROM incident ORDER BY id")]
        start = now()
        first = start + LEAD * 1000
        # Rounds two apart: carrying one out starts the next, which must not be another of ours.
        soon = [
            (
                "escalation",
                incidents[each % INCIDENTS],
                f"{4 + 2 * (each // INCIDENTS)}.1",
                first + each * 1000 // A_SECOND,
                start,
            )
            for each in range(A_SECOND * SECONDS)
        ]
        far = [
            ("escalation", incidents[each % INCIDENTS], f"{10_000 + each // INCIDENTS}.1", first + DAY + each, start)
            for each in range(PENDING - len(soon))
        ]
        connection.executemany(
            "INSERT INTO timer (kind, subject, step, due_at, created_at) VALUES (?, ?, ?, ?, ?)", [*soon, *far]
        )
    connection.close()
    return first


def late(file: Path, first: int) -> list[tuple[int, int]]:
    """Of each that fired: when it was due after the first, and how late it was taken up."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT due_at - ?, done_at - due_at FROM timer WHERE done_at IS NOT NULL AND due_at BETWEEN ? AND ?"
            " AND outcome = 'carried out'",
            (first, first, first + SECONDS * 1000 - 1),
        )
        return [(int(at), int(by)) for at, by in rows]
    finally:
        connection.close()


def configuration() -> dict[str, object]:
    return {
        "site": {"name": "Bench", "timezone": "UTC"},
        "on_call": {"name": "Li Wei"},
        "components": {f"c{number}": {"name": f"Component {number}"} for number in range(INCIDENTS)},
        "sources": {"am": {"kind": "alertmanager", "token": TOKEN, "component_from": ["component"]}},
    }


def now() -> int:
    return time.time_ns() // 1_000_000


def sleep_until(at: int) -> None:
    time.sleep(max(0.0, (at - now()) / 1000))
