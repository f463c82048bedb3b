"""What kind `mysql` says of a real MariaDB, of a server that logs in as MySQL 8 does, and of some that cheat."""

import asyncio
import hashlib
import socket
import ssl
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from probe.kinds.mysql import KIND
from probe.mysql.login import NATIVE, proof
from probe.result import Outcome, Reason
from tests.probe.listener import HOST, asked, authority, listening, serving
from tests.servers.mariadb import PASSWORD, USER, MariaDb
from tests.servers.program import scratch


def login(**options: Any) -> dict[str, Any]:
    return {"username": USER, "password": PASSWORD, **options}


ASKED: list[tuple[dict[str, Any], Reason | None]] = [
    ({}, None),
    (login(), None),
    (login(database="mysql", query="SELECT count(*) FROM user", at_least=1), None),
    (login(password="wrong"), Reason.LOGIN_REFUSED),
    (login(password=None), Reason.LOGIN_REFUSED),
    (login(database="no_such"), Reason.STATUS),
    (login(query="SELECT 'a', 2 UNION SELECT 'b', 3", expect="a"), None),
    (login(query="SELECT NULL", expect="x"), Reason.BODY),
    (login(query="SELECT 1 WHERE false", expect="1"), Reason.BODY),
    (login(query="SELECT 1 INTO @x"), None),
    (login(query="SELECT 1; SELECT 2"), Reason.STATUS),
    (login(query="WITH a AS (SELECT 1) DELETE FROM mysql.user"), Reason.STATUS),
    (login(query="SELECT repeat('x', 100000)"), Reason.TOO_LARGE),
]


RUNNING = "SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'SELECT sleep(20)'"


@pytest.mark.server
async def test_a_query_is_asked_its_value_judged_and_tls_verified() -> None:
    """One test, because the server is dear."""
    with scratch("mariadb") as folder, MariaDb(folder) as server:
        for options, reason in ASKED:
            answer = await asked(KIND, f"mysql://{HOST}:{server.port}", **options)
            assert answer.reason is reason, (options, answer)
            assert PASSWORD not in str(answer)
        good = await asked(KIND, f"{HOST}:{server.port}", tls={"ca_file": str(server.authority)}, **login())
        bad = await asked(KIND, f"{HOST}:{server.port}", tls={}, **login())
        late = await asked(KIND, f"{HOST}:{server.port}", timeout=200, **login(query="SELECT sleep(20)"))
        for _ in range(100):
            count = (
                "SELECT count(*) FROM information_schema.processlist WHERE user = 'upheld' AND info LIKE '%sleep(20)'"
            )
            left = await asked(KIND, f"{HOST}:{server.port}", **login(query=count, expect=0))
            if left.outcome is Outcome.UP:
                break
            await asyncio.sleep(0.02)
    assert (good.outcome, good.facts["value"], "not_after" in good.facts) == (Outcome.UP, "1", True)
    assert set(good.phases) == {"resolve", "connect", "tls", "processing"}
    assert (bad.outcome, bad.reason) == (Outcome.DOWN, Reason.CERTIFICATE_INVALID)
    assert (late.outcome, late.reason) == (Outcome.DOWN, Reason.TIMEOUT)
    assert left.outcome is Outcome.UP, "the statement still runs"


SALT = bytes(range(1, 21))
OK = b"\0\0\0\2\0\0\0"


def packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


def greeting(way: str = "caching_sha2_password", able: int = 0x880A00) -> bytes:
    low, high = (able & 0xFFFF).to_bytes(2, "little"), (able >> 16).to_bytes(2, "little")
    head = b"\x0a8.4.0\0" + bytes(4) + SALT[:8] + b"\0" + low + b"\xff\x02\0" + high + b"\x15" + bytes(10)
    return packet(0, head + SALT[8:] + b"\0" + way.encode() + b"\0")


@pytest.mark.parametrize(
    "password, encrypted, remembered, reason",
    [
        (PASSWORD, False, True, None),
        (PASSWORD, True, False, None),
        (PASSWORD, False, False, Reason.NOT_PERMITTED),
        ("wrong", True, False, Reason.LOGIN_REFUSED),
    ],
)
async def test_a_server_that_remembers_the_password_is_not_told_it(
    tmp_path: Path, password: str, encrypted: bool, remembered: bool, reason: Reason | None
) -> None:
    own, file = authority(tmp_path)
    context = serving(own.issue_cert(HOST))
    options = login(password=password, expect=42) | ({"tls": {"ca_file": file}} if encrypted else {})
    with socket.create_server((HOST, 0)) as listener:
        serving_once = asyncio.to_thread(mysql8, listener, context if encrypted else None, remembered)
        server = asyncio.create_task(serving_once)
        answer = await asked(KIND, f"{HOST}:{listener.getsockname()[1]}", **options)
        await server
    assert answer.reason is reason, answer


