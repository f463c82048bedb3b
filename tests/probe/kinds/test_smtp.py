"""What kind `smtp` says of a real mail server, and of lines that are none."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from probe.kinds.smtp import KIND, Options
from probe.result import Outcome, Reason
from tests.probe.listener import HOST, asked, listening
from tests.servers.program import scratch
from tests.servers.smtp import Smtp

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def mail() -> Iterator[Smtp]:
    with scratch("mail") as folder, Smtp(folder, tls=True) as server:
        yield server


@pytest.mark.parametrize(
    "options, reason, encrypted",
    [
        ({}, None, True),
        ({"encryption": "starttls", "name": "probe.example.com", "offers": ["size"]}, None, True),
        ({"greeting": "nobody"}, Reason.BODY, False),
        ({"offers": ["SIZE", "PIPELINES"]}, Reason.BODY, True),
        ({"tls": {"ca_file": None}}, Reason.CERTIFICATE_INVALID, None),
        ({"encryption": "none", "tls": {}}, None, False),
    ],
)
async def test_a_mail_server_is_greeted_and_encrypted(
    mail: Smtp, options: dict[str, Any], reason: Reason | None, encrypted: bool | None
) -> None:
    trusting = {"tls": {"ca_file": str(mail.authority)}, **options}
    answer = await asked(KIND, f"smtp://{HOST}:{mail.port}", **trusting)
    assert answer.reason is reason, answer.detail
    assert answer.facts.get("encrypted") == encrypted
    assert ("not_after" in answer.facts) == bool(encrypted)
    if reason is None:
        assert set(answer.phases) == {"resolve", "connect", "processing"} | ({"tls"} if encrypted else set())


async def test_a_server_that_must_encrypt_and_cannot_is_down() -> None:
    with scratch("clear") as folder, Smtp(folder) as clear:
        must = await asked(KIND, f"{HOST}:{clear.port}", encryption="starttls")
        may = await asked(KIND, f"{HOST}:{clear.port}")
    assert (must.outcome, must.reason) == (Outcome.DOWN, Reason.NOT_ENCRYPTED)
    assert (may.outcome, may.facts["encrypted"]) == (Outcome.UP, False)


@pytest.mark.parametrize(
    "said, reason",
    [
        (b"421 4.7.0 too many connections\r\n", Reason.NOT_SERVING),
        (b"554 no service\r\n", Reason.STATUS),
        (b"220-" + b"\r\n220-" * 200, Reason.TOO_LARGE),
        (b"220 hello\r\n250-me\r\n250 STARTTLS\r\n220 go\r\n250 injected\r\n", Reason.TLS_FAILURE),
        (b"* OK IMAP4 ready\r\n", Reason.PROTOCOL_ERROR),
    ],
)
async def test_what_will_not_do_is_down(said: bytes, reason: Reason) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        await reader.read(1)
        await reader.read()

    async with listening(serve) as port:
        answer = await asked(KIND, f"{HOST}:{port}")
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, reason), answer


def test_contradictions_and_breaks_are_refused() -> None:
    for wrong in ({"encryption": "none", "tls": {"verify": False}}, {"name": "a\r\nRSET"}):
        with pytest.raises(ValidationError):
            KIND.options.model_validate(wrong)
    assert Options().encryption_at(465) == "implicit"
