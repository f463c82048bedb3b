"""5000 pages asked once a minute and 10,000 twice, on one machine: how late, in how much memory, and what is lost.

Then the process is held for two seconds, the store for thirty, and at last it is killed and started again: after all of
that every tick of every check has its result, and nobody was called down.
"""

import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.checks import LISTENERS, lag_buckets, percentile
from bench.common import Row, row, table
from config.instant import SECOND
from tests.probe.counted import Counted, counted
from tests.servers.nginx import Nginx
from tests.servers.process import Upheld
from tests.servers.program import HOST, scratch

SECONDS = 60
LONG_SECONDS = 300
LAG_MS = 50
"""p99."""
PER_TARGET_KIB = 10
IN_ALL_MIB = 160
HELD = 2.0
STALLED = 30.0
START_SECONDS = 180.0
SPREAD = 10
"""Seconds over which a new process spreads what fell due meanwhile: nothing may be later than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    targets: int
    interval: int

    @property
    def name(self) -> str:
        return f"scale: {self.targets} pages each {self.interval} s"


FORMS = (Form(targets=5000, interval=60), Form(targets=10_000, interval=30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Lags in milliseconds, the upper bound of the bucket of the 99th percentile; memory in MiB."""

    lag: float
    lag_after_restart: float
    memory: float
    cpu: float
    """Seconds a second."""
    counted: Counted


def measure(seconds: float = SECONDS) -> list[Row]:
    rows: list[Row] = []
    with scratch("bench") as folder, Nginx(folder, listeners=LISTENERS, workers=2, access_log=False) as target:
        idle = memory_of_idle(folder / "idle", target)
        for form in FORMS:
            found = watched(form, folder / f"{form.targets}", target, seconds)
            rows += judged(form, found, idle)
    return rows


def judged(form: Form, found: Found, idle: float) -> list[Row]:
    told = found.counted
    whole = told.checks == form.targets and not told.lost and not told.down
    each = (found.memory - idle) * 1024 / form.targets
    notes = [
        f"{form.name}: p99 of the lag at most {found.lag:g} ms, after a kill -9 {found.lag_after_restart:g} ms;"
        f" {found.cpu:.2f} CPU s/s",
        f"{found.memory:.0f} MiB, idle {idle:.0f} MiB: {each:.1f} KiB a page;"
        f" {told.results:,} results, {told.lost} lost, {told.down} called down",
    ]
    in_time = found.lag_after_restart <= SPREAD * 1000
    lag = found.lag if whole and in_time else float("inf")
    rows = [
        row(f"{form.name}: lag p99 (ms), nothing lost", ours=lag, peer=LAG_MS, limit=1, notes=notes),
        row(f"{form.name}: memory a page (KiB)", ours=each, peer=PER_TARGET_KIB, limit=1),
    ]
    if form is FORMS[0]:
        rows.append(row(f"{form.name}: memory in all (MiB)", ours=found.memory, peer=IN_ALL_MIB, limit=1))
    return rows


def memory_of_idle(folder: Path, target: Nginx) -> float:
    """One page, asked once an hour."""
    with Upheld(folder, configuration(Form(targets=1, interval=3600), target)) as server:
        time.sleep(5)
        return server.memory() / 2**20


def watched(form: Form, folder: Path, target: Nginx, seconds: float) -> Found:
    server = Upheld(folder, configuration(form, target))
    file = folder / "upheld.db"
    try:
        server.start()
        server.wait_ready(START_SECONDS)
        time.sleep(form.interval + 10)
        before, cpu = lag_buckets(server), server.cpu()
        time.sleep(seconds)
        used = (server.cpu() - cpu) / seconds
        lag, memory = percentile(before, lag_buckets(server), 0.99), server.memory() / 2**20
        hold(server)
        time.sleep(form.interval)
        with stalled(file):
            time.sleep(STALLED)
        time.sleep(form.interval)
        server.kill9()
        server.start()
        server.wait_ready(START_SECONDS)
        time.sleep(SPREAD + form.interval)
        again = percentile({}, lag_buckets(server), 0.99)
        server.term(60)
    finally:
        server.stop()
    return Found(
        lag=lag,
        lag_after_restart=again,
        memory=memory,
        cpu=used,
        counted=counted(file, form.interval * SECOND),
    )


def hold(server: Upheld) -> None:
    """Nothing of the process runs: as when a virtual machine is moved."""
    server.process.send_signal(signal.SIGSTOP)
    time.sleep(HELD)
    server.process.send_signal(signal.SIGCONT)


@contextmanager
def stalled(file: Path) -> Iterator[None]:
    """Nobody else can write into the store."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def configuration(form: Form, target: Nginx) -> dict[str, Any]:
    check = {"kind": "http", "interval": f"{form.interval}s", "timeout": "5s"}
    check["expect"] = {"status": [200], "body": "ok"}
    addresses = (f"http://{HOST}:{target.ports[number % LISTENERS]}/page/{number}" for number in range(form.targets))
    components = {
        f"page-{number}": {"name": f"Page {number}", "checks": {"home": {**check, "target": address}}}
        for number, address in enumerate(addresses)
    }
    return {"site": {"name": "Bench", "timezone": "UTC"}, "components": components}


def main() -> int:
    """`python -m bench.scale`: five minutes each."""
    rows = measure(LONG_SECONDS)
    for note in (note for one in rows for note in one.notes):
        print(note)
    print(table(rows))
    return 0 if all(one.holds for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
