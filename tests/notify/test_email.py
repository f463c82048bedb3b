"""The mail channel, against real SMTP servers."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from notify.channel import Attachment, DeliveryError, Reason
from notify.channels import email
from notify.channels.email import Options, Tls, mail_of, send
from tests.notify.samples import letter, message
from tests.probe.listener import Serve, authority, listening, serving
from tests.servers.smtp import Mail, Mode, Smtp

pytestmark = pytest.mark.server


def options(server: Smtp, **more: object) -> Options:
    return Options.model_validate({"host": server.host, "port": server.port, "sender": "upheld@example.com", **more})


async def refusal(chosen: Options, address: str = "li@example.com") -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await send(chosen, letter(address=address))
    return caught.value


def attached(mail: Mail) -> list[EmailMessage]:
    return [part for part in mail.message.iter_attachments() if isinstance(part, EmailMessage)]


@asynccontextmanager
async def raw_server(answer: Serve) -> AsyncIterator[Options]:
    """A server that says exactly what a test wants."""
    async with listening(answer) as port:
        yield Options(host="127.0.0.1", port=port, sender="upheld@example.com")


@pytest.fixture
def trusted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Smtp]:
    """Offers STARTTLS with a certificate that is trusted here, and asks for a login."""
    with Smtp(folder, tls=True, login=("upheld", "s3cret")) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        yield server


async def test_a_mail_arrives_with_its_words(smtp: Smtp) -> None:
    told = message(
        subject="网上商城 无法访问", text="自 12:00 起。\n.\n完", html="<p>自 12:00 起。</p>", language="zh-CN"
    )

    receipt = await send(options(smtp), letter(message=told))

    [mail] = smtp.mails
    assert receipt.detail.startswith("250")
    assert (mail.subject, mail.recipients, mail.sender) == (
        "网上商城 无法访问",
        ("li@example.com",),
        "upheld@example.com",
    )
    assert mail.text == "自 12:00 起。\n.\n完\n"
    assert mail.html.strip() == "<p>自 12:00 起。</p>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["Content-Language"] == "zh-CN"
    assert mail.message["Date"] == "Mon, 01 Dec 2025 12:00:00 +0000"


async def test_a_copy_and_what_is_enclosed_go_with_the_mail(smtp: Smtp) -> None:
    copies = ("Wang Fang <wang@example.com>", "li@example.com", "not an address")
    files = (
        Attachment(name="HB-2026-10.pdf", content_type="application/pdf", body=b"%PDF-1.7 \x00\xff"),
        Attachment(name="海港银行.json", content_type="application/json", body=b"{}"),
    )

    await send(options(smtp), replace(letter(message=message(copies=copies)), attachments=files))

    [mail] = smtp.mails
    assert mail.recipients == ("li@example.com", "wang@example.com")
    assert mail.message["Cc"] == "Wang Fang <wang@example.com>"
    enclosed = [(one.get_filename(), one.get_content_type(), one.get_payload(decode=True)) for one in attached(mail)]
    assert enclosed == [(one.name, one.content_type, one.body) for one in files]


async def test_a_copy_that_is_refused_holds_nothing_up_and_stands_in_the_receipt() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"550 unknown\r\n" if b"wang" in line else b"250 taken\r\n")

    async with raw_server(answer) as chosen:
        receipt = await send(chosen, letter(message=message(copies=("wang@example.com",))))

    assert receipt.detail == "250 taken; no copy to wang@example.com: 550 unknown"


async def test_what_no_server_would_take_is_said_before_it_is_sent(smtp: Smtp) -> None:
    large = Attachment(name="large.pdf", content_type="application/pdf", body=b"x" * (email.ATTACHED_LIMIT + 1))
    with pytest.raises(DeliveryError, match="more than") as caught:
        await send(options(smtp), replace(letter(), attachments=(large,)))
    assert caught.value.permanent
    assert smtp.mails == []


async def test_every_attempt_has_one_message_id_and_every_message_of_an_incident_one_thread(smtp: Smtp) -> None:
    await send(options(smtp), letter(key="page", attempt=1))
    await send(options(smtp), letter(key="page", attempt=2, repeated=True))
    await send(options(smtp), letter(key="resolved"))

    first, again, resolved = (mail.message for mail in smtp.mails)
    assert first["Message-ID"] == again["Message-ID"] != resolved["Message-ID"]
    assert first["References"] == resolved["References"]
    assert first["Message-ID"].endswith("@example.com>")


async def test_starttls_is_used_when_offered_and_the_password_goes_over_it(trusted: Smtp) -> None:
    await send(options(trusted, username="upheld", password="s3cret"), letter())

    assert [mail.encrypted for mail in trusted.mails] == [True]


async def test_a_wrong_password_is_tried_again_because_only_the_operator_can_mend_it(trusted: Smtp) -> None:
    error = await refusal(options(trusted, username="upheld", password="wrong"))

    assert (error.reason, error.permanent, error.uncertain) == (Reason.LOGIN, False, False)
    assert "wrong" not in error.detail


async def test_a_certificate_nobody_vouches_for_gets_no_mail(folder: Path) -> None:
    with Smtp(folder, tls=True, login=("upheld", "s3cret")) as server:
        error = await refusal(options(server, username="upheld", password="s3cret"))

    assert (error.reason, error.permanent, error.uncertain) == (Reason.TLS, False, False)


async def test_a_password_never_goes_over_a_clear_line(smtp: Smtp) -> None:
    error = await refusal(options(smtp, username="upheld", password="s3cret"))

    assert (error.reason, error.permanent) == (Reason.CLEAR_LINE, False)
    assert smtp.mails == []


async def test_starttls_is_demanded_where_the_operator_demands_it(smtp: Smtp) -> None:
    error = await refusal(options(smtp, tls="starttls"))

    assert (error.reason, error.permanent) == (Reason.TLS, False)
    assert smtp.mails == []


def test_no_encryption_and_a_password_are_refused_when_read() -> None:
    with pytest.raises(ValidationError, match="clear line"):
        Options.model_validate({"host": "h", "sender": "a@b.example", "tls": "none", "password": "x"})


@pytest.mark.parametrize(
    ("port", "tls", "implicit"),
    [(465, "auto", True), (587, "auto", False), (465, "starttls", False), (25, "implicit", True)],
)
def test_port_465_speaks_tls_from_the_first_byte(port: int, tls: str, implicit: bool) -> None:
    chosen = Options.model_validate({"host": "h", "port": port, "sender": "a@b.example", "tls": tls})

    assert chosen.implicit is implicit


def test_a_password_is_not_shown_when_options_are_printed() -> None:
    assert "s3cret" not in repr(Options.model_validate({"host": "h", "sender": "a@b.example", "password": "s3cret"}))


async def test_greylisting_means_later_and_nothing_is_uncertain(smtp: Smtp) -> None:
    smtp.mode = Mode.LATER

    error = await refusal(options(smtp))

    assert (error.reason, error.permanent, error.uncertain) == (Reason.THROTTLED, False, False)
    assert "451 4.3.0 come back later" in error.detail


async def test_a_refusal_is_final(smtp: Smtp) -> None:
    smtp.mode = Mode.REFUSE

    error = await refusal(options(smtp))

    assert (error.reason, error.permanent, error.uncertain) == (Reason.REJECTED, True, False)


async def test_a_connection_lost_after_the_text_is_uncertain(smtp: Smtp) -> None:
    smtp.mode = Mode.DROP

    error = await refusal(options(smtp))

    assert (error.reason, error.permanent, error.uncertain) == (Reason.UNREACHABLE, False, True)
    assert len(smtp.mails) == 1


async def test_silence_after_the_text_is_uncertain_and_ends_in_time(
    smtp: Smtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email, "TIMEOUT", 300)
    smtp.mode = Mode.SILENT

    error = await refusal(options(smtp))

    assert (error.reason, error.permanent, error.uncertain) == (Reason.TIMEOUT, False, True)


async def test_nobody_listening_is_certainly_not_delivered() -> None:
    async with raw_server(_hang_up) as chosen:
        pass

    error = await refusal(chosen)

    assert (error.reason, error.permanent, error.uncertain) == (Reason.UNREACHABLE, False, False)


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    return


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _drip_a_banner_without_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for _ in range(1000):
        writer.write(b"220-welcome to a server that never ends\r\n" * 100)
        await writer.drain()
        await asyncio.sleep(0.01)


async def _send_one_line_without_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for _ in range(500):
        writer.write(b"x" * 100_000)
        await writer.drain()


async def _busy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"421 4.3.2 too busy\r\n")
    await writer.drain()


async def _closed_for_good(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"554 5.3.2 no service for you\r\n")
    await writer.drain()


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        (_hang_up, False),
        (_say_nothing, False),
        (_drip_a_banner_without_end, False),
        (_send_one_line_without_end, None),
        (_busy, False),
        (_closed_for_good, True),
    ],
)
async def test_a_server_that_misbehaves_before_the_text_leaves_no_doubt(
    answer: Serve, permanent: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email, "TIMEOUT", 300)
    async with raw_server(answer) as chosen, asyncio.timeout(60):
        error = await refusal(chosen)

    assert not error.uncertain
    assert permanent is None or error.permanent is permanent


async def test_a_server_that_answers_no_tls_farewell_keeps_no_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, file = authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", file)
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        serve = asyncio.create_task(
            asyncio.to_thread(_stay_on_the_line, listener, serving(own.issue_cert("127.0.0.1")), over)
        )
        await send(Options(host="127.0.0.1", port=port, tls=Tls.IMPLICIT, sender="upheld@example.com"), letter())
        await asyncio.sleep(0)  # what was hung up is let go in the next turn
        ours = [one for one in psutil.Process().net_connections("tcp") if one.raddr and one.raddr.port == port]
        over.set()
        await serve
    assert ours == []


def _stay_on_the_line(listener: socket.socket, secure: ssl.SSLContext, over: Event) -> None:
    line, _ = listener.accept()
    with secure.wrap_socket(line, server_side=True) as talking, talking.makefile("rwb") as talk:
        talk.write(b"220 here\r\n")
        talk.flush()
        text = False
        for heard in talk:
            if text and heard != b".\r\n":
                continue
            text = heard.startswith(b"DATA")
            talk.write(b"354 go on\r\n" if text else b"221 bye\r\n" if heard == b"QUIT\r\n" else b"250 ok\r\n")
            talk.flush()
            if heard == b"QUIT\r\n":
                break
        over.wait()


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@", "@b", "a b@c.example", "a@b.example\r\nRCPT TO:<x@y.example>", "a@b..example", "\ud800@b.c"],
)
async def test_what_is_no_address_is_refused_before_anybody_is_called(smtp: Smtp, address: str) -> None:
    error = await refusal(options(smtp), address)

    assert (error.reason, error.permanent) == (Reason.BAD_ADDRESS, True)
    assert smtp.attempts == 0


async def test_addresses_outside_ascii_are_understood(smtp: Smtp) -> None:
    await send(options(smtp), letter(address="李伟@例子.example"))
    await send(options(smtp), letter(address="李伟 <li@例子.example>"))

    assert [mail.recipients for mail in smtp.mails] == [("李伟@xn--fsqu00a.example",), ("li@xn--fsqu00a.example",)]


TEXT = st.text(st.characters(exclude_categories=()), max_size=400)


@given(subject=TEXT | TEXT.map(lambda text: f"{text}\r\nBcc: x@y.example\r\n\r\n{text}"), text=TEXT, html=TEXT)
def test_no_text_can_add_a_header_or_stop_a_mail(subject: str, text: str, html: str) -> None:
    chosen = Options(host="h", sender="upheld@example.com")
    told = message(subject=subject, text=text, html=html, language="en\r\nBcc: x@y.example")

    read = message_from_bytes(mail_of(chosen, letter(message=told)).as_bytes(), policy=policy.default)

    assert sorted(set(read.keys())) == [
        "Auto-Submitted",
        "Content-Language",
        "Content-Type",
        "Date",
        "From",
        "In-Reply-To",
        "MIME-Version",
        "Message-ID",
        "References",
        "Subject",
        "To",
        "X-Auto-Response-Suppress",
    ]
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
