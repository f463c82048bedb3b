"""Alertmanager's posts answered 202 when they are committed, SQLite with `synchronous=FULL`.

The whole of upheld against the same reading and token check in a bare handler that commits each post alone.
"""

import json
import re
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

from bench.common import Load, Row, median_load, row, wrk
from tests.servers.process import Upheld
from tests.servers.program import HOST, Program, answers, free_port, scratch

CONNECTIONS = 64
SECONDS = 4
COUNT = 3
ALERTS = 500
LIMIT = 2.0
PATIENCE = 120
"""Seconds after which the rate of decisions is taken from what is decided by then."""
TOKEN = "bench-token"
MARK = "@number@"
AGAIN = "@alert@"


def measure() -> Row:
    with scratch("bench") as folder:
        script = write_script(folder)
        alone, alone_runs = each_alone(folder, script)
        ours, ours_runs, decided = upheld(folder, script)
    notes = [
        f"each alone: {described(alone_runs)}",
        f"upheld: {described(ours_runs)}",
        f"upheld fully decided: {decided:,.0f} posts/s, from the first post on, while posts came in too",
    ]
    name = f"intake: Alertmanager posts answered 202, {CONNECTIONS} connections, against a commit each (posts/s)"
    return row(name, ours=ours.rate, peer=alone.rate, limit=LIMIT, at_least=True, notes=notes)


def described(runs: list[Load]) -> str:
    return "; ".join(f"{run.rate:,.0f}/s p99 {run.p99:.1f} ms, {run.bad} refused" for run in runs)


def each_alone(folder: Path, script: Path) -> tuple[Load, list[Load]]:
    port = free_port()
    argv = [sys.executable, "-m", "bench.alone", str(port), str(folder / "alone.db"), TOKEN]
    with Program(argv, folder, environment={"PYTHONPATH": str(Path(__file__).parent.parent)}) as server:
        url = f"http://{HOST}:{port}"
        server.wait_until(lambda: answers(url, 404), "the bare handler answers")
        return median_load(lambda number: load(f"{url}/hooks/am", script, number), COUNT)


def upheld(folder: Path, script: Path) -> tuple[Load, list[Load], float]:
    configuration = {
        "site": {"name": "Bench", "timezone": "UTC"},
        "components": {"shop": {"name": "Shop"}},
        "sources": {"am": {"kind": "alertmanager", "token": TOKEN, "component_from": ["component"]}},
    }
    with Upheld(folder / "upheld", configuration) as server:
        start = time.monotonic()
        median, runs = median_load(lambda number: load(f"{server.url}/hooks/am", script, number), COUNT)
        taken = sum(run.good for run in runs)
        file = server.folder / "upheld.db"
        while (done := decided(file)) < taken and time.monotonic() - start < PATIENCE:
            time.sleep(0.25)
        return median, runs, min(done, taken) / (time.monotonic() - start)


def load(url: str, script: Path, number: int) -> Load:
    return wrk(url, script, seconds=SECONDS, connections=CONNECTIONS, argument=str(number))


def decided(file: Path) -> int:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM inbox WHERE done_at IS NOT NULL").fetchone()[0])
    finally:
        connection.close()


def body() -> str:
    """A post of three alerts, 2 kB, as Alertmanager sends it; MARK makes it the only one of its kind, AGAIN is one of
    ALERTS groups that fire again and again."""
    labels = {"alertname": "ProbeFailed", "component": "shop", "severity": "critical", "job": "blackbox"}

    def alert(number: int) -> dict[str, Any]:
        instance = f"https://shop.example/{AGAIN}/{number}"
        description = f"The health page has not answered 200 for a minute, says evaluation {MARK}."
        return {
            "status": "firing",
            "labels": {**labels, "instance": instance},
            "annotations": {"summary": "Probe of the shop failed", "description": description},
            "startsAt": "2026-11-22T10:00:00.123Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example/graph?g0.expr=probe_success+%3D%3D+0&g0.tab=1",
            "fingerprint": f"{AGAIN}d3ca2b1e0f9a{number}",
        }

    post = {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="ProbeFailed", group="{AGAIN}"}}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "upheld",
        "groupLabels": {"alertname": "ProbeFailed"},
        "commonLabels": labels,
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example",
        "alerts": [alert(number) for number in range(3)],
    }
    return json.dumps(post)


def write_script(folder: Path) -> Path:
    """wrk's Lua: the parts of the body between the marks, put together anew for every post."""
    words = {MARK: "number", AGAIN: "alert"}
    pieces = re.split(f"({MARK}|{AGAIN})", body())
    parts = [words.get(piece, f"[==[{piece}]==]") for piece in pieces]
    script = folder / "post.lua"
    script.write_text(f"""
local run, count = "0", 0
init = function(arguments) run = arguments[1] or "0" end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {TOKEN}"
request = function()
  count = count + 1
  local number, alert = run .. "-" .. count, count % {ALERTS}
  return wrk.format(nil, nil, nil, table.concat({{{", ".join(parts)}}}))
end
""")
    return script
