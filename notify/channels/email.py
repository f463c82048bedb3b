"""Mail over SMTP. The line is encrypted wherever the server can; a password never goes over one that is not.

A notification has one Message-ID for all its attempts, so that a mailbox can tell a repetition; what belongs to one
incident refers to one thread. Headers cannot be injected: control characters and lone surrogates are gone before.
"""

import asyncio
import re
import ssl
from contextlib import suppress
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from enum import StrEnum
from typing import Annotated

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPTimeoutError,
)
from pydantic import AfterValidator, Field, SecretStr, model_validator
from typing_extensions import override

from config.instant import MINUTE, SECOND, Span, moment_of
from config.value import Value
from notify.channel import Channel, DeliveryError, Letter, Rate, Reason, Receipt
from notify.message import digest_of, harmless
from notify.page import page_of

TIMEOUT: Span = 20 * SECOND
SUBJECT_LIMIT = 200
THROTTLE = (Rate(count=20, per=15 * MINUTE),)
ATTACHED_LIMIT = 15 << 20
"""Bytes of all attachments of one mail; base64 makes a third more of them, and many servers stop at 25 MB."""
_LEAVE_S = 1.0
_IMPLICIT_PORT = 465
_BLANKS = re.compile(r"\s+")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
# Base64 or quoted-printable: whatever servers stand on the way, none needs 8BITMIME.
_POLICY = WIRE.clone(cte_type="7bit")


class Tls(StrEnum):
    """auto: STARTTLS when offered, implicit on port 465; starttls: never without; implicit: from the first byte."""

    AUTO = "auto"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


