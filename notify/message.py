"""What people are told: a message in words and facts, and the order to bring it to one person.

Texts come from outside (alert summaries, names of components): before they are stored they are made harmless here, so
that no text can break a transaction, a mail header or a JSON body later.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from math import isfinite
from typing import Any, TypeAlias, Union

from config.instant import DAY, MINUTE, Instant, Span

Json: TypeAlias = Union[bool, int, float, str, list["Json"], dict[str, "Json"], None]  # noqa: UP007 - it names itself

KEY_LIMIT = 200
_HARMFUL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Purpose(StrEnum):
    """Why somebody is told."""

    PAGE = "page"  # an incident needs this person now
    RESOLVED = "resolved"  # what was paged is over
    CLOCK = "clock"  # a commitment is near its end or broken
    CUSTOMER = "customer"  # news for a customer's contact
    STATEMENT = "statement"  # a statement was issued
    REPORT = "report"  # a report was issued
    AGREEMENT = "agreement"  # an agreement needs its managers
    CHECKPOINT = "checkpoint"  # the ledger's signed head leaves the house
    CHANNEL = "channel"  # a channel does not deliver, or does again
    DUTY = "duty"  # somebody asks for a change of shifts
    PROOF = "proof"  # an address is asked to prove itself, or a channel is tried


LIFETIME: Mapping[Purpose, Span] = {
    Purpose.PAGE: DAY,
    Purpose.RESOLVED: DAY,
    Purpose.CLOCK: DAY,
    Purpose.CUSTOMER: 3 * DAY,
    Purpose.STATEMENT: 3 * DAY,
    Purpose.REPORT: 3 * DAY,
    Purpose.AGREEMENT: 3 * DAY,
    Purpose.CHECKPOINT: 3 * DAY,
    Purpose.CHANNEL: DAY,
    Purpose.DUTY: 3 * DAY,
    Purpose.PROOF: 15 * MINUTE,
}
"""How long after its creation a notification may still be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`facts` are for machines: event, incident, component, severity, urls…; one `thread` is one conversation.

    `links`: addresses that may be shown as buttons, with a slash at the end whatever stands below; others are words.
    `copies`: mail addresses that get the same mail. `enclosures` name what is enclosed; it is made when it is sent.
    """

    subject: str
    text: str
    language: str
    html: str | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)
    thread: str | None = None
    links: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    enclosures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message for one person over one configured channel. `priority`: 1 is the most urgent, as with severities.

    An `address` may be empty where the channel's own options say where it goes.
    """

    idempotency_key: str
    purpose: Purpose
    person: str
    channel: str
    address: str
    message: Message
    priority: int
    created_at: Instant
    due_at: Instant
    expires_at: Instant
    incident: str | None = None
    case: str | None = None


def key_of(*parts: object) -> str:
    """The idempotency key of its parts, `incident/version/step/person/channel`; a hash where that grows too long."""
    key = "/".join(harmless(str(part)) for part in parts)
    return key if len(key) <= KEY_LIMIT else sha256(key.encode()).hexdigest()


def digest_of(key: str) -> str:
    """By which an answer to a mail tells which message it was, or which thread: the left part of a Message-ID."""
    return sha256(key.encode()).hexdigest()[:32]


def harmless(text: str) -> str:
    """The text with what commands instead of saying replaced, also what turns a line round; line ends and tabs stay."""
    return _HARMFUL.sub("\N{REPLACEMENT CHARACTER}", text)


def to_json(message: Message) -> dict[str, Json]:
    """What is stored; every text harmless."""
    return {
        "subject": harmless(message.subject),
        "text": harmless(message.text),
        "language": message.language,
        "html": None if message.html is None else harmless(message.html),
        "facts": _tame(dict(message.facts)),
        "thread": None if message.thread is None else harmless(message.thread),
        "links": list(message.links),
        "copies": [harmless(one) for one in message.copies],
        "enclosures": list(message.enclosures),
    }


def from_json(stored: Mapping[str, Any]) -> Message:
    """The message `to_json` wrote."""
    return Message(
        subject=stored["subject"],
        text=stored["text"],
        language=stored["language"],
        html=stored["html"],
        facts=stored["facts"],
        thread=stored["thread"],
        links=tuple(stored.get("links", ())),
        copies=tuple(stored.get("copies", ())),
        enclosures=tuple(stored.get("enclosures", ())),
    )


def _tame(value: Json) -> Json:
    match value:
        case str():
            return harmless(value)
        case float() if not isfinite(value):
            return str(value)
        case list():
            return [_tame(item) for item in value]
        case dict():
            return {harmless(key): _tame(item) for key, item in value.items()}
        case _:
            return value
