"""Pages asked per CPU-second: the http kind and its judging against the blackbox exporter alone, as fast as both go.

Results stay in memory; what it is when they are stored every second is printed too.
"""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.common import Row, row, wrk
from tests.servers.blackbox import HTTP_OK, Blackbox
from tests.servers.nginx import Nginx
from tests.servers.program import HOST, scratch

TARGETS = 200
LISTENERS = 20
SECONDS = 8
CONNECTIONS = 50
LIMIT = 4.0


def measure() -> Row:
    return compare("saturated: http, judged in memory, against blackbox (checks per CPU-second)", limit=LIMIT)


def compare(name: str, *, limit: float, tls: bool = False) -> Row:
    """`tls`: with certificates that both verify, and a full handshake each time."""
    with (
        scratch("bench") as folder,
        Nginx(folder, listeners=LISTENERS, workers=2, access_log=False, tls=tls) as target,
    ):
        scheme, ports = ("https", target.tls_ports) if tls else ("http", target.ports)
        pages = [f"{scheme}://{HOST}:{ports[number % LISTENERS]}/page/{number}" for number in range(TARGETS)]
        trusting = ["--authority", str(target.authority)] if tls else []
        module = trusting_module(target.authority) if tls else HTTP_OK
        rates = [(ours(pages, trusting), blackbox(folder, module, pages, target)) for _ in range(2)]
        stored = ours(pages, [*trusting, "--store", f"{folder}/results.db"])
    mine, peer = (max(each) for each in zip(*rates, strict=True))
    notes = [f"upheld {one:,.0f} and blackbox {other:,.0f} checks per CPU-second" for one, other in rates]
    notes.append(f"with storing: upheld {stored:,.0f}, {stored / peer:.2f} times blackbox, which stores nothing")
    return row(name, ours=mine, peer=peer, limit=limit, at_least=True, notes=notes)


def trusting_module(authority: Path) -> dict[str, Any]:
    return {**HTTP_OK, "http": {**HTTP_OK["http"], "tls_config": {"ca_file": str(authority)}}}


def ours(pages: list[str], options: list[str]) -> float:
    argv = [sys.executable, "-m", "bench.asking", *options, str(SECONDS), *pages]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=SECONDS + 60, check=True)
    number, cpu = done.stdout.split()[-2:]
    return int(number) / float(cpu)


def blackbox(folder: Path, module: Mapping[str, Any], pages: list[str], target: Nginx) -> float:
    """Asked by wrk, whose own CPU does not count; nginx counts what came of it."""
    with tempfile.TemporaryDirectory() as here, Blackbox(folder, {"http_ok": module}) as exporter:
        script = Path(here) / "pages.lua"
        paths = ", ".join(f'"/probe?module=http_ok&target={quote(page, safe="")}"' for page in pages)
        script.write_text(
            f"local paths = {{{paths}}}\nlocal at = 0\n"
            "request = function() at = at % #paths + 1; return wrk.format('GET', paths[at]) end\n"
        )
        before, counted = exporter.cpu(), target.counts().requests
        wrk(f"http://{exporter.address}/", script, seconds=SECONDS, connections=CONNECTIONS)
        return (target.counts().requests - counted - 1) / (exporter.cpu() - before)
