"""Where kind http goes and how it is let in: spellings of a target, TLS on both sides, and places nobody is at."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from probe.kinds.http import KIND
from probe.result import Outcome, Reason
from tests.probe.kinds.web import page, pages
from tests.probe.listener import HOST, asked, authority, free_port, listening, serving

PHASES = {"resolve", "connect", "tls", "processing", "transfer"}


@pytest.mark.parametrize(
    "path, line",
    [
        ("", "GET / HTTP/1.1"),
        ("?a=1", "GET /?a=1 HTTP/1.1"),
        ("/a?b=%252F&c=%20+d", "GET /a?b=%252F&c=%20+d HTTP/1.1"),
        ("/ä/%E4?q=ü", "GET /%C3%A4/%E4?q=%C3%BC HTTP/1.1"),
        ("/a#part", "GET /a HTTP/1.1"),
    ],
)
async def test_an_address_arrives_as_it_was_meant(path: str, line: str) -> None:
    heard: list[str] = []
    async with listening(pages({line.split(" ")[1]: page()}, heard)) as port:
        answer = await asked(KIND, f"HTTP://LOCALHOST:{port}{path}", family="4")
    assert answer.outcome is Outcome.UP
    assert heard[0].startswith(f"{line}\r\nHost: localhost:{port}\r\n")


async def test_a_place_where_nobody_is_says_nothing_of_encryption() -> None:
    answer = await asked(KIND, f"http://{HOST}:{free_port()}/", expect={"encrypted": True})
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, Reason.CONNECTION_REFUSED)
    assert set(answer.phases) == PHASES


@pytest.mark.parametrize("family, reason", [("6", Reason.BAD_TARGET), ("4", Reason.CONNECTION_REFUSED)])
async def test_a_literal_address_has_one_family(family: str, reason: Reason) -> None:
    answer = await asked(KIND, f"http://{HOST}:{free_port()}/", family=family)
    assert answer.outcome is not Outcome.UP and answer.reason is reason


async def test_from_plain_to_encrypted_the_last_answer_counts_and_phases_add_up(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    async with listening(pages({"/": page()}), serving(own.issue_cert(HOST))) as secure:
        onward = page(301, headers=[f"Location: https://{HOST}:{secure}/"])
        async with listening(pages({"/": onward})) as port:
            tls = {"ca_file": file, "min_version": "1.2"}
            there = await asked(KIND, f"http://{HOST}:{port}/", tls=tls, expect={"encrypted": True})
            back = await asked(KIND, f"https://{HOST}:{secure}/", tls=tls, expect={"encrypted": False})
    assert (there.outcome, there.facts["redirects"], there.facts["tls"]) == (Outcome.UP, 1, True)
    assert there.phases["tls"] > 0 and sum(there.phases.values()) == there.latency_us
    assert (back.outcome, back.reason) == (Outcome.DOWN, Reason.PROTOCOL_ERROR)


@pytest.mark.parametrize(
    "tls",
    [{"min_version": "1.2"}, {"max_version": "1.2"}, {"verify": False}],
)
async def test_versions_have_bounds(tls: dict[str, Any], tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    context = serving(own.issue_cert(HOST))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with listening(pages({"/": page()}), context) as port:
        answer = await asked(KIND, f"https://{HOST}:{port}/", tls={"ca_file": file, **tls})
        newer = await asked(KIND, f"https://{HOST}:{port}/", tls={"ca_file": file, "min_version": "1.3"})
    assert (answer.outcome, answer.facts["tls_version"]) == (Outcome.UP, "TLSv1.2")
    # Whether its alert still reaches us is the server's affair.
    assert newer.reason in (Reason.TLS_FAILURE, Reason.CONNECTION_RESET)


async def test_our_own_certificate_lets_us_in(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    ours = str(tmp_path / "ours.pem")
    own.issue_cert("upheld.example").private_key_and_cert_chain_pem.write_to_path(ours)
    context = serving(own.issue_cert(HOST))
    context.verify_mode = ssl.CERT_REQUIRED
    own.configure_trust(context)
    async with listening(pages({"/": page()}), context) as port:
        known = await asked(KIND, f"https://{HOST}:{port}/", tls={"ca_file": file, "cert_file": ours})
        unknown = await asked(KIND, f"https://{HOST}:{port}/", tls={"ca_file": file})
    assert known.outcome is Outcome.UP
    assert unknown.outcome is Outcome.DOWN
    assert unknown.reason in (Reason.TLS_FAILURE, Reason.CONNECTION_RESET)