def mysql8(listener: socket.socket, context: ssl.SSLContext | None, remembered: bool) -> None:
    """One login by `caching_sha2_password`, and what a query of one row is answered."""
    with suppress(ConnectionError), ExitStack() as open_ones:
        clear = open_ones.enter_context(listener.accept()[0])
        clear.sendall(greeting())
        line = clear
        if context is not None:
            assert len(heard(clear)[1]) == 32
            line = open_ones.enter_context(context.wrap_socket(clear, server_side=True))
        number, response = heard(line)
        once = hashlib.sha256(PASSWORD.encode()).digest()
        salted = hashlib.sha256(hashlib.sha256(once).digest() + SALT).digest()
        if remembered and bytes(a ^ b for a, b in zip(once, salted, strict=True)) in response:
            line.sendall(packet(number + 1, b"\x01\x03") + packet(number + 2, OK))
        else:
            line.sendall(packet(number + 1, b"\x01\x04"))
            number, told = heard(line)
            good = told == PASSWORD.encode() + b"\0"
            line.sendall(packet(number + 1, OK if good else b"\xff\x15\x04#28000no"))
        for _ in range(2):
            heard(line)
            line.sendall(packet(1, OK))
        heard(line)
        rows = [b"\x01", b"\x03def", b"\xfe\0\0\0\0", b"\x0242", b"\xfe\0\0\0\0"]
        line.sendall(b"".join(packet(place, row) for place, row in enumerate(rows, start=1)))


def heard(line: socket.socket) -> tuple[int, bytes]:
    """Number and payload. Raises ConnectionError at the end."""
    head = line.recv(4, socket.MSG_WAITALL) if not isinstance(line, ssl.SSLSocket) else line.recv(4)
    if len(head) < 4:
        raise ConnectionError
    return head[3], line.recv(int.from_bytes(head[:3], "little"))


@pytest.mark.parametrize(
    "said, options, reason",
    [
        (packet(0, b"\xff\x10\x04Too many connections"), {}, Reason.NOT_SERVING),
        (packet(0, b"\xff\x6a\x04Host 'x' is not allowed"), {}, Reason.LOGIN_REFUSED),
        (greeting(able=0x880000), {"tls": {}}, Reason.NOT_ENCRYPTED),
        (greeting() + packet(2, b"\xfeclient_ed25519\0" + SALT), login(), Reason.INTERNAL_ERROR),
        (greeting() + packet(2, b"\xfemysql_clear_password\0"), login(), Reason.NOT_PERMITTED),
        (greeting() + packet(2, b"\xfb/etc/passwd"), login(), Reason.PROTOCOL_ERROR),
        (packet(0, b"\x0a8.4.0\0"), {}, Reason.PROTOCOL_ERROR),
        (packet(0, b"\x09"), {}, Reason.PROTOCOL_ERROR),
        (packet(0, b""), {}, Reason.PROTOCOL_ERROR),
        (b"\xff\xff\xff\0", {}, Reason.TOO_LARGE),
    ],
)
async def test_what_other_servers_say(said: bytes, options: dict[str, Any], reason: Reason | None) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        await reader.read()

    async with listening(serve) as port:
        answer = await asked(KIND, f"{HOST}:{port}", **options)
    assert answer.reason is reason, answer


async def test_a_server_that_asks_for_a_file_of_ours_gets_none() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting() + packet(2, OK))
        for answer in (OK, OK, b"\xfb/etc/passwd"):
            await reader.read(4000)
            await asyncio.sleep(0.01)
            writer.write(packet(1, answer))
        await writer.drain()
        await reader.read()

    async with listening(serve) as port:
        answer = await asked(KIND, f"{HOST}:{port}", **login())
    assert (answer.reason, answer.detail) == (Reason.PROTOCOL_ERROR, "the server asks for a file of ours")


def test_nothing_proves_an_empty_password() -> None:
    assert proof(NATIVE, "", SALT, encrypted=False) == b""
