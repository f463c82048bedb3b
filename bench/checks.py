"""1000 pages asked 200 times a second, a new connection and the word `ok` each time, everything stored.

CPU per check of the whole of upheld against Prometheus with the blackbox exporter, at the same rate, on the same nginx,
which does the counting.
"""

import re
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.common import Row, Window, row, windows
from tests.servers.blackbox import HTTP_OK, Blackbox
from tests.servers.nginx import Nginx
from tests.servers.process import Upheld
from tests.servers.program import HOST, scratch
from tests.servers.prometheus import Prometheus

TARGETS = 1000
INTERVAL = 5
LISTENERS = 20
SECONDS = 15
COUNT = 3
WARM_UP = 5 * INTERVAL
"""Seconds; by then every page is confirmed up and both systems are in their everyday state."""
LIMIT = 0.25
LAG = re.compile(r'^upheld_(?:probe|sched)\w*_(?:lag|lateness)_seconds_bucket\{.*le="([^"]+)".*\} (\S+)$', re.MULTILINE)


def measure() -> Row:
    with scratch("bench") as folder, Nginx(folder, listeners=LISTENERS, workers=2, access_log=False) as target:
        pages = addresses("http", target.ports)
        peer = prometheus_with_blackbox(folder, target, pages, HTTP_OK)
        ours, lag = upheld(folder, target, pages, {})
    notes = [
        f"Prometheus and blackbox exporter: {peer}",
        f"upheld: {ours}",
        f"upheld's schedule lag p99: at most {lag:g} ms",
    ]
    name = f"checks: {TARGETS} pages, {TARGETS // INTERVAL}/s, against Prometheus + blackbox (CPU us per check)"
    return row(name, ours=ours.total, peer=peer.total, limit=LIMIT, notes=notes)


def addresses(scheme: str, ports: Sequence[int]) -> list[str]:
    return [f"{scheme}://{HOST}:{ports[number % LISTENERS]}/page/{number}" for number in range(TARGETS)]


def prometheus_with_blackbox(folder: Path, target: Nginx, pages: list[str], module: Mapping[str, Any]) -> Window:
    """Prometheus asks the exporter, the exporter asks the page; Prometheus stores what comes back."""
    with Blackbox(folder, {"http_ok": module}) as blackbox:
        job = {
            "job_name": "pages",
            "metrics_path": "/probe",
            "params": {"module": ["http_ok"]},
            "static_configs": [{"targets": pages}],
            "relabel_configs": [
                {"source_labels": ["__address__"], "target_label": "__param_target"},
                {"source_labels": ["__param_target"], "target_label": "instance"},
                {"target_label": "__address__", "replacement": blackbox.address},
            ],
        }
        with Prometheus(folder, scrape_configs=[job], interval=INTERVAL) as prometheus:
            time.sleep(WARM_UP)
            return windows({"Prometheus": prometheus, "blackbox": blackbox}, target, seconds=SECONDS, count=COUNT)


def upheld(folder: Path, target: Nginx, pages: list[str], options: Mapping[str, Any]) -> tuple[Window, float]:
    """The whole program with its store, page and metrics; nothing is switched off."""
    with Upheld(folder / "upheld", configuration(pages, options)) as server:
        time.sleep(WARM_UP)
        before = lag_buckets(server)
        window = windows({"upheld": server}, target, seconds=SECONDS, count=COUNT)
        return window, percentile(before, lag_buckets(server), 0.99)


def configuration(pages: list[str], options: Mapping[str, Any]) -> dict[str, Any]:
    expect = {"status": [200], "body": "ok"}
    check = {"kind": "http", "interval": f"{INTERVAL}s", "timeout": "5s", "expect": expect, **options}
    components = {
        f"page-{number}": {"name": f"Page {number}", "checks": {"home": {**check, "target": address}}}
        for number, address in enumerate(pages)
    }
    return {"site": {"name": "Bench", "timezone": "UTC"}, "components": components}


def lag_buckets(server: Upheld) -> dict[float, float]:
    """Upper bound in seconds -> how many launches at most that late, since the start."""
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=60) as answer:
        text = answer.read().decode()
    buckets: dict[float, float] = {}
    for bound, value in LAG.findall(text):
        buckets[float(bound)] = buckets.get(float(bound), 0.0) + float(value)
    return buckets


def percentile(before: dict[float, float], after: dict[float, float], share: float) -> float:
    """The upper bound, in milliseconds, of the bucket in which the share lies, of what happened between two readings.

    Raises StopIteration where nothing did.
    """
    counts = {bound: value - before.get(bound, 0) for bound, value in sorted(after.items())}
    total = counts[float("inf")]
    return next(bound * 1000 for bound, count in counts.items() if total and count >= share * total)
