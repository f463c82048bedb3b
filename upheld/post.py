"""The mails of statements and reports: the thing itself, the question to the customer, the word to whoever holds it up.

What is enclosed is named in the outbox and made again when it is sent, from the same store, to the same bytes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant
from config.language import choose
from config.model import Contact, Customer
from config.oncall import Role
from console.signature import Asked, address, expiry
from incidents.ways import Addressee
from notify import outbox
from notify.channel import Attachment
from notify.message import LIFETIME, Message, Notification, Purpose, key_of
from sla import letter, reporting, reportletter, sealing
from sla.duereport import DueReport
from sla.report import paper_of
from sla.reporting import Owed
from sla.sealing import Hold, Step
from sla.signer import signer_of
from sla.standing import Happening, Stage, What
from sla.statement import Statement
from sla.store import report as reports
from sla.store import statement as stored
from sla.store.statement import SealedRevision
from upheld import files
from upheld.files import BUNDLE, bundle_file
from upheld.installed import installed
from upheld.reports.forms import FORMS
from upheld.rules import Rules
from upheld.statements import rendered, sealed_statement

SYSTEM = "upheld"
REPORT = "report"
_PARTS_OF_REPORT = 6
_NOT_TAKEN = "the mail was not taken"
_PRIORITY = 3


class Post:
    """Puts them into the outbox, in the transaction of what they tell."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._config = rules.config

    def statement(self, tx: Connection, last: SealedRevision, attempt: int, now: Instant) -> None:
        """To the customer's contact, with a copy to the service managers."""
        statement = sealed_statement(last)
        one = self._contact(statement.customer, now)
        assert one is not None, "decided only where there is somebody to mail to"
        names = self._enclosures(last, one.language)
        message = self._writer(statement, one.language).issued(last.seal, self._copies(), names)
        self._enqueue(tx, one, message, f"{last.period}-{last.seal.revision}-{attempt}", last.customer, now)

    def to_sign(self, tx: Connection, last: SealedRevision, now: Instant) -> None:
        """Once for each revision, and without a copy to anybody."""
        statement = sealed_statement(last)
        customer = self._config.customers[last.customer]
        contact = signer_of(customer, statement)
        if contact is None or contact.email is None or not self._rules.paging.mails:
            return
        asked = Asked(
            customer=last.customer,
            period=last.period,
            revision=last.seal.revision,
            record_sha256=last.seal.record_sha256,
            signer=contact.email,
            expires_at=expiry(now),
        )
        link = address(self._rules.paging.links, asked)
        if link is None:
            return
        one = self._addressee(customer, contact, now)
        enclosed = self._enclosures(last, one.language)[:1]
        name = choose(contact.name, one.language)
        message = self._writer(statement, one.language).to_sign(last.seal, name, link, asked.expires_at, enclosed)
        self._enqueue(tx, one, message, f"{last.period}-{last.seal.revision}-to-sign", last.customer, now)

    def countersigned(self, tx: Connection, statement: Statement, signer: Contact, now: Instant) -> None:
        """By a link; to the customer's contact."""
        one, seal = self._contact(statement.customer, now), statement.seal
        if one is not None and seal is not None:
            message = self._writer(statement, one.language).countersigned(seal, choose(signer.name, one.language))
            what = f"{statement.period}-{seal.revision}-countersigned"
            self._enqueue(tx, one, message, what, statement.customer, now)

    def question(self, tx: Connection, statement: Statement, mark: str, what: str, revision: int, now: Instant) -> None:
        """How unmeasured time counts, to the customer's contact; `mark` are the figures asked about."""
        one = self._contact(statement.customer, now)
        if one is not None:
            open_for = max(part.newest.availability.answer for part in statement.agreements)
            message = self._writer(statement, one.language).question(mark, open_for, revision)
            self._enqueue(tx, one, message, f"{statement.period}-{what}", statement.customer, now)

    def held(self, tx: Connection, statement: Statement, waits: Iterable[Step], stage: Stage, now: Instant) -> None:
        """To the account and service managers, or to all people where nobody is one."""
        roles = (Role.ACCOUNT_MANAGER, Role.SERVICE_MANAGER)
        managers = [one.id for one in self._config.people.values() if one.role in roles]
        steps = tuple(waits)
        for one in self._rules.paging.contacts(managers or self._config.people, now):
            message = self._writer(statement, one.language).held(steps, sealing.dates(statement).due)
            what = f"{statement.period}-{stage.value}-{'+'.join(step.hold for step in steps)}-{now}"
            self._enqueue(tx, one, message, what, statement.customer, now)

    def report(self, tx: Connection, owed: Owed, sha256: str, attempt: int, now: Instant) -> None:
        """To the customer's contact, with a copy to the service managers."""
        of, issue = owed.report, owed.standing.issue
        one = self._contact(of.customer, now)
        assert one is not None, "decided only where there is somebody to mail to"
        form = "pdf" if "pdf" in installed().formats else "html"
        enclosed = "/".join((REPORT, of.customer, of.kind, of.subject, str(issue), form, one.language))
        message = self._report_writer(of, one.language).issued(issue, sha256, self._copies(), [enclosed])
        what = key_of(of.kind, of.subject, issue, attempt)
        self._enqueue(tx, one, message, what, of.customer, now, Purpose.REPORT)

    def report_reminder(self, tx: Connection, owed: Owed, step: Step, stage: str, now: Instant) -> None:
        """To the service managers, or to all people where nobody is one."""
        of = owed.report
        managers = [one.id for one in self._config.people.values() if one.role is Role.SERVICE_MANAGER]
        for one in self._rules.paging.contacts(managers or self._config.people, now):
            message = self._report_writer(of, one.language).reminder(step, owed.missing)
            what = key_of(of.kind, of.subject, owed.standing.issue, stage)
            self._enqueue(tx, one, message, what, of.customer, now, Purpose.CLOCK)

    def _enclosures(self, last: SealedRevision, language: str) -> list[str]:
        """The sheet, and what proves it."""
        kinds = ["pdf" if "pdf" in installed().formats else "html", BUNDLE]
        return [f"{last.customer}/{last.period}/{last.seal.revision}/{kind}/{language}" for kind in kinds]

    def _copies(self) -> list[str]:
        return [
            person.email
            for person in self._config.people.values()
            if person.role is Role.SERVICE_MANAGER and person.email is not None
        ]

    def _report_writer(self, of: DueReport, language: str) -> reportletter.Writer:
        customer, base = self._config.customers[of.customer], self._config.site.external_url
        return reportletter.Writer(
            report=of,
            customer=customer.name,
            provider=self._config.site.name,
            zone=customer.agreements[-1].availability.timezone,
            language=language,
            address=None if base is None else base.rstrip("/"),
        )

    def _writer(self, statement: Statement, language: str) -> letter.Writer:
        base = self._config.site.external_url
        address = None if base is None else f"{base.rstrip('/')}/room/{statement.customer}"
        return letter.Writer(statement=statement, language=language, address=address)

    def _enqueue(
        self,
        tx: Connection,
        one: Addressee,
        message: Message,
        what: str,
        customer: str,
        now: Instant,
        purpose: Purpose = Purpose.STATEMENT,
    ) -> None:
        outbox.enqueue(
            tx,
            Notification(
                idempotency_key=key_of(purpose.value, customer, what, one.person, one.channel, one.address),
                purpose=purpose,
                person=one.person,
                channel=one.channel,
                address=one.address,
                message=message,
                priority=_PRIORITY,
                created_at=now,
                due_at=one.due_at,
                expires_at=one.due_at + LIFETIME[purpose],
            ),
        )

    def _contact(self, customer: str, now: Instant) -> Addressee | None:
        contact = primary_contact(self._rules, customer)
        if contact is None or not self._rules.paging.mails:
            return None
        return self._addressee(self._config.customers[customer], contact, now)

    def _addressee(self, customer: Customer, contact: Contact, now: Instant) -> Addressee:
        language = contact.language or customer.language or customer.agreements[-1].language
        return self._rules.paging.by_mail(choose(contact.name, "en"), contact.email, language, now)


