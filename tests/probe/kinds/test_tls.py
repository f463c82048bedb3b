"""What the tls kind says of real handshakes: with nginx, and with listeners whose certificates are wrong."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from config.instant import DAY, instant_of
from probe.kinds.tls import KIND, Options
from probe.result import Answer, Outcome, Reason
from tests.probe.listener import HOST, asked, authority, free_port, listening, serving
from tests.servers.nginx import Nginx

ENDS = datetime(2040, 1, 1, tzinfo=UTC)
NOW = instant_of(ENDS) - 100 * DAY


async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def shown(own: trustme.CA, file: str, leaf: trustme.LeafCert, **options: Any) -> Answer:
    """The answer about a server with that certificate, its authority being trusted."""
    async with listening(keep, serving(leaf)) as port:
        return await asked(KIND, f"{HOST}:{port}", tls={"ca_file": file}, **options)


@pytest.mark.server
async def test_nginx_shows_chain_dates_protocol_and_cipher(folder: Path) -> None:
    with Nginx(folder, tls=True) as server:
        target, tls = f"tls://{HOST}:{server.tls_ports[0]}", {"ca_file": str(server.authority)}
        answer = await asked(KIND, target, tls=tls)
        refused = await asked(KIND, target, tls={**tls, "min_version": "1.3"})
    assert answer.outcome is Outcome.UP, answer.detail
    facts = answer.facts
    assert (facts["tls_version"], facts["verified"], facts["names"]) == ("TLSv1.2", True, f"localhost, {HOST}")
    assert str(facts["cipher"]).startswith("ECDHE-")
    assert facts["chain.0.not_after"] == facts["not_after"]
    assert {"chain.0.subject", "chain.0.issuer", "chain.0.sha256", "expires_at", "expires_in_days"} <= set(facts)
    assert (refused.outcome, refused.reason) == (Outcome.DOWN, Reason.TLS_FAILURE)


async def test_a_coming_end_is_a_warning_and_no_outage(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    leaf = own.issue_cert(HOST, not_after=ENDS)
    far = await shown(own, file, leaf, now=NOW)
    near = await shown(own, file, leaf, now=NOW, warn_before="100d")
    assert (far.outcome, near.outcome) == (Outcome.UP, Outcome.UP)
    assert (far.facts["expires_in_days"], far.facts.get("warning")) == (100, None)
    assert (near.facts["expires_at"], near.facts["warning"]) == (instant_of(ENDS), "certificate_expiring")


async def test_an_authority_in_between_that_ends_first_is_what_ends(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    leaf = own.create_child_ca().issue_cert(HOST, not_after=datetime(3500, 1, 1, tzinfo=UTC))
    answer = await shown(own, file, leaf, now=NOW)
    facts = answer.facts
    assert facts["chain_length"] == 2
    assert facts["expires_at"] == facts["chain.1.not_after"] != facts["chain.0.not_after"]


EXPIRED = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "name, ends, trusted, reason",
    [
        ("other.example.com", ENDS, True, Reason.CERTIFICATE_INVALID),
        (HOST, EXPIRED, True, Reason.CERTIFICATE_EXPIRED),
        (HOST, ENDS, False, Reason.CERTIFICATE_INVALID),
    ],
)
async def test_facts_are_told_of_what_is_not_trusted(
    tmp_path: Path, name: str, ends: datetime, trusted: bool, reason: Reason
) -> None:
    own, file = authority(tmp_path)
    signer = own if trusted else trustme.CA()
    answer = await shown(own, file, signer.issue_cert(name, not_after=ends), now=NOW)
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, reason)
    assert (answer.facts["verified"], answer.facts["names"]) == (False, name)
    assert answer.facts["not_after"] == answer.facts["expires_at"] == instant_of(ends)
    assert set(answer.phases) == {"resolve", "connect", "tls", "processing"}


async def test_dates_count_even_where_nothing_is_verified(tmp_path: Path) -> None:
    other = trustme.CA()
    async with listening(keep, serving(other.issue_cert("x.example.com", not_after=EXPIRED))) as port:
        answer = await asked(KIND, f"{HOST}:{port}", tls={"verify": False}, now=NOW)
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, Reason.CERTIFICATE_EXPIRED)
    assert answer.facts["warning"] == "certificate_expiring"


async def test_refused_silent_garbage_and_wrong_targets() -> None:
    async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    refused = await asked(KIND, f"{HOST}:{free_port()}")
    async with listening(keep) as silent, listening(garbage) as wrong:
        late = await asked(KIND, f"{HOST}:{silent}", timeout=200)
        broken = await asked(KIND, f"{HOST}:{wrong}")
    assert [one.outcome for one in (refused, late, broken)] == [Outcome.DOWN] * 3
    assert (refused.reason, late.reason, broken.reason) == (
        Reason.CONNECTION_REFUSED,
        Reason.TIMEOUT,
        Reason.TLS_FAILURE,
    )
    assert KIND.fault("https://shop.example.com/", Options()) is not None
    assert KIND.fault("shop.example.com", Options()) is None


async def test_who_stays_silent_the_second_time_is_told_without_facts_and_in_time(tmp_path: Path) -> None:
    context, seen = serving(trustme.CA().issue_cert(HOST)), list[int]()

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(1)
        if len(seen) == 1:
            await writer.start_tls(context)
        await reader.read()

    async with listening(once) as port:
        answer = await asked(KIND, f"{HOST}:{port}", timeout=1_500, now=NOW)
    assert (answer.reason, dict(answer.facts), len(seen)) == (Reason.CERTIFICATE_INVALID, {"address": HOST}, 2)
