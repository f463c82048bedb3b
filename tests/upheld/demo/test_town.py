"""The demo customer's systems: really there, really gone when broken, and never left behind."""

import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.servers.program import HOST, free_port, until


class Town:
    """The process and its three ports."""

    def __init__(self) -> None:
        self.shop, self.payments, self.database = (free_port() for _ in range(3))
        ports = [str(port) for port in (self.shop, self.payments, self.database)]
        argv = [sys.executable, "-P", "-m", "upheld.demo.town", *ports]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.said() == "open"

    def said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def order(self, order: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()
        return self.said()


@pytest.fixture
def town() -> Iterator[Town]:
    running = Town()
    with running.process:
        yield running
        running.process.kill()


def page(port: int, path: str = "/") -> int | None:
    """The status; None when nobody listens."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}{path}", timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except urllib.error.URLError:
        return None


def greeting(port: int) -> bytes | None:
    try:
        with socket.create_connection((HOST, port), timeout=60) as line:
            return line.recv(100)
    except ConnectionRefusedError:
        return None


def test_each_system_breaks_for_itself_and_is_mended(town: Town) -> None:
    def seen() -> tuple[int | None, int | None, bool]:
        return page(town.shop), page(town.payments, "/health"), greeting(town.database) is not None

    assert seen() == (200, 200, True)
    assert town.order("break shop") == "ok"
    assert seen() == (None, 200, True)
    assert town.order("break payments") == "ok"
    assert seen() == (None, 503, True)
    assert town.order("break database") == "ok"
    assert seen() == (None, 503, False)
    for system in ("shop", "payments", "database"):
        assert town.order(f"mend {system}") == "ok"
        assert town.order(f"mend {system}") == "ok", "again is no fault"
    assert seen() == (200, 200, True)


def test_an_order_it_does_not_know_changes_nothing(town: Town) -> None:
    assert town.order("break everything") == "unknown order"
    assert page(town.shop) == 200


def test_it_ends_when_whoever_started_it_is_gone(town: Town) -> None:
    assert town.process.stdin is not None
    town.process.stdin.close()
    assert until(lambda: town.process.poll() is not None, "it has ended", timeout=60)
    assert town.process.returncode == 0
