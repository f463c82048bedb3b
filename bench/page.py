"""From the first answer that fails to the mail that calls somebody: how long beyond the time a check takes to be sure.

The whole way: asking, confirming, opening, paging, the outbox, SMTP. Components fail a few a second, and each is well
again when its mail was taken.
"""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.common import Row, row
from tests.servers.process import Upheld
from tests.servers.program import HOST, free_port, scratch
from tests.servers.smtp import Mail, Smtp

FAULTS = 120
A_SECOND = 4
PEOPLE = 24
"""Each gets less than his mail channel may bring him."""
INTERVAL, RECHECK, FALL = 2, 1, 3
CONFIRMING = (FALL - 1) * RECHECK * 1000
"""Milliseconds from the first answer that fails to the one that makes the check sure."""
LIMIT = 500
"""Milliseconds beyond that, p99."""
PATIENCE = 30


class Street:
    """Pages that fail while they are told to; when each failed for the first time."""

    def __init__(self) -> None:
        self.port = free_port()
        self.failing: set[int] = set()
        self.failed_at: dict[int, int] = {}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        number = int(asked.split(b" ", 2)[1].removeprefix(b"/"))
        status, body = ("200 OK", "ok") if number not in self.failing else ("503 Service Unavailable", "no")
        if number in self.failing:
            self.failed_at.setdefault(number, now())
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()

    @contextmanager
    def open(self) -> Iterator[None]:
        """In a thread of its own."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="street", daemon=True)
        thread.start()
        served = asyncio.run_coroutine_threadsafe(asyncio.start_server(self.answer, HOST, self.port), loop)
        server = served.result()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(server.close)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


def measure() -> Row:
    street = Street()
    with scratch("bench") as folder, street.open(), Smtp(folder) as smtp:
        taken = told(folder, street, smtp)
    took = sorted(taken[number] - street.failed_at[number] for number in taken)
    name = f"page: from failing to the mail, beyond the {CONFIRMING} ms of confirming, p99 (ms)"
    if len(took) < FAULTS:
        notes = [f"only {len(took)} of {FAULTS} faults were told within {PATIENCE} s"]
        return row(name, ours=float("inf"), peer=LIMIT, limit=1, notes=notes)
    beyond = [span - CONFIRMING for span in took]
    at = {share: beyond[min(len(beyond) - 1, len(beyond) * share // 100)] for share in (0, 50, 90, 99, 100)}
    shown = ", ".join(f"p{share} {value}" for share, value in at.items())
    notes = [f"{FAULTS} faults, {A_SECOND} a second; ms from the first failing answer to the mail less that: {shown}"]
    return row(name, ours=at[99], peer=LIMIT, limit=1, notes=notes)


def told(folder: Path, street: Street, smtp: Smtp) -> dict[int, int]:
    """When the mail about each was taken."""
    with Upheld(folder / "upheld", configuration(street.port, smtp.port)) as server:
        server.wait_until(lambda: b'"none"' in server.get("/api/v2/status.json").body, "all is up", timeout=PATIENCE)
        taken: dict[int, int] = {}
        started, ends_at = now(), now() + (FAULTS / A_SECOND + PATIENCE) * 1000
        begun = 0
        while len(taken) < FAULTS and now() < ends_at:
            if begun < FAULTS and now() >= started + begun * 1000 / A_SECOND:
                street.failing.add(begun)
                begun += 1
            for number, mail in calls(smtp.mails[len(taken) :]):
                taken.setdefault(number, mail.at)
            street.failing -= taken.keys()
            time.sleep(0.01)
        return taken


def calls(mails: list[Mail]) -> Iterator[tuple[int, Mail]]:
    """Those that say that a component is down, by its number."""
    for mail in mails:
        found = re.search(r"Down: Component (\d+) ", mail.subject)
        if found is not None:
            yield int(found[1]), mail


def configuration(pages: int, mail: int) -> dict[str, object]:
    check = {
        "kind": "http",
        "interval": f"{INTERVAL}s",
        "timeout": "1s",
        "recheck": f"{RECHECK}s",
        "fall": FALL,
        "expect": {"status": [200], "body": "ok"},
    }
    people = [f"p{number}" for number in range(PEOPLE)]
    return {
        "site": {"name": "Bench", "timezone": "UTC", "languages": ["en"]},
        "mail": {"host": HOST, "port": mail, "sender": "upheld@example.com", "tls": "none"},
        "people": {one: {"name": one, "email": f"{one}@example.com", "language": "en"} for one in people},
        "escalations": {one: {"steps": [{"notify": [one]}], "fallback": [one]} for one in people},
        "components": {
            f"c{number}": {
                "name": f"Component {number}",
                "tier": "core",
                "escalation": people[number % PEOPLE],
                "checks": {"page": {**check, "target": f"http://{HOST}:{pages}/{number}"}},
            }
            for number in range(FAULTS)
        },
    }


def now() -> int:
    return time.time_ns() // 1_000_000
