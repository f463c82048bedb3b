"""A mail to a customer's address becomes his case, or his answer to one, with its number, receipt and files in one
transaction; what cannot become one stands aside for a person, with why.

Nothing is ever sent to whoever wrote it: a receipt goes to the contacts of the configuration alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import Connection

from config.agreement import CaseKind
from config.identity import resident_number
from config.instant import HOUR, Instant, Span
from config.language import choose
from config.model import Config, Contact, Customer
from incidents.attaching import attach
from incidents.attachment import attachment
from incidents.case import Case, CaseNoted
from incidents.caseload import Caseload
from incidents.decide import Refused
from incidents.mail import QUEUED, Mail, mailbox_of
from incidents.source import Sent
from incidents.store import attachment as files
from incidents.store import case as cases
from incidents.store import inbox
from incidents.store import mail as store
from incidents.store.apart import apart
from notify.message import digest_of

OPENED_AT_MOST = 20
"""Cases of one customer by mail within `_WITHIN`; a robot that answers every receipt stops there."""
_WITHIN: Span = HOUR
_SHOWN = 2000
_GIVEN = re.compile("[0-9a-f]{32}")


class Outcome(StrEnum):
    OPENED = "opened"
    ANSWERED = "answered"
    ASIDE = "aside"


class Why(StrEnum):
    """Why a mail stands aside, or something of it; the words stand in console/words.py."""

    UNKNOWN = "unknown_sender"
    MACHINE = "machine"
    OWN = "our_own"
    UNREADABLE = "unreadable"
    NUMBER = "identity_number"
    TOO_MANY = "too_many"
    REFUSED = "refused"
    FILES = "files_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """`again`: it had come before, and nothing was done."""

    outcome: Outcome
    case: str | None = None
    again: bool = False


class Mailing:
    """Over one configuration."""

    def __init__(self, config: Config, caseload: Caseload) -> None:
        self._config = config
        self._caseload = caseload
        self._ours = frozenset(_own(config))

    def customer(self, address: str) -> Customer | None:
        """Whose address it is; what follows a `+` in it says nothing."""
        local, _, domain = mailbox_of(address).rpartition("@")
        wanted = f"{local.partition('+')[0]}@{domain}"
        return next((one for one in self._config.customers.values() if wanted == mailbox_of(one.mailbox or "")), None)

    def speaks(self, sender: str, customer: Customer) -> bool:
        """Whether it is one of his contacts."""
        return bool(sender) and any(_of(one) == sender for one in customer.contacts)

    def file(self, tx: Connection, customer: Customer, mail: Mail, raw: bytes, now: Instant) -> Filed:
        """One that was filed before is not filed again."""
        if (before := store.known(tx, mail.key, customer.id)) is not None:
            return Filed(outcome=Outcome(before[0]), case=before[1], again=True)
        contact = next((one for one in customer.contacts if mail.sender and _of(one) == mail.sender), None)
        why, found = self._unfit(tx, customer, mail, contact is not None, now), None
        if contact is not None and why is None:
            filed: list[Filed] = []
            trouble = apart(tx, lambda: filed.append(self._take(tx, customer, contact, mail, raw, now)))
            found = filed[0] if trouble is None else None
            if trouble is not None and not isinstance(trouble, Refused):
                raise trouble
            why = None if trouble is None else f"{Why.REFUSED}: {trouble}"
        if found is None:
            set_aside(tx, customer.id, mail, raw, why or Why.UNKNOWN, now, stranger=contact is None)
            found = Filed(outcome=Outcome.ASIDE)
        store.add(tx, mail.key, customer.id, found.outcome, found.case, now)
        return found

    def _unfit(self, tx: Connection, customer: Customer, mail: Mail, known: bool, now: Instant) -> str | None:
        """Why it becomes nothing; a robot comes before an unknown sender, because it is no matter of contacts."""
        if mail.sender in self._ours or self._is_ours(mail.identity.casefold()):
            return Why.OWN
        if mail.machine is not None:
            return f"{Why.MACHINE}: {mail.machine}"
        if not known:
            return Why.UNKNOWN
        if _numbered(mail):
            return Why.NUMBER
        many = store.count(tx, customer.id, Outcome.OPENED, now - _WITHIN) >= OPENED_AT_MOST
        return Why.TOO_MANY if many and self._answered(tx, customer, mail) is None else None

    def _is_ours(self, identity: str) -> bool:
        """Whether a Message-ID has the form of those that we give."""
        local, _, domain = identity.partition("@")
        return bool(_GIVEN.fullmatch(local)) and domain in {one.rpartition("@")[2] for one in self._ours}

    def _take(
        self, tx: Connection, customer: Customer, contact: Contact, mail: Mail, raw: bytes, now: Instant
    ) -> Filed:
        """Raises Refused; then nothing of it was done."""
        by, at = f"customer:{customer.id}", min(now, max(now - QUEUED, mail.handed_in_at or now))
        answered = self._answered(tx, customer, mail)
        case = answered or self._caseload.open_by_person(
            tx,
            customer=customer.id,
            kind=CaseKind.FAULT,
            title=mail.title or choose(contact.name, "en"),
            by=by,
            reported_at=at,
            now=now,
            caller=choose(contact.name, customer.language or "en"),
            text=mail.text,
        )
        if answered is not None and mail.text.strip():
            self._caseload.record(tx, case.id, CaseNoted(text=mail.text), by, max(at, case.started_at), now)
        left = self._attach(tx, case, mail, by, now)
        if left or mail.more:
            set_aside(tx, customer.id, mail, raw, f"{Why.FILES}: {'; '.join(left)}", now, case.id)
        return Filed(outcome=Outcome.OPENED if answered is None else Outcome.ANSWERED, case=case.id)

    def _answered(self, tx: Connection, customer: Customer, mail: Mail) -> Case | None:
        """The customer's own case that its subject names or whose mails it refers to, else the one in its text.

        A text speaks of other cases, too: it means the only open one, and an answer the only one at all.
        """
        named = next(iter(self._his(tx, customer, mail.numbers)), None)
        if named is not None:
            return named
        referred = {one.partition("@")[0] for one in mail.references}
        ids = store.case_ids(tx, customer.id) if referred else ()
        thread = next((cases.find(tx, id) for id in ids if digest_of(f"thread {id}") in referred), None)
        if thread is not None:
            return thread
        mentioned = self._his(tx, customer, mail.mentioned)
        open_ones = [one for one in mentioned if one.open]
        meant = open_ones or (mentioned if mail.answers else [])
        return meant[0] if len(meant) == 1 else None

    def _his(self, tx: Connection, customer: Customer, numbers: Sequence[str]) -> list[Case]:
        """His cases among those; others' are nobody's business of his."""
        found = (cases.find(tx, number) for number in numbers)
        return [one for one in found if one is not None and one.customer == customer.id]

    def _attach(self, tx: Connection, case: Case, mail: Mail, by: str, now: Instant) -> list[str]:
        """What could not be kept, and why; the same bytes a second time are kept already."""
        left: list[str] = []
        for name, body in mail.files:
            if not files.known(tx, case.id, sha256(body).hexdigest()):
                try:
                    attach(tx, self._caseload, case.id, attachment(name, body), by, now)
                except Refused as error:
                    left.append(str(error))
        return left


def set_aside(
    tx: Connection,
    customer: str,
    mail: Mail | None,
    raw: bytes,
    why: str,
    now: Instant,
    case: str | None = None,
    *,
    stranger: bool = False,
) -> None:
    """Into the quarantine, for a person to see; strangers' crowd out no contact's.

    One with an identity number leaves nothing but who wrote it.
    """
    bare = mail is not None and _numbered(mail)
    said: Mapping[str, str] = {} if mail is None else {"from": mail.sender, "name": mail.name}
    if mail is not None and not bare:
        said = {**said, "subject": mail.subject[:300], "text": mail.text[:_SHOWN], "case": case or ""}
    row = inbox.row_of(
        store.source_of(customer, stranger=stranger), Sent(body=b"" if bare else raw, received_at=now), said
    )
    inbox.put_into_quarantine(tx, row, why)


def _numbered(mail: Mail) -> bool:
    return any(resident_number(one) for one in (mail.subject, mail.text, *(name for name, _ in mail.files)))


def _of(contact: Contact) -> str:
    return mailbox_of(contact.email or "")


def _own(config: Config) -> list[str]:
    """Addresses that we write from or are written to."""
    senders = [str(one.options.get("sender", "")) for one in config.channels.values() if one.kind == "email"]
    written = [parseaddr(one)[1] for one in senders] + [one.mailbox or "" for one in config.customers.values()]
    return [mailbox_of(one) for one in written if one]
