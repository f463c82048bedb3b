"""Posts webhooks at a steady rate, as Alertmanager would, and remembers which of them were answered 202."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from tests.servers.program import HOST

AGAIN = 0.05
"""Seconds between two tries of one post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A post that was answered 202: its number, when (POSIX milliseconds), and how often it had to be sent."""

    number: int
    at: int
    tries: int


def alert_post(alerts: list[dict[str, Any]]) -> dict[str, Any]:
    """A post of Alertmanager's version 4 around alerts made by `alert`."""
    firing = any(alert["status"] == "firing" for alert in alerts)
    return {
        "version": "4",
        "groupKey": '{}:{alertname="Test"}',
        "truncatedAlerts": 0,
        "status": "firing" if firing else "resolved",
        "receiver": "upheld",
        "groupLabels": {"alertname": "Test"},
        "commonLabels": {"alertname": "Test"},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example",
        "alerts": alerts,
    }


def alert(
    fingerprint: str, *, status: str = "firing", starts_at: str, ends_at: str = "", **labels: str
) -> dict[str, Any]:
    """One member of a post; times as RFC 3339."""
    return {
        "status": status,
        "labels": {"alertname": "Test", **labels},
        "annotations": {"summary": f"test {fingerprint}"},
        "startsAt": starts_at,
        "endsAt": ends_at or "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example/graph",
        "fingerprint": fingerprint,
    }


class Sender:
    """Sends `make(0)`, `make(1)`, … at `rate` a second over some connections; what is not answered 202 is sent again.

    A post refused with 4xx is not repeated and is in `refused` with its status: a test expects that to stay empty.
    """

    def __init__(
        self, port: int, path: str, make: Callable[[int], Mapping[str, Any]], *, token: str, rate: int, threads: int = 8
    ) -> None:
        self._port = port
        self._path = path
        self._make = make
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        self._pause = threads / rate
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._taken: list[Taken] = []
        self._refused: list[tuple[int, int]] = []
        self._threads = [
            threading.Thread(target=self._run, args=(first, threads), daemon=True) for first in range(threads)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    def stop(self) -> None:
        """No further post begins; waits for those under way, without sending them again."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    @property
    def taken(self) -> list[Taken]:
        """A copy of all that were answered 202 so far."""
        with self._lock:
            return list(self._taken)

    @property
    def refused(self) -> list[tuple[int, int]]:
        """Number and status of every post answered 4xx."""
        with self._lock:
            return list(self._refused)

    def _run(self, first: int, step: int) -> None:
        number, due = first, time.monotonic() + first * self._pause / step
        while not self._stopped.wait(max(0.0, due - time.monotonic())):
            self._deliver(number)
            number, due = number + step, due + self._pause
            # After a time without an answer the rate goes on from now: the backlog is not poured out at once.
            due = max(due, time.monotonic() - self._pause)

    def _deliver(self, number: int) -> None:
        body = json.dumps(self._make(number)).encode()
        tries = 0
        while tries == 0 or not self._stopped.wait(AGAIN):
            tries += 1
            status = self._post(body)
            if status == 202:
                with self._lock:
                    self._taken.append(Taken(number=number, at=round(time.time() * 1000), tries=tries))
                return
            if status is not None and 400 <= status < 500:
                with self._lock:
                    self._refused.append((number, status))
                return

    def _post(self, body: bytes) -> int | None:
        """None when there was no answer."""
        connection = http.client.HTTPConnection(HOST, self._port, timeout=5)
        try:
            connection.request("POST", self._path, body, self._headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
