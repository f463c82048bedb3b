"""What a file in notify/channels/ offers: a way to bring a letter to an address.

A channel either returns a `Receipt` or raises a `DeliveryError`, which says whether to try again. It ends by itself
within its `timeout`, because only it knows whether the message had been handed over when time ran out.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import BaseModel

from config.instant import SECOND, Instant, Span
from notify.message import Message

O = TypeVar("O", bound=BaseModel)  # noqa: E741


class Reason(StrEnum):
    """Why an attempt failed; the metric's and the timeline's word."""

    UNREACHABLE = "unreachable"  # no address, no route, refused, or dropped before the message was handed over
    TLS = "tls"  # no trusted encrypted line
    CLEAR_LINE = "clear-line"  # the password would have gone over a line without encryption
    LOGIN = "login"  # our own name or password was refused
    TIMEOUT = "timeout"
    THROTTLED = "throttled"  # "later": greylisting, 429
    UNAVAILABLE = "unavailable"  # the receiver has trouble of its own
    REJECTED = "rejected"  # the receiver will not take it
    BAD_ADDRESS = "bad-address"
    GONE = "gone"  # the receiver asks never to be called again
    NO_CHANNEL = "no-channel"  # the configuration has no such channel (any more)
    INTERRUPTED = "interrupted"  # our process ended while sending
    DEFECT = "defect"  # a mistake in the channel itself


class DeliveryError(Exception):
    """The attempt failed.

    `permanent`: trying again cannot help. `uncertain`: it may have arrived all the same.
    `retry_after`: what the receiver asks for.
    """

    def __init__(
        self,
        detail: str,
        *,
        reason: Reason,
        permanent: bool = False,
        uncertain: bool = False,
        retry_after: Span | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.reason = reason
        self.permanent = permanent
        self.uncertain = uncertain
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a letter, where the channel can carry files."""

    name: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message on its way. `key` and `written_at` are the same in every attempt; `repeated`: one may have arrived."""

    key: str
    address: str
    message: Message
    written_at: Instant
    now: Instant
    attempt: int = 1
    repeated: bool = False
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The receiver took it; `detail` is its answer, kept as evidence, `reference` its own name for the message.

    `nobody`: it was written down, and nobody has it.
    """

    detail: str
    reference: str | None = None
    nobody: bool = False


class What(StrEnum):
    """What a receiver reports later of a message it took."""

    DELIVERED = "delivered"
    ANSWERED = "answered"  # somebody took the call; that is not yet a person who takes the incident
    KEY = "key"  # somebody pressed a key
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """`detail`: the key that was pressed."""

    what: What
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener(Generic[O]):
    """How a channel hears of its messages later, at `/receipts/<channel>`.

    `token`: what the post must carry, None where the options want no receipts. `read`: which message, by the
    receiver's reference or by our own short key, and what of it. `reply`: the body it wants to see.
    """

    token: Callable[[O], str | None]
    read: Callable[[O, bytes, Mapping[str, str]], tuple[str, Heard] | None]
    reply: Callable[[O], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most so many attempts begun in any span of that length."""

    count: int
    per: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel(Generic[O]):
    """`idempotent`: the receiver can tell a repetition by the letter's key, so an uncertain attempt is simply repeated.

    `address`: which of a person's addresses it needs: "email", "phone" or "any" of them; None where the options or the
    way of reaching say where it goes. `rate`: what the receiver takes before it refuses; `throttle`: what one
    person can bear; `bundles`: read by people, to whom several messages may be told in one. `follows`: it keeps the
    incident itself, so it is also told when one is acknowledged. `personal`: each address is one person's own, so a
    refusal says nothing of the others. `abroad`: it usually leads out of the country. `listener`: it reports later what
    became of a message.
    """

    options: type[O]
    send: Callable[[O, Letter], Awaitable[Receipt]]
    idempotent: bool
    address: str | None
    timeout: Span = 20 * SECOND
    rate: Rate | None = None
    throttle: tuple[Rate, ...] = ()
    bundles: bool = False
    follows: bool = False
    personal: bool = False
    abroad: bool = False
    listener: Listener[O] | None = None