def undeliverable(rules: Rules, customer: str) -> Hold | None:
    """Why no mail could reach the customer."""
    if primary_contact(rules, customer) is None:
        return Hold.CONTACT
    return None if rules.paging.mails else Hold.CHANNEL


def primary_contact(rules: Rules, customer: str) -> Contact | None:
    contacts = rules.config.customers[customer].contacts
    return next((one for one in contacts if one.kind == "primary" and one.email is not None), None)


# what the outbox tells


def told(tx: Connection, sent: Notification, now: Instant) -> None:
    """The customer's mail server took it: that is the delivery, and from then on the days to answer run."""
    facts = sent.message.facts
    if facts.get("event") == reportletter.ISSUED:
        _report_heard(tx, facts, reporting.What.DELIVERED, {}, now)
    if facts.get("event") == letter.ISSUED:
        _heard(tx, facts, What.DELIVERED, {}, now)
    elif facts.get("event") == letter.QUESTION:
        _heard(tx, facts, What.REACHED, {"figures": facts["figures"]}, now)


def not_told(tx: Connection, failed: Notification, now: Instant) -> None:
    """It was certainly, or possibly, not taken."""
    facts = failed.message.facts
    if facts.get("event") == reportletter.ISSUED:
        _report_heard(tx, facts, reporting.What.UNDELIVERED, {"reason": _NOT_TAKEN}, now)
    if facts.get("event") in (letter.ISSUED, letter.QUESTION):
        _heard(tx, facts, What.UNDELIVERED, {"reason": _NOT_TAKEN}, now)


