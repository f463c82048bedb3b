"""The door for mail: LMTP (RFC 2033) on this machine, behind a mail server that faces the net.

250 for a recipient says that his mail is committed: filed, or set aside for a person. 451 when it could not be
committed: the mail server comes again, and a mail that was filed already is known by its Message-ID. 550 for an address
that is nobody's, 552 for more than SIZE. Nothing in a mail can make another 5xx.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import cast

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session
from prometheus_client import CollectorRegistry, Counter
from sqlalchemy import Connection
from typing_extensions import override

from config.instant import Instant
from config.model import Customer
from db.engine import Database
from db.errors import StoreUnavailable
from incidents.mail import GLANCE, Mail, read, sender_of
from incidents.mailing import Filed, Mailing, Outcome, Why, set_aside
from incidents.source import Unreadable
from incidents.store import mail as store
from incidents.store.incident import Conflict

log = structlog.get_logger(__name__)

LARGEST = 36 << 20
"""Bytes of one mail: base64 makes a third more of 25 MiB of files."""
AT_ONCE = 8
"""Conversations; what each has read is held until it is committed."""
IDLE_SECONDS = 60
_LATER = "451 4.3.0 not accepted at the moment, come again"


class MailDoor:
    """aiosmtpd calls the `handle_…` by their names. `mailing` gives the one of the configuration in force."""

    def __init__(
        self,
        database: Database,
        mailing: Callable[[], Mailing],
        now: Callable[[], Instant],
        registry: CollectorRegistry,
    ) -> None:
        self._database = database
        self._mailing = mailing
        self._now = now
        self.open: set[asyncio.BaseTransport] = set()
        self._came = Counter(
            "upheld_mails_received", "Mails taken or sent back, by outcome.", ["outcome"], registry=registry
        )

    async def close(self, server: asyncio.Server) -> None:
        """What is not answered by then is handed over again."""
        server.close()
        for transport in list(self.open):
            transport.close()
        await server.wait_closed()

    async def handle_RCPT(
        self, server: LMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._mailing().customer(address) is None:
            return "550 5.1.1 nobody is reported to at this address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: LMTP, session: Session, envelope: Envelope) -> str:
        """One answer for each recipient, in the order they were named."""
        raw = envelope.original_content or b""
        mail = await asyncio.to_thread(self._read, raw, envelope.rcpt_tos)
        if mail is not None and envelope.mail_from in (None, "", "<>"):
            mail = replace(mail, machine=mail.machine or "MAIL FROM:<>")
        return "\r\n".join([await self._answer(address, mail, raw) for address in envelope.rcpt_tos])

    async def handle_exception(self, error: Exception) -> str:
        log.error("mail stumbled", exc_info=error)
        return _LATER

    def _read(self, raw: bytes, recipients: list[str]) -> Mail | None:
        """Anybody can write to a mail server: what no contact wrote is only glanced at, and costs next to nothing."""
        mailing = self._mailing()
        known = [one for address in recipients if (one := mailing.customer(address)) is not None]
        try:
            sender = sender_of(raw)
            return read(raw if any(mailing.speaks(sender, one) for one in known) else raw[:GLANCE])
        except Unreadable as error:
            log.warning("mail not readable", error=str(error))
            return None

    async def _answer(self, address: str, mail: Mail | None, raw: bytes) -> str:
        customer = self._mailing().customer(address)
        if customer is None:  # a reload took it away meanwhile
            return "550 5.1.1 nobody is reported to at this address"
        try:
            filed = await self._filed(customer, mail, raw)
        except (StoreUnavailable, Conflict) as error:
            self._came.labels("unavailable").inc()
            log.error("mail not committed", customer=customer.id, error=str(error))
            return _LATER
        self._came.labels("again" if filed.again else filed.outcome.value).inc()
        log.info("mail filed", customer=customer.id, outcome=filed.outcome.value, case=filed.case, again=filed.again)
        return f"250 2.0.0 {filed.case or 'set aside for a person'}"

    async def _filed(self, customer: Customer, mail: Mail | None, raw: bytes) -> Filed:
        now, mailing, why = self._now(), self._mailing(), Why.UNREADABLE.value
        if mail is not None:
            try:
                return await self._database.write(lambda tx: mailing.file(tx, customer, mail, raw, now))
            except (StoreUnavailable, Conflict):
                raise
            except Exception as error:  # our own mistake: a person sees the mail, its sender is not sent away
                log.exception("mail not understood", customer=customer.id)
                why = f"{why}: {type(error).__name__}"
        stranger = not mailing.speaks("" if mail is None else mail.sender, customer)
        return await self._database.write(lambda tx: _keep(tx, customer.id, raw, why, now, stranger=stranger))


def _keep(tx: Connection, customer: str, raw: bytes, why: str, now: Instant, *, stranger: bool) -> Filed:
    key = sha256(raw).hexdigest()
    if store.known(tx, key, customer) is not None:
        return Filed(outcome=Outcome.ASIDE, again=True)
    set_aside(tx, customer, None, raw, why, now, stranger=stranger)
    store.add(tx, key, customer, Outcome.ASIDE, None, now)
    return Filed(outcome=Outcome.ASIDE)


class _Conversation(LMTP):
    """Lines as long as a robot may write them; they are read whole, so longer ones would hold the others up."""

    line_length_limit = 16 << 10

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        door: MailDoor = self.event_handler
        if len(door.open) >= AT_ONCE:
            cast("asyncio.WriteTransport", transport).write(b"421 4.3.2 too many at once, come again\r\n")
            transport.close()
            return
        door.open.add(transport)
        super().connection_made(transport)

    @override
    def connection_lost(self, error: Exception | None) -> None:
        door: MailDoor = self.event_handler
        if self.transport is not None:
            door.open.discard(self.transport)
            super().connection_lost(error)


async def conversations(door: MailDoor, host: str, port: int) -> asyncio.Server:
    """Listens from now on. Raises OSError where the address is taken."""

    def conversation() -> LMTP:
        return _Conversation(
            door, hostname="upheld", data_size_limit=LARGEST, enable_SMTPUTF8=True, ident="upheld", timeout=IDLE_SECONDS
        )

    return await asyncio.get_running_loop().create_server(conversation, host, port)
