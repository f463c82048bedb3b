"""The whole program held up, and its store: late is late, and neither an outage nor a gap."""

import signal
import sqlite3
import time
from contextlib import closing

from config.instant import SECOND
from tests.probe.counted import counted
from tests.servers.nginx import Nginx
from tests.servers.process import Serve

PAGES = 60
INTERVAL = 3
HELD = 2.0
STALLED = 6.5
"""Longer than SQLite waits for a lock: whoever writes is refused and has to come again."""


def test_a_process_held_for_two_seconds_and_a_store_that_takes_nothing_lose_no_tick(serve: Serve, nginx: Nginx) -> None:
    check = {"kind": "http", "interval": f"{INTERVAL}s", "timeout": "2s", "fall": 1}
    server = serve(
        {
            "site": {"name": "Held", "timezone": "UTC"},
            "components": {
                f"page-{number}": {
                    "name": f"Page {number}",
                    "checks": {"home": {**check, "target": f"{nginx.url}/page/{number}"}},
                }
                for number in range(PAGES)
            },
        }
    )
    file = server.folder / "upheld.db"
    server.wait_until(lambda: counted(file, INTERVAL * SECOND).checks == PAGES, "every page was asked")
    server.process.send_signal(signal.SIGSTOP)
    time.sleep(HELD)
    server.process.send_signal(signal.SIGCONT)
    time.sleep(INTERVAL)
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        before = counted(file, INTERVAL * SECOND).results
        time.sleep(STALLED)
        assert counted(file, INTERVAL * SECOND).results == before
        other.execute("ROLLBACK")
    assert "database is locked" in server.output
    assert server.term() == 0
    found = counted(file, INTERVAL * SECOND)
    assert found.results > before + PAGES
    assert (found.lost, found.down) == (0, 0)