def _heard(tx: Connection, facts: Mapping[str, Any], what: What, body: Mapping[str, Any], now: Instant) -> None:
    one = Happening(what=what, revision=facts["revision"], at=now, by=SYSTEM, body=body)
    stored.append(tx, facts["customer"], facts["period"], one)


def _report_heard(
    tx: Connection, facts: Mapping[str, Any], what: reporting.What, body: Mapping[str, Any], now: Instant
) -> None:
    one = reporting.Happening(what=what, issue=facts["issue"], at=now, by=SYSTEM, body=body)
    reports.append_event(tx, facts["customer"], facts["kind"], facts["subject"], one)


def enclose(tx: Connection, name: str, rules: Rules) -> Attachment:
    """`harbour-bank/2026-10/1/pdf/zh-CN`, or `report/harbour-bank/incident/INC-1/1/pdf/zh-CN`, made again from the
    store. Raises LookupError, statements.Altered.
    """
    match name.split("/"):
        case [kind, *which] if kind == REPORT and len(which) == _PARTS_OF_REPORT:
            return _enclosed_report(tx, *which)
    customer, period, revision, kind, language = name.split("/")
    found = stored.find(tx, customer, period, int(revision))
    if found is None:
        raise LookupError(f"there is no sealed {customer} {period} revision {revision}")
    if kind == BUNDLE:
        body = bundle_file(tx, rules.config, found, pinned=True)
        name = f"{found.seal.name.replace('/', '-')}.{BUNDLE}"
        return Attachment(name=name, content_type=files.kinds()[BUNDLE].content_type, body=body)
    form = installed().formats[kind]
    body = rendered(sealed_statement(found), rules.config, form, language)
    file = f"{found.seal.name.replace('/', '-')}.{form.extension}"
    return Attachment(name=file, content_type=form.content_type, body=body)


def _enclosed_report(
    tx: Connection, customer: str, kind: str, subject: str, issue: str, form: str, language: str
) -> Attachment:
    document = reports.find(tx, customer, kind, subject, int(issue))
    if document is None:
        raise LookupError(f"there is no issue {issue} of the report {kind} {subject} to {customer}")
    made = FORMS[form]
    body = made.render(paper_of(installed().reports[kind], document), language)
    return Attachment(name=f"{kind}-{subject}.{form}", content_type=made.content_type, body=body)
