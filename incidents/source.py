"""What a file in `incidents/sources/` offers: how one sender's calls are read, trusted and answered.

A group snapshot is not an alert: a reader gives one `AlertNews` per member and never trusts a top-level status.
"""

import hmac
from base64 import b64decode
from binascii import Error
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from config.instant import Instant
from incidents.routing import Routing


class Unreadable(Exception):
    """Not the sender's format; the text is the path of the first wrong field and what was expected there."""


class Unreachable(Exception):
    """What has to be asked to trust a call does not answer; the sender is to come again."""


class Refuted(Exception):
    """What has to be asked to trust a call answers that there is nothing of the kind: the call is not trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One call as it came. `path` is what follows `/hooks/{source}`, or the fixed address. Names of headers are lower.

    Read again from the inbox it has of the headers only those the source keeps, and no query.
    """

    body: bytes
    received_at: Instant
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertNews:
    """One alert of one post. `key` is the sender's own identity of it, `stamp` its occurrence's start as sent.

    `lapses_at`: when its sender's word for it runs out unless he repeats it; `over_at`: when silence ends it, because
    the operator said so.
    """

    key: str
    firing: bool
    labels: Mapping[str, str]
    severity_word: str | None
    summary: str
    link: str | None
    starts_at: Instant
    stamp: str
    ends_at: Instant | None
    lapses_at: Instant | None = None
    over_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Somebody acknowledged the alert with this key at the sender."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to be written on the incident of the alert with this key."""

    key: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Somebody changed something: a deployment, a switch. It opens nothing and explains much."""

    happened_at: Instant
    summary: str
    labels: Mapping[str, str]
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A sender that must call regularly did; without another call by `due_at` an alert fires."""

    due_at: Instant


News: TypeAlias = AlertNews | Taken | Remark | Change | Called


class Outcome(StrEnum):
    """What became of a call."""

    ACCEPTED = "accepted"
    UNREADABLE = "unreadable"
    UNAUTHORIZED = "unauthorized"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender is told. Without a body there is none."""

    status: int
    body: Mapping[str, object] | None = None


Fetch: TypeAlias = Callable[[str], Awaitable[bytes]]
"""The body found at an address, which the source has checked before. Raises Unreachable or Refuted."""


def answers(*, accepted: int = 202, busy: int = 503) -> Callable[[Outcome, str, Sent], Answer]:
    """Plain answers. `busy` is the refusal that this sender repeats."""
    refusals = {Outcome.UNREADABLE: 400, Outcome.UNAUTHORIZED: 401, Outcome.UNAVAILABLE: busy}

    def answer(outcome: Outcome, detail: str, sent: Sent) -> Answer:
        if outcome is Outcome.ACCEPTED:
            return Answer(status=accepted, body={"status": "accepted"})
        return Answer(status=refusals[outcome], body={"status": refusals[outcome], "detail": detail})

    return answer


def by_token(options: Any, sent: Sent) -> bool:
    """`Authorization: Bearer`; for senders that cannot set it the password of basic login, or `?token=`."""
    scheme, _, said = sent.headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "bearer":
            return same(said.strip(), options.token)
        case "basic":
            return same(_password(said), options.token)
        case _:
            return same(sent.query.get("token", ""), options.token)


def anybody(options: Any, sent: Sent) -> bool:
    """For a sender that is trusted by what stands in its body."""
    return True


def same(given: str, wanted: str) -> bool:
    """In a time that says nothing of where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())


def _password(said: str) -> str:
    try:
        return b64decode(said, validate=True).decode("utf-8", "replace").partition(":")[2]
    except (Error, ValueError):
        return ""


_PLAIN = answers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`read(options, sent)` raises Unreadable. `authorized` sees the call without its body.

    `signed` is asked when the body is there, and raises Unreadable, Unreachable or Refuted.
    """

    options: type[Routing]
    read: Callable[[Any, Sent], Sequence[News]]
    authorized: Callable[[Any, Sent], bool] = by_token
    signed: Callable[[Any, Sent, Fetch], Awaitable[bool]] | None = None
    answer: Callable[[Outcome, str, Sent], Answer] = _PLAIN
    keeps: tuple[str, ...] = ()
    """Beginnings of the names of headers that `read` needs."""
    paths: tuple[str, ...] = ()
    """Fixed addresses, beside `/hooks/{source}`, that its senders insist on."""
    greeting: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None
    """Headers in answer to an OPTIONS with these headers, where the sender asks before it sends."""
    once: Callable[[Sent], str] | None = None
    """The sender's own id of a post, where he may send one again when it is long dealt with."""
    first_call: Callable[[Any, Instant], Called] | None = None
    """What is expected of a sender that has not called yet."""
