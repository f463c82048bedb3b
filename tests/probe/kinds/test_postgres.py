"""What kind `postgres` says of a real PostgreSQL with every login it has, and of servers that cheat."""

import asyncio
import os
import pwd
from collections.abc import Iterator
from typing import Any

import pytest
import trustme
from pydantic import ValidationError

from probe.kinds.postgres import KIND
from probe.net.course import Unanswered
from probe.postgres.scram import Scram
from probe.result import Outcome, Reason
from tests.probe.listener import HOST, asked, listening
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.server
PASSWORD = "für-Tests"
LOGINS = {"by_scram": "scram-sha-256", "by_md5": "md5", "by_text": "password", "by_trust": "trust"}


@pytest.fixture(scope="module")
def server(postgres_server: Postgres) -> Iterator[Postgres]:
    """The session's server, for a while with users of its own and with TLS."""
    own, data = trustme.CA(), postgres_server.data
    own.cert_pem.write_to_path(str(data.parent / "authority.pem"))
    own.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(data / "server.pem"))
    (data / "server.pem").chmod(0o600)
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(data / "server.pem", owner.pw_uid, owner.pw_gid)
    rules = (data / "pg_hba.conf").read_text()
    lines = [f"host all {user} {HOST}/32 {way}" for user, way in LOGINS.items()]
    (data / "pg_hba.conf").write_text("\n".join([*lines, f"host all upheld_none {HOST}/32 reject", rules]))
    for user in LOGINS:
        kept = "md5" if user == "by_md5" else "scram-sha-256"
        postgres_server.sql(f"SET password_encryption = '{kept}'; CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}'")
    files = [f"ALTER SYSTEM SET ssl_{name}_file = 'server.pem'" for name in ("cert", "key")]
    for statement in (*files, "ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()"):
        postgres_server.sql(statement)
    yield postgres_server
    (data / "pg_hba.conf").write_text(rules)
    for statement in ("ALTER SYSTEM RESET ssl", "SELECT pg_reload_conf()", f"DROP ROLE {', '.join(LOGINS)}"):
        postgres_server.sql(statement)


def trusting(server: Postgres) -> dict[str, Any]:
    return {"ca_file": str(server.data.parent / "authority.pem")}


def login(user: str = "by_scram", **options: Any) -> dict[str, Any]:
    return {"username": user, "password": PASSWORD, "database": "postgres", **options}


@pytest.mark.parametrize(
    "options, reason",
    [
        ({}, None),
        (login(), None),
        (login("by_md5"), None),
        (login("by_trust"), None),
        (login("by_text"), Reason.NOT_PERMITTED),
        (login(password="wrong"), Reason.LOGIN_REFUSED),
        (login("by_md5", password="wrong"), Reason.LOGIN_REFUSED),
        (login(password=None), Reason.LOGIN_REFUSED),
        (login(database="no_such"), Reason.STATUS),
        (login(query="SELECT 'a', 2 FROM generate_series(1, 100000)", expect="a"), None),
        (login(query="SELECT count(*) FROM pg_class", at_most=3), Reason.OUT_OF_RANGE),
        (login(query="SELECT NULL", expect="x"), Reason.BODY),
        (login(query="SELECT 1 WHERE false", expect="1"), Reason.BODY),
        (login(query="SELECT 1 WHERE false"), None),
        (login(query="SELECT 1; SELECT 2"), Reason.STATUS),
        (login(query="WITH a AS (DELETE FROM pg_class RETURNING 1) SELECT 1"), Reason.STATUS),
        (login(query="SHOW server_version", contains="."), None),
        (login(query="SELECT repeat('x', 100000)"), Reason.TOO_LARGE),
    ],
)
async def test_a_query_is_asked_and_its_value_judged(
    server: Postgres, options: dict[str, Any], reason: Reason | None
) -> None:
    answer = await asked(KIND, f"postgresql://{HOST}:{server.port}", **options)
    assert answer.reason is reason, answer
    assert (answer.outcome is Outcome.INVALID) == (reason is Reason.NOT_PERMITTED)
    assert PASSWORD not in str(answer)


