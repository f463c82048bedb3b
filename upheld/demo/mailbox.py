"""The demo's mail box: a real SMTP server on this machine, and what came in, to be looked at on a page."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from config.instant import Instant
from upheld.clock import utc_now

HOST = "127.0.0.1"
LIMIT = 300
READ = 65_536
"""Bytes of a mail that are read: the text comes first, and what is enclosed is not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    number: int
    received_at: Instant
    sender: str
    recipient: str
    subject: str
    text: str
    language: str


class Mailbox:
    """The newest mails, newest first. `received_at` is the clock of whoever sends, while history is being made."""

    def __init__(self) -> None:
        self._mails: deque[Mail] = deque(maxlen=LIMIT)
        self._count = 0

    @property
    def mails(self) -> list[Mail]:
        return list(self._mails)

    def find(self, number: int) -> Mail | None:
        return next((mail for mail in self._mails if mail.number == number), None)

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        """aiosmtpd calls it by this name."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        message = message_from_bytes(content[:READ])
        self._count += 1
        self._mails.appendleft(
            Mail(
                number=self._count,
                received_at=utc_now(),
                sender=_words(message["From"]),
                recipient=", ".join(envelope.rcpt_tos),
                subject=_words(message["Subject"]),
                text=_text(message),
                language=_words(message["Content-Language"]),
            )
        )
        return "250 in the box"


def _words(header: object) -> str:
    """A header's encoded words, read. The modern policy reads the same, ten times slower."""
    return str(make_header(decode_header(str(header or "")))).replace("\n", "")


def _text(message: Message) -> str:
    plain = next((part for part in message.walk() if part.get_content_type() == "text/plain"), None)
    body = b"" if plain is None else plain.get_payload(decode=True)
    return body.decode(errors="replace") if isinstance(body, bytes) else ""


@asynccontextmanager
async def mailbox(port: int) -> AsyncIterator[Mailbox]:
    """Listens on 127.0.0.1 until the end. Raises OSError when the port is taken."""
    box = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, hostname="mailbox.example", enable_SMTPUTF8=True), HOST, port)
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()
