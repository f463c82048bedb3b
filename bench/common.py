"""What the sections share: a row of the table, windows of CPU per request, wrk, and the machine's speed at the moment.

CPU is what the kernel charged to a process and its children, not wall time, so a busy neighbour costs little.
"""

import hashlib
import re
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typing_extensions import override

from tests.servers.nginx import Nginx
from tests.servers.program import Program, find_program


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; `notes` are printed above it, as they come."""

    name: str
    ours: float
    peer: float
    ratio: float
    limit: float
    holds: bool
    at_least: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, measured: "Row | Mapping[str, Any]") -> "Row":
        return measured if isinstance(measured, Row) else cls(**measured)


def row(name: str, *, ours: float, peer: float, limit: float, at_least: bool = False, notes: Sequence[str] = ()) -> Row:
    """The ratio is ours / peer; it must be at most the limit, or at least."""
    ratio = ours / peer
    holds = ratio >= limit if at_least else ratio <= limit
    return Row(
        name=name, ours=ours, peer=peer, ratio=ratio, limit=limit, holds=holds, at_least=at_least, notes=tuple(notes)
    )


def table(rows: Sequence[Row]) -> str:
    width = max(len(one.name) for one in rows)
    lines = [f"{'name':{width}}  {'ours':>10}  {'peer':>10}  {'ratio':>6}  {'limit':>7}  holds"]
    for one in rows:
        limit = f"{'>=' if one.at_least else '<='} {one.limit:g}"
        figures = f"{one.ours:10,.1f}  {one.peer:10,.1f}  {one.ratio:6.2f}  {limit:>7}"
        lines.append(f"{one.name:{width}}  {figures}  {'yes' if one.holds else 'NO'}")
    return "\n".join(lines)


def yardstick() -> float:
    """CPU seconds of a fixed job: compare it before comparing two runs."""
    start = time.process_time()
    total = 0
    for number in range(1_000_000):
        total = (total * 31 + number) & 0xFFFFFFFF
    hashlib.sha256(b"x" * 50_000_000).digest()
    return time.process_time() - start


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Medians of several windows: CPU microseconds per request of each process, requests/s and connections per request
    as nginx counted them; `memory` is resident MiB of each at the end."""

    cpu: Mapping[str, float]
    rate: float
    connections: float
    memory: Mapping[str, float]

    @property
    def total(self) -> float:
        return sum(self.cpu.values())

    @override
    def __str__(self) -> str:
        parts = ", ".join(f"{name} {self.cpu[name]:,.0f} us and {self.memory[name]:.0f} MiB" for name in self.cpu)
        return f"{parts}; {self.rate:.0f} checks/s, {self.connections:.2f} connections per check"


def windows(programs: Mapping[str, Program], target: Nginx, *, seconds: float, count: int) -> Window:
    """Watches what the programs cost while they ask the target."""
    cpu: dict[str, list[float]] = {name: [] for name in programs}
    rates, connections = [], []
    for _ in range(count):
        before = {name: program.cpu() for name, program in programs.items()}
        counted, start = target.counts(), time.monotonic()
        time.sleep(seconds)
        now = target.counts()
        # Asking nginx for its counts is one connection and one request of our own.
        done = max(1, now.requests - counted.requests - 1)
        rates.append(done / (time.monotonic() - start))
        connections.append((now.connections - counted.connections - 1) / done)
        for name, program in programs.items():
            cpu[name].append((program.cpu() - before[name]) / done * 1e6)
    return Window(
        cpu={name: statistics.median(values) for name, values in cpu.items()},
        rate=statistics.median(rates),
        connections=statistics.median(connections),
        memory={name: program.memory() / 2**20 for name, program in programs.items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What wrk saw: good answers (2xx) per second, all others, latency's 99th percentile in ms."""

    rate: float
    good: int
    bad: int
    p99: float


def wrk(url: str, script: Path, *, seconds: int, connections: int, argument: str = "") -> Load:
    """One thread of wrk for a bounded time."""
    argv = [find_program("wrk", "wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script), url]
    done = subprocess.run([*argv, "--", argument], capture_output=True, text=True, timeout=seconds + 30, check=True)
    text = done.stdout
    requests, span, unit = _found(r"(\d+) requests in ([\d.]+)(ms|s|m)", text)
    total, elapsed = int(requests), float(span) * {"ms": 0.001, "s": 1, "m": 60}[unit]
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    bad = int(refused[1]) if refused else 0
    value, unit = _found(r"99%\s+([\d.]+)(us|ms|s)", text)
    p99 = float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return Load(rate=(total - bad) / elapsed, good=total - bad, bad=bad, p99=p99)


def median_load(run: Callable[[int], Load], count: int) -> tuple[Load, list[Load]]:
    """Runs it `count` times with 0, 1, …; the run with the median rate, and all."""
    loads = [run(number) for number in range(count)]
    return sorted(loads, key=lambda load: load.rate)[count // 2], loads


def _found(pattern: str, text: str) -> tuple[str, ...]:
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(f"wrk said:\n{text}")
    return found.groups()
