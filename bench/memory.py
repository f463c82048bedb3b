"""What a page costs in memory, and what a scrape costs, with 1000 and with 5000 pages; `python -m bench.memory`.

A figure to work with and no limit: those are held by `bench.scale`.
"""

import sys
import time
import urllib.request
from pathlib import Path

from bench.checks import LISTENERS
from bench.scale import Form, configuration
from tests.servers.nginx import Nginx
from tests.servers.process import Upheld
from tests.servers.program import scratch

SIZES = (1000, 5000)
INTERVAL = 30
ROUNDS = 2
"""So often every page has been asked when memory is read."""
SCRAPES = 3


def measured(form: Form, folder: Path, target: Nginx) -> float:
    """Prints what it found; gives resident MiB before the first scrape."""
    with Upheld(folder, configuration(form, target)) as server:
        started = server.memory() / 2**20
        time.sleep(5 if form.targets == 1 else ROUNDS * form.interval)
        before = server.memory() / 2**20
        rest = _rest(server)
        print(f"{form.targets} pages: {started:.1f} MiB when ready, {before:.1f} MiB then")
        for number in range(SCRAPES):
            cpu, began = server.cpu(), time.monotonic()
            with urllib.request.urlopen(f"{server.url}/metrics", timeout=120) as answer:
                size = len(answer.read())
            took = time.monotonic() - began
            used = max(server.cpu() - cpu - rest * took, 0)
            print(
                f"  scrape {number + 1}: {size / 2**20:.1f} MiB of text, {used:.2f} CPU s above the rest,"
                f" {took:.2f} s; {server.memory() / 2**20:.1f} MiB after",
                flush=True,
            )
            time.sleep(2)
        return before


def _rest(server: Upheld, seconds: float = 5.0) -> float:
    """CPU seconds a second without a scrape."""
    before = server.cpu()
    time.sleep(seconds)
    return (server.cpu() - before) / seconds


def main(sizes: list[int]) -> int:
    with scratch("bench") as folder, Nginx(folder, listeners=LISTENERS, workers=2, access_log=False) as target:
        idle = measured(Form(targets=1, interval=3600), folder / "idle", target)
        for size in sizes or SIZES:
            found = measured(Form(targets=size, interval=INTERVAL), folder / f"{size}", target)
            print(f"  {(found - idle) * 1024 / size:.1f} KiB a page", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main([int(word) for word in sys.argv[1:]]))
