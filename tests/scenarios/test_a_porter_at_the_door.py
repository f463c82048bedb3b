"""Posts are answered by a process of its own. Senders do not notice: not when it is there, and not when it is gone."""

import gzip
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.scenarios import town
from tests.servers.process import Serve, Upheld
from tests.servers.program import HOST, PATIENCE, until
from tests.servers.sender import alert, alert_post

pytestmark = pytest.mark.server
TOKEN = {"Authorization": f"Bearer {town.TOKEN}", "Content-Type": "application/json"}
LIMIT = 1 << 20


def configuration(**more: Any) -> dict[str, Any]:
    return {"sources": town.alertmanager(), "components": {"shop": {"name": "Shop"}}, **more}


def body(key: str, **more: str) -> bytes:
    one = alert(key, starts_at="2026-11-22T10:00:00Z", component="shop")
    return json.dumps({**alert_post([one]), **more}).encode()


@pytest.fixture
def upheld(serve: Serve) -> Upheld:
    return serve(configuration())


def whole(body: bytes) -> bytes:
    """A post as it goes over the line."""
    return start() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body


def start() -> bytes:
    head = ("POST /hooks/am HTTP/1.1", "Host: x", *(f"{name}: {value}" for name, value in TOKEN.items()))
    return "\r\n".join([*head, ""]).encode()


def porter_of(upheld: Upheld) -> psutil.Process:
    (found,) = psutil.Process(upheld.pid).children()
    return found


def metric(upheld: Upheld, name: str) -> float | None:
    lines = (line.rpartition(" ") for line in upheld.get("/metrics").text.splitlines())
    return next((float(value) for said, _, value in lines if said == name), None)


def accepted(upheld: Upheld, key: str) -> bool:
    return upheld.post("/hooks/am", body(key), token=town.TOKEN).status == 202


def asked(connection: HTTPConnection, method: str, path: str, sent: bytes | None = None) -> tuple[int, str]:
    connection.request(method, path, sent, TOKEN)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_what_he_takes_is_counted_and_decided(upheld: Upheld) -> None:
    assert accepted(upheld, "one")
    assert upheld.post("/hooks/am", body("two"), token="wrong").status == 401
    assert upheld.post("/hooks/am", b"{", token=town.TOKEN).status == 400

    until(lambda: len(upheld.incidents()) == 1, "an incident is open")
    assert metric(upheld, "upheld_porter_up") == 1
    received = 'upheld_alert_webhooks_received_total{source="am"}'
    until(lambda: metric(upheld, received) == 1, "it is counted")
    assert metric(upheld, 'upheld_alert_webhooks_rejected_total{reason="unauthorized",source="am"}') == 1
    assert metric(upheld, 'upheld_alert_webhooks_rejected_total{reason="unreadable",source="am"}') == 1
    assert upheld.command("inbox", "list", "--refused").out.count("not JSON") == 1
    assert '"level": "error"' not in upheld.output


def test_a_proxy_asks_for_pages_and_posts_on_one_connection(upheld: Upheld) -> None:
    connection = HTTPConnection(HOST, upheld.port, timeout=PATIENCE)
    posted = [asked(connection, "POST", "/hooks/am", body(str(number)))[0] for number in range(3)]
    asking = connection.sock

    assert asked(connection, "GET", "/-/healthy") == (200, "upheld is healthy\n")
    assert asked(connection, "POST", "/hooks/am", body("four"))[0] == 202
    assert asked(connection, "GET", "/hooks/am")[0] == 405
    assert posted == [202, 202, 202]
    assert connection.sock is asking  # it was never closed
    connection.close()


@pytest.mark.parametrize("cut", [1, 3, 12, 40, -100, -1])
def test_a_slow_line_brings_a_post_in_pieces(upheld: Upheld, cut: int) -> None:
    sent = whole(body("piece"))
    with socket.create_connection((HOST, upheld.port), timeout=PATIENCE) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.sendall(sent[:cut])
        upheld.get("/-/healthy")  # by then the first piece is there
        line.sendall(sent[cut:])
        assert line.recv(100).startswith(b"HTTP/1.1 202")


def chunked(sent: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(sent), sent)


def packed(sent: bytes) -> bytes:
    small = gzip.compress(sent)
    return f"Content-Length: {len(small)}\r\n\r\n".encode() + small


OTHERWISE: dict[str, Callable[[bytes], bytes]] = {
    "in chunks": lambda sent: b"Transfer-Encoding: chunked\r\n\r\n" + chunked(sent),
    "packed": lambda sent: b"Content-Encoding: gzip\r\n" + packed(sent),
    "asks first": lambda sent: f"Expect: 100-continue\r\nContent-Length: {len(sent)}\r\n\r\n".encode() + sent,
}


@pytest.mark.parametrize("way", list(OTHERWISE))
@pytest.mark.parametrize("first", [True, False])
def test_a_post_that_comes_otherwise_is_answered_by_the_house(upheld: Upheld, way: str, first: bool) -> None:
    with socket.create_connection((HOST, upheld.port), timeout=PATIENCE) as line:
        if not first:
            line.sendall(whole(body("one")))
            assert line.recv(4096).startswith(b"HTTP/1.1 202")
        for number in range(2):  # and once more on the same connection
            line.sendall(start() + OTHERWISE[way](body(f"other{number}")))
            said = b""
            while b"accepted" not in said:
                said += line.recv(4096)
            assert b"HTTP/1.1 202" in said
            assert said.startswith(b"HTTP/1.1 100") == (way == "asks first")


