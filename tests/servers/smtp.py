"""A real SMTP server that keeps every mail it takes and can be told to behave badly."""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from typing import Self

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from typing_extensions import override

from tests.servers.program import HOST, PATIENCE, free_port, until


class Mode(StrEnum):
    """How the server answers a mail."""

    ACCEPT = "accept"
    LATER = "later"
    """451: come back later"""
    REFUSE = "refuse"
    """550: never"""
    DROP = "drop"
    """takes the mail, keeps it, and closes the connection without an answer"""
    SILENT = "silent"
    """takes the mail, does not keep it, and says nothing for as long as the mode lasts"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`at` in POSIX milliseconds; `recipients` as the envelope had them."""

    at: int
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    encrypted: bool

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain part, decoded, its lines ended as Python has them."""
        part = self.message.get_body(("plain",))
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        return "" if part is None else str(part.get_content())


class _Controller(Controller):
    """Ends its connections with its loop; otherwise the garbage collector met them in whatever test ran by then."""

    _made: tuple[SMTP, ...] = ()

    @override
    def factory(self) -> SMTP:
        made: SMTP = super().factory()  # type: ignore[no-untyped-call]
        self._made = (*self._made, made)
        return made

    @override
    def cancel_tasks(self, stop_loop: bool = True) -> None:
        for one in self._made:
            if isinstance(one.transport, asyncio.WriteTransport):
                with suppress(AttributeError):  # before Python 3.11.3, of an encrypted one that was closed twice
                    one.transport.abort()
        super().cancel_tasks(stop_loop)


class Smtp:
    """Runs in a thread of its own, so that a test may wait for mail in any way it likes.

    With `tls`, STARTTLS is offered and `authority` is the PEM file of who signed the certificate; with `login`, only
    this user name and password may send.
    """

    def __init__(self, folder: Path, *, tls: bool = False, login: tuple[str, str] | None = None) -> None:
        self.host = HOST
        self.port = free_port()
        self.mode = Mode.ACCEPT
        self.authority = folder / "smtp-authority.pem"
        self._mails: list[Mail] = []
        self._attempts = 0
        self._lock = threading.Lock()
        self._login = login
        context = self._issue_certificate(folder) if tls else None
        self._controller = _Controller(
            self,
            hostname=HOST,
            port=self.port,
            tls_context=context,
            authenticator=self._authenticate if login else None,
            auth_required=login is not None,
            auth_require_tls=tls,
            data_size_limit=10 * 1024 * 1024,
            enable_SMTPUTF8=True,
        )

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.mode = Mode.ACCEPT
        self._controller.stop()

    @property
    def mails(self) -> list[Mail]:
        """A copy of what has come so far, oldest first."""
        with self._lock:
            return list(self._mails)

    @property
    def attempts(self) -> int:
        """How often a whole mail was handed over, taken or not."""
        with self._lock:
            return self._attempts

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if address in mail.recipients]

    def wait_for(
        self, wanted: Callable[[Mail], bool] | None = None, *, count: int = 1, timeout: float = PATIENCE
    ) -> list[Mail]:
        """At least `count` mails that are wanted. Raises NotReady."""

        def found() -> list[Mail]:
            mails = [mail for mail in self.mails if wanted is None or wanted(mail)]
            return mails if len(mails) >= count else []

        return until(found, f"{count} mail(s), have {[mail.subject for mail in self.mails]}", timeout=timeout)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Called by aiosmtpd for each mail."""
        with self._lock:
            self._attempts += 1
        while self.mode is Mode.SILENT:
            await asyncio.sleep(0.02)
        if self.mode is Mode.LATER:
            return "451 4.3.0 come back later"
        if self.mode is Mode.REFUSE:
            return "550 5.7.1 not wanted here"
        self._keep(envelope, encrypted=session.ssl is not None)
        if self.mode is Mode.DROP and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 2.0.0 taken"

    def _keep(self, envelope: Envelope, *, encrypted: bool) -> None:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        message = message_from_bytes(raw, policy=policy.default)
        mail = Mail(
            at=round(time.time() * 1000),
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            message=message,
            encrypted=encrypted,
        )
        with self._lock:
            self._mails.append(mail)

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        """Called by aiosmtpd with what the client says of itself."""
        name, password = self._login or ("", "")
        good = isinstance(given, LoginPassword) and (given.login, given.password) == (name.encode(), password.encode())
        return AuthResult(success=good, handled=good)

    def _issue_certificate(self, folder: Path) -> ssl.SSLContext:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.authority))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(HOST, "localhost").configure_cert(context)
        return context
