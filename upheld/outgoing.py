"""How the day's signed head leaves the house: to every customer by mail, to programs over channels.

Whoever keeps one can show later that nothing before it was changed. So it goes out every day by itself, and what was
sent is stored with the answer of whoever took it.
"""

from collections.abc import Iterator

import structlog
from sqlalchemy import Connection

from config.instant import DAY, Instant
from config.language import choose
from config.model import Checkpoints, Customer
from db.ledger import outside, store
from db.ledger.checkpoint import Signed
from incidents.ways import Addressee
from notify import outbox
from notify.channel import Attachment
from notify.message import LIFETIME, Notification, Purpose, key_of
from sla.checkpoint_letter import EVENT, checkpoint_message, file_name
from upheld.post import primary_contact
from upheld.rules import Rules

log = structlog.get_logger(__name__)

_PRIORITY = 5
_TO_SUNDAY = 4
"""The fourth day of 1970 was a Sunday: counted so, a week's first closed day is a Sunday, its mail a Monday's."""


def send(tx: Connection, rules: Rules, head: Signed, key_id: str, now: Instant) -> int:
    """The head becomes that of the UTC day that is over, once, and goes to everybody; to how many.

    Nothing is sent while all that the ledger holds is of today: there is nothing yet for anybody to hold.
    """
    day = now - now % DAY - DAY
    if head.size == 0 or store.at(tx, 0).entry.recorded_at >= day + DAY or not outside.keep_day(tx, day, head, now):
        return 0
    sent = 0
    for key, one in _everybody(rules, day, now):
        base = rules.config.site.external_url
        message = checkpoint_message(
            head.note,
            day,
            key_id=key_id,
            address=None if base is None else f"{base.rstrip('/')}/checkpoints/{head.size}/proof",
            site=rules.config.site.name,
            language=one.language,
            enclosed=bool(one.address),
        )
        sent += outbox.enqueue(
            tx,
            Notification(
                idempotency_key=key,
                purpose=Purpose.CHECKPOINT,
                person=one.person,
                channel=one.channel,
                address=one.address,
                message=message,
                priority=_PRIORITY,
                created_at=now,
                due_at=one.due_at,
                expires_at=one.due_at + LIFETIME[Purpose.CHECKPOINT],
            ),
        )
    return sent


def enclose(tx: Connection, name: str) -> Attachment:
    """`checkpoint/1788393600000`: the note to the letter. Raises LookupError."""
    day = int(name.partition("/")[2])
    note = outside.note_of_day(tx, day)
    if note is None:
        raise LookupError(f"no head is kept for the day {day}")
    return Attachment(name=file_name(day), content_type="text/plain; charset=utf-8", body=note.encode())


def _everybody(rules: Rules, day: Instant, now: Instant) -> Iterator[tuple[str, Addressee]]:
    """With the key under which each is told once."""
    for customer in rules.config.customers.values():
        wish = customer.checkpoints or rules.config.checkpoints
        contact = _contact(rules, customer, now)
        if contact is not None and wish.mail != "none":
            when = f"week-{(day // DAY + _TO_SUNDAY) // 7}" if wish.mail == "weekly" else day
            yield key_of(EVENT, customer.id, when), contact
        if customer.checkpoints is not None:
            yield from _robots(rules, customer.checkpoints, customer.id, day, now)
    yield from _robots(rules, rules.config.checkpoints, "all", day, now)


def _contact(rules: Rules, customer: Customer, now: Instant) -> Addressee | None:
    """None where no mail could reach anybody; a statement's hold says so."""
    contact = primary_contact(rules, customer.id)
    if contact is None or not rules.paging.mails:
        return None
    language = contact.language or customer.language
    return rules.paging.by_mail(choose(contact.name, "en"), contact.email, language, now)


def _robots(rules: Rules, wish: Checkpoints, whose: str, day: Instant, now: Instant) -> Iterator[tuple[str, Addressee]]:
    for name in dict.fromkeys(wish.channels):
        channel, _ = rules.channels[name]
        if channel.address is not None:
            log.warning("a channel cannot take checkpoints: it needs an address", channel=name, address=channel.address)
            continue
        language = rules.config.site.languages[0]
        one = Addressee(person=EVENT, channel=name, address="", language=language, due_at=now)
        yield key_of(EVENT, "robot", whose, name, day), one