async def test_tls_is_verified_and_then_a_password_may_be_said(server: Postgres) -> None:
    target = f"{HOST}:{server.port}"
    good = await asked(KIND, target, tls=trusting(server), **login("by_text", expect=1))
    bad = await asked(KIND, target, tls={}, **login())
    assert (good.outcome, good.facts["value"], "not_after" in good.facts) == (Outcome.UP, "1", True)
    assert set(good.phases) == {"resolve", "connect", "tls", "processing"}
    assert (bad.outcome, bad.reason) == (Outcome.DOWN, Reason.CERTIFICATE_INVALID)


async def test_the_server_gives_up_what_takes_too_long(server: Postgres) -> None:
    answer = await asked(KIND, f"{HOST}:{server.port}", timeout=300, **login(query="SELECT pg_sleep(20)"))
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, Reason.TIMEOUT)
    for _ in range(100):
        if server.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'by_scram'") == "0\n":
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the statement still runs")


def _error(code: str) -> bytes:
    body = b"SFATAL\0C" + code.encode() + b"\0Mno\0\0"
    return b"E" + (len(body) + 4).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    "said, options, reason",
    [
        (_error("57P03"), {}, Reason.NOT_SERVING),
        (_error("53300"), {}, Reason.NOT_SERVING),
        (_error("28000"), {}, None),
        (_error("28000"), login(), Reason.LOGIN_REFUSED),
        (b"N", {"tls": {}}, Reason.NOT_ENCRYPTED),
        (b"SR\0\0\0\x08\0\0\0\0", {"tls": {}}, Reason.TLS_FAILURE),
        (b"R\0\0\0\x08\0\0\0\x07", login(), Reason.INTERNAL_ERROR),
        (b"N\0\0\0\x04" * 2000, {}, Reason.TOO_LARGE),
        (b"R\0\0\0\x04", login(), Reason.PROTOCOL_ERROR),
        (b"R\0\0\0\0", login(), Reason.PROTOCOL_ERROR),
    ],
)
async def test_what_other_servers_say(said: bytes, options: dict[str, Any], reason: Reason | None) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(said)
        await writer.drain()
        await reader.read()

    async with listening(serve) as port:
        answer = await asked(KIND, f"{HOST}:{port}", **options)
    assert answer.reason is reason, answer


def test_scram_as_the_standard_has_it() -> None:
    """The example of RFC 7677; a server that answers for a password it does not know is refused."""
    scram = Scram("pencil", name="user", nonce="rOprNGfwEbeRWgbNEkqO")
    final = scram.final(b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
    assert final.endswith(b",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    scram.confirm(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    for wrong in (b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", b"e=other-error", b""):
        with pytest.raises(Unanswered):
            scram.confirm(wrong)


@pytest.mark.parametrize("rest", ["s=AAAA,i=9", "r=x,s=AAAA,i=4096", "r=mine+,s=A,i=1", "r=mine+,s=AAAA,i=-1"])
def test_a_login_that_is_none_is_refused(rest: str) -> None:
    with pytest.raises(Unanswered) as error:
        Scram("pencil", nonce="mine").final(rest.encode())
    assert error.value.fault.outcome is Outcome.DOWN


def test_a_login_that_would_cost_too_much_is_not_for_us() -> None:
    assert Scram("pencil", nonce="mine").rounds(b"r=mine+,s=AAAA,i=4096") == 4096
    with pytest.raises(Unanswered) as error:
        Scram("pencil", nonce="mine").rounds(b"r=mine+,s=AAAA,i=900000000")
    assert error.value.fault.outcome is Outcome.INVALID


@pytest.mark.parametrize(
    "wrong",
    [
        {"query": "SELECT 1"},
        {"expect": 1},
        {"username": "a", "query": "DROP TABLE a"},
        {"username": "a\0b"},
        {"at_most": 1},
    ],
)
def test_a_query_reads_and_needs_somebody_who_asks(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KIND.options.model_validate(wrong)