def _mailbox(text: str) -> str:
    try:
        _address(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a mail address") from error
    return text


class Options(Value):
    """`username` defaults to the sender where there is a password."""

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    tls: Tls = Tls.AUTO
    username: str | None = None
    password: SecretStr | None = None
    sender: Annotated[str, AfterValidator(_mailbox)]

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> "Options":
        if self.tls is Tls.NONE and self.password is not None:
            raise ValueError("tls: none would send the password over a clear line; use auto, starttls or implicit")
        return self

    @property
    def implicit(self) -> bool:
        return self.tls is Tls.IMPLICIT or (self.tls is Tls.AUTO and self.port == _IMPLICIT_PORT)


async def send(options: Options, letter: Letter) -> Receipt:
    """Raises DeliveryError: 4xx is to be tried again, 5xx is final, a loss after the text was handed over uncertain."""
    try:
        recipient = _address(letter.address)
    except ValueError as error:
        raise DeliveryError(
            f"{letter.address!r} is not a mail address", reason=Reason.BAD_ADDRESS, permanent=True
        ) from error
    attached = sum(len(one.body) for one in letter.attachments)
    if attached > ATTACHED_LIMIT:
        text = f"the attachments have {attached} bytes, more than the {ATTACHED_LIMIT} one mail may carry"
        raise DeliveryError(text, reason=Reason.REJECTED, permanent=True)
    mail = mail_of(options, letter)
    call = _Call(options)
    try:
        async with asyncio.timeout(TIMEOUT / SECOND):
            return await call.deliver(recipient, _copies(letter), mail)
    except (TimeoutError, SMTPTimeoutError) as error:
        call.hang_up()
        raise DeliveryError(
            f"{options.host} did not answer within {TIMEOUT // SECOND} s",
            reason=Reason.TIMEOUT,
            uncertain=call.handed_over,
        ) from error
    except SMTPAuthenticationError as error:
        raise DeliveryError(_words(error), reason=Reason.LOGIN) from error
    except SMTPResponseException as error:
        raise _refusal(error) from error
    except (ssl.SSLError, ssl.CertificateError) as error:
        raise DeliveryError(str(error), reason=Reason.TLS, uncertain=call.handed_over) from error
    except (SMTPException, OSError) as error:
        cause = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else None
        raise DeliveryError(
            f"{type(error).__name__}: {error}",
            reason=Reason.TLS if cause else Reason.UNREACHABLE,
            uncertain=call.handed_over,
        ) from error
    finally:
        await call.take_leave()


def mail_of(options: Options, letter: Letter) -> EmailMessage:
    """The mail: text first, the same in HTML where the message has it."""
    message = letter.message
    sender = _address(options.sender)
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = _address(letter.address)
    if copies := _copies(letter):
        mail["Cc"] = copies
    mail["Subject"] = _line(message.subject)
    mail["Date"] = format_datetime(moment_of(letter.written_at))
    mail["Message-ID"] = _identity(letter.key, sender)
    if message.thread is not None:
        thread = _identity(f"thread {message.thread}", sender)
        mail["In-Reply-To"] = thread
        mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(harmless(message.text))
    if (page := message.html or page_of(message)) is not None:
        mail.add_alternative(harmless(page), subtype="html")
    for one in letter.attachments:
        main, _, sub = one.content_type.partition(";")[0].partition("/")
        mail.add_attachment(one.body, maintype=main, subtype=sub, filename=_line(one.name))
    # Last: setting the content takes the headers that speak of content away.
    mail["Content-Language"] = _line(message.language)
    return mail


class _Client(SMTP):
    @override
    def close(self) -> None:
        # Not a polite TLS farewell: a server that does not answer it would keep the connection.
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        super().close()


class _Call:
    """One conversation with the server. `handed_over`: the text is on the wire, so only its answer makes it certain."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._client = _Client(
            hostname=options.host,
            port=options.port,
            use_tls=options.implicit,
            start_tls=False,
            local_hostname=_address(options.sender).domain,
            timeout=TIMEOUT / SECOND,
        )
        self.handed_over = False

    async def deliver(self, recipient: Address, copies: tuple[Address, ...], mail: EmailMessage) -> Receipt:
        """Taken for the recipient; a copy that is refused is said in the receipt and holds nothing up."""
        client = self._client
        await client.connect()
        await client.ehlo()
        encrypted = await self._encrypt()
        await self._log_in(encrypted=encrypted)
        sender = _address(self._options.sender)
        foreign = not (recipient.username + sender.username).isascii()
        if foreign and not client.supports_extension("smtputf8"):
            raise DeliveryError(
                f"{self._options.host} takes no addresses outside ASCII", reason=Reason.BAD_ADDRESS, permanent=True
            )
        extensions = ["SMTPUTF8", "BODY=8BITMIME"] if foreign else []
        encoding = "utf-8" if foreign else "ascii"
        content = mail.as_bytes(policy=_POLICY.clone(utf8=foreign))
        await client.mail(sender.addr_spec, options=extensions, encoding=encoding)
        await client.rcpt(recipient.addr_spec, encoding=encoding)
        refused = [text for one in copies if (text := await self._refused(one, encoding)) is not None]
        self.handed_over = True
        answer = await client.data(content)
        return Receipt(detail="; ".join([f"{answer.code} {answer.message}", *refused]))

    async def _refused(self, copy: Address, encoding: str) -> str | None:
        """None: the server takes a copy for this address."""
        try:
            await self._client.rcpt(copy.addr_spec, encoding=encoding)
        except SMTPResponseException as error:
            return f"no copy to {copy.addr_spec}: {_words(error)}"
        return None

    async def take_leave(self) -> None:
        """It is decided; whatever goes wrong now changes nothing."""
        if self._client.is_connected:
            with suppress(SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(_LEAVE_S):
                    await self._client.quit()
        self.hang_up()

    def hang_up(self) -> None:
        self._client.close()

    async def _encrypt(self) -> bool:
        wanted = self._options.tls
        if self._options.implicit:
            return True
        offered = self._client.supports_extension("starttls")
        if wanted is Tls.NONE or (wanted is Tls.AUTO and not offered):
            return False
        if not offered:
            raise DeliveryError(f"{self._options.host} offers no STARTTLS", reason=Reason.TLS)
        try:
            await self._client.starttls()
        except SMTPResponseException as error:
            raise DeliveryError(_words(error), reason=Reason.TLS) from error
        await self._client.ehlo()
        return True

    async def _log_in(self, *, encrypted: bool) -> None:
        password = self._options.password
        if password is None:
            return
        if not encrypted:
            raise DeliveryError(
                f"{self._options.host} offers no encryption; the password was not sent", reason=Reason.CLEAR_LINE
            )
        username = self._options.username or _address(self._options.sender).addr_spec
        if not self._client.supported_auth_methods:
            raise DeliveryError(f"{self._options.host} offers no login", reason=Reason.LOGIN)
        await self._client.login(username, password.get_secret_value())


def _refusal(error: SMTPResponseException) -> DeliveryError:
    if error.code >= 500:
        return DeliveryError(_words(error), reason=Reason.REJECTED, permanent=True)
    later = error.code in (421, 450, 451, 452)
    return DeliveryError(_words(error), reason=Reason.THROTTLED if later else Reason.UNAVAILABLE)


def _words(error: SMTPResponseException) -> str:
    return f"{error.code} {error.message}"


def _line(text: str) -> str:
    line = _BLANKS.sub(" ", harmless(text)).strip()
    return line if len(line) <= SUBJECT_LIMIT else line[: SUBJECT_LIMIT - 1] + "…"


def _address(text: str) -> Address:
    """`li@example.com` or `Li Wei <li@example.com>`; the domain is given back in ASCII. Raises ValueError."""
    if not text.isprintable():
        raise ValueError("control characters in an address")
    name, opened, rest = text.rpartition("<")
    named = opened and rest.endswith(">")
    spec = (rest[:-1] if named else text).strip()
    local, _, domain = spec.rpartition("@")
    domain = domain.encode("idna").decode()
    try:
        # The parser refuses letters outside ASCII, which SMTPUTF8 (RFC 6531) allows; their place is what it checks.
        Address(addr_spec=f"{_FOREIGN.sub('x', local)}@{domain}")
    except (HeaderParseError, IndexError, AttributeError) as error:
        raise ValueError(str(error)) from error
    if not local or not domain:
        raise ValueError("an address needs a name and a domain")
    return Address(_line(name.strip().strip('"')) if named else "", local, domain)


def _copies(letter: Letter) -> tuple[Address, ...]:
    """Those that can be written to; whoever gets the letter needs no copy."""
    found: list[Address] = []
    for text in letter.message.copies:
        with suppress(ValueError):
            one = _address(text)
            # A copy outside ASCII would ask more of the server than the letter itself does.
            if one.username.isascii() and one.addr_spec != _address(letter.address).addr_spec and one not in found:
                found.append(one)
    return tuple(found)


def _identity(key: str, sender: Address) -> str:
    return f"<{digest_of(key)}@{sender.domain}>"


CHANNEL = Channel(
    options=Options,
    send=send,
    idempotent=True,
    address="email",
    timeout=TIMEOUT,
    personal=True,
    bundles=True,
    throttle=THROTTLE,
)
