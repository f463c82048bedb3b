"""Pages asked per CPU-second, in memory: the http kind and its judging against the blackbox exporter alone."""

import subprocess
import sys
import tempfile
from pathlib import Path
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
    with scratch("bench") as folder, Nginx(folder, listeners=LISTENERS, workers=2, access_log=False) as target:
        pages = [f"http://{HOST}:{target.ports[number % LISTENERS]}/page/{number}" for number in range(TARGETS)]
        rates = [(ours(pages), blackbox(folder, pages, target)) for _ in range(2)]
    mine, peer = (max(each) for each in zip(*rates, strict=True))
    notes = [f"upheld {one:,.0f} and blackbox {other:,.0f} checks per CPU-second" for one, other in rates]
    return row("saturated: http, judged in memory, against blackbox (checks per CPU-second)", ours=mine, peer=peer,
               limit=LIMIT, at_least=True, notes=notes)  # fmt: skip


def ours(pages: list[str]) -> float:
    argv = [sys.executable, "-m", "bench.asking", str(SECONDS), *pages]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=SECONDS + 60, check=True)
    number, cpu = done.stdout.split()[-2:]
    return int(number) / float(cpu)


def blackbox(folder: Path, pages: list[str], target: Nginx) -> float:
    """Asked by wrk, whose own CPU does not count; nginx counts what came of it."""
    with tempfile.TemporaryDirectory() as here, Blackbox(folder, {"http_ok": HTTP_OK}) as exporter:
        script = Path(here) / "pages.lua"
        paths = ", ".join(f'"/probe?module=http_ok&target={quote(page, safe="")}"' for page in pages)
        script.write_text(
            f"local paths = {{{paths}}}\nlocal at = 0\n"
            "request = function() at = at % #paths + 1; return wrk.format('GET', paths[at]) end\n"
        )
        before, counted = exporter.cpu(), target.counts().requests
        wrk(f"http://{exporter.address}/", script, seconds=SECONDS, connections=CONNECTIONS)
        return (target.counts().requests - counted - 1) / (exporter.cpu() - before)
