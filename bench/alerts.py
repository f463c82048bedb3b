"""Alerts from their post to what follows from them, one a post, at a steady rate, on SQLite with `synchronous=FULL`.

A tenth opens an incident, a tenth ends one, the others say again what is known. Counted is what is decided, with its
timers, outbox and ledger, while the posts come in on the same two cores.
"""

import json
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bench.common import Load, Row, row, wrk
from tests.servers.process import Upheld
from tests.servers.program import HOST, NotReady, scratch
from tests.servers.smtp import Smtp

CONNECTIONS = 256
"""So many that an answer that takes a little longer does not make the load smaller."""
OFFERED = 2800
"""Posts a second, were they answered at once: wrk waits between two of a connection, and for each answer."""
SECONDS = 60
STANDING = 100
"""Components that fail all the while; the others begin and cease to."""
COMPONENTS = 1000
LIMIT = 2000
P99 = 100
"""Milliseconds until the answer; over it the rate counts for nothing."""
TOKEN = "bench-token"
UNDECIDED = "inbox WHERE done_at IS NULL"
DECIDED = "inbox WHERE done_at IS NOT NULL"
NEVER = "0001-01-01T00:00:00Z"


Count = Callable[[str], int]
"""Rows of what follows `FROM`."""


def measure() -> Row:
    with (
        scratch("bench") as folder,
        Smtp(folder) as mail,
        Upheld(folder / "upheld", configuration(mail.port)) as server,
    ):
        load, rate, notes = loaded(server, folder, lambda what: counted(server.folder / "upheld.db", what))
    name = f"alerts: decided a second for {SECONDS} s, answered within {P99} ms (p99)"
    return row(name, ours=rate if load.p99 <= P99 else 0.0, peer=LIMIT, limit=1, at_least=True, notes=notes)


def loaded(server: Upheld, folder: Path, count: Count) -> tuple[Load, float, list[str]]:
    """What wrk saw, how many were decided a second meanwhile, and what there is to say of it."""
    url = f"{server.url}/hooks/am"
    wrk(url, write_script(folder, delay=10, rising=False), seconds=3, connections=10)
    before, cpu = count(DECIDED), server.cpu()
    script = write_script(folder, delay=1000 * CONNECTIONS // OFFERED)
    load = wrk(url, script, seconds=SECONDS, connections=CONNECTIONS)
    rate, used = (count(DECIDED) - before) / SECONDS, (server.cpu() - cpu) / SECONDS
    notes = [
        f"{load.rate:,.0f} posts/s answered 202, p99 {load.p99:.1f} ms, {load.bad} refused; {used:.2f} CPU s/s",
        f"undecided at the end: {count(UNDECIDED)}; in the store: {contents(count)}",
    ]
    waiting, began = count(UNDECIDED), time.monotonic()
    with suppress(NotReady):
        server.wait_until(lambda: count(UNDECIDED) == 0, "all are decided", timeout=SECONDS)
    left, took = count(UNDECIDED), time.monotonic() - began
    each = (server.cpu() - cpu) / max(1, count(DECIDED) - before)
    notes.append(
        f"afterwards {(waiting - left) / took:,.0f} decided/s, {left} left;"
        f" CPU of all that, {each * 1e6:,.0f} us a post decided"
    )
    return load, rate, notes


def contents(count: Count) -> str:
    tables = ("incident", "timer", "notification", "delivery", "ledger_leaf")
    return ", ".join(f"{one} {count(one):,}" for one in tables)


def counted(file: Path, what: str) -> int:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])
    finally:
        connection.close()


def configuration(mail: int) -> dict[str, object]:
    return {
        "site": {"name": "Bench", "timezone": "UTC"},
        "mail": {"host": HOST, "port": mail, "sender": "upheld@example.com", "tls": "none"},
        "on_call": {"name": "Li Wei", "email": "li@example.com"},
        "components": {f"c{number}": {"name": f"Component {number}"} for number in range(COMPONENTS)},
        "sources": {"am": {"kind": "alertmanager", "token": TOKEN, "component_from": ["component"]}},
    }


def body() -> str:
    """What Alertmanager sends of one alert; the words between @ are put in by wrk."""
    alert = {
        "status": "@status@",
        "labels": {"alertname": "ProbeFailed", "component": "c@component@", "severity": "critical"},
        "annotations": {"summary": "Probe failed", "description": "The page has not answered 200 for a minute."},
        "startsAt": "@starts@",
        "endsAt": "@ends@",
        "generatorURL": "http://prometheus.example/graph?g0.expr=probe_success",
        "fingerprint": "@key@",
    }
    post = {
        "version": "4",
        "groupKey": '{}:{alertname="ProbeFailed"}',
        "truncatedAlerts": 0,
        "status": "@status@",
        "receiver": "upheld",
        "groupLabels": {"alertname": "ProbeFailed"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example",
        "alerts": [alert],
    }
    return json.dumps(post)


def write_script(folder: Path, *, delay: int, rising: bool = True) -> Path:
    """wrk's Lua. `delay` in ms between two posts of a connection, on average: senders know nothing of each other, and
    would come all at once if each waited as long after the answers of one commit. Not `rising`: only what stands is
    said."""
    pieces = re.split(r"@(\w+)@", body())
    parts = [piece if number % 2 else f"[==[{piece}]==]" for number, piece in enumerate(pieces)]
    script = folder / f"alerts-{delay}.lua"
    script.write_text(f"""
local count = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {TOKEN}"
local function post(status, component, key, starts, ends)
  return wrk.format(nil, nil, nil, table.concat({{{", ".join(parts)}}}))
end
request = function()
  count = count + 1
  local kind, number = count % 10, math.floor(count / 10)
  local component = {STANDING} + number % {COMPONENTS - STANDING}
  local now = os.date("!%Y-%m-%dT%H:%M:%SZ")
  if {str(rising).lower()} and kind == 0 then
    return post("firing", component, "fault" .. number, now, "{NEVER}")
  elseif {str(rising).lower()} and kind == 5 then
    return post("resolved", component, "fault" .. number, now, now)
  end
  return post("firing", count % {STANDING}, "standing" .. count % {STANDING}, "2026-11-22T10:00:00.123Z", "{NEVER}")
end
math.randomseed(7)
delay = function() return math.random(0, {2 * delay}) end
""")
    return script