@pytest.mark.parametrize("second", [b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n", whole(body("second"))])
@pytest.mark.parametrize("cut", [20, None])
def test_of_two_requests_at_once_the_second_is_never_taken_for_another(
    upheld: Upheld, second: bytes, cut: int | None
) -> None:
    """Nobody does that; who did would learn that the first alone was heard."""
    with socket.create_connection((HOST, upheld.port), timeout=PATIENCE) as line:
        line.sendall(whole(body("first")) + second[:cut])
        said = line.recv(4096)
        with suppress(OSError):  # it is closed by then
            line.sendall(b"" if cut is None else second[cut:])
            while piece := line.recv(4096):
                said += piece
    assert said.startswith(b"HTTP/1.1 202") and b"Connection: close" in said
    assert said.count(b"HTTP/1.") == 1


def test_a_post_as_large_as_may_be_and_one_that_is_larger(upheld: Upheld) -> None:
    sent = body("large")
    padded = sent + b" " * (LIMIT - len(sent))

    assert upheld.post("/hooks/am", padded, token=town.TOKEN).status == 202
    assert upheld.post("/hooks/am", padded + b" ", token=town.TOKEN).status == 413


@pytest.mark.parametrize("path", ["/hooks/", "/hooks//am", "/hooks/%7Bam%7D", "/hooks/../-/reload"])
def test_what_is_no_source_is_refused_for_good(upheld: Upheld, path: str) -> None:
    assert upheld.post(path, body("one"), token=town.TOKEN).status == 404


def test_a_sender_that_hangs_up_in_the_middle_is_no_mistake_of_ours(upheld: Upheld) -> None:
    with socket.create_connection((HOST, upheld.port), timeout=PATIENCE) as line:
        line.sendall(whole(body("half"))[:-5])

    refused = 'upheld_alert_webhooks_rejected_total{reason="broken_body",source="am"}'
    until(lambda: metric(upheld, refused) == 1, "it is counted", timeout=20)
    assert '"level": "error"' not in upheld.output


def test_a_source_that_is_added_or_taken_away_while_he_stands_there(upheld: Upheld) -> None:
    upheld.configure(configuration(sources={**town.alertmanager(), "second": town.alertmanager()["am"]}))
    assert upheld.post("/-/reload").status == 200
    assert upheld.post("/hooks/second", body("one"), token=town.TOKEN).status == 202

    upheld.configure(configuration(sources={"second": town.alertmanager()["am"]}))
    assert upheld.post("/-/reload").status == 200
    assert upheld.post("/hooks/am", body("two"), token=town.TOKEN).status == 404


def test_when_he_is_gone_the_house_answers(upheld: Upheld) -> None:
    connection = HTTPConnection(HOST, upheld.port, timeout=PATIENCE)
    assert asked(connection, "POST", "/hooks/am", body("one"))[0] == 202

    porter_of(upheld).kill()

    until(lambda: metric(upheld, "upheld_porter_up") == 0, "he is known to be gone")
    with pytest.raises(OSError):  # who was with him comes again
        asked(connection, "POST", "/hooks/am", body("two"))
    assert accepted(upheld, "two")
    assert "the porter is gone" in upheld.output
    assert [upheld.post("/-/reload").status for _ in range(3)] == [200] * 3  # he is told, and told again
    assert upheld.term() == 0


def test_who_waits_for_one_that_has_stopped_comes_again_and_is_heard(upheld: Upheld) -> None:
    stopped = porter_of(upheld)
    stopped.suspend()
    connection = HTTPConnection(HOST, upheld.port, timeout=PATIENCE)

    try:
        heard = asked(connection, "POST", "/hooks/am", body("one"))[0] == 202
    except OSError:  # he had it, and was ended
        heard = accepted(upheld, "one")

    assert heard
    until(lambda: not psutil.pid_exists(stopped.pid), "he is ended")
    until(lambda: len(upheld.incidents()) == 1, "an incident is open")


def test_he_leaves_with_the_house(upheld: Upheld) -> None:
    porter = porter_of(upheld)
    os.kill(upheld.pid, signal.SIGKILL)

    until(lambda: not porter.is_running() or porter.status() == psutil.STATUS_ZOMBIE, "he is gone")


def test_the_terminal_stops_both_and_the_house_in_order(upheld: Upheld) -> None:
    assert accepted(upheld, "one")
    porter = porter_of(upheld)
    porter.send_signal(signal.SIGINT)
    porter.send_signal(signal.SIGTERM)
    assert accepted(upheld, "two")

    assert upheld.term() == 0
    assert not porter.is_running()


def test_one_who_was_started_by_somebody_who_waits_for_no_child_stops_in_order(tmp_path: Path) -> None:
    """That is inherited; the system then forgets how the porter ended."""
    upheld = Upheld(tmp_path, configuration())
    ignoring = (
        "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    )
    upheld.argv[:0] = [sys.executable, "-c", ignoring]
    with upheld:
        assert accepted(upheld, "one")
        assert upheld.term() == 0


def test_where_nobody_may_post_there_is_none(serve: Serve) -> None:
    upheld = serve({"components": {"shop": {"name": "Shop"}}})

    assert psutil.Process(upheld.pid).children() == []
    assert upheld.post("/hooks/am", b"{}", token=town.TOKEN).status == 404
