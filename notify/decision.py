"""What becomes of a notification before and after an attempt. Pure; the outbox carries it out.

    queued  -> sending -> sent | failed | queued (again later) | unknown
    unknown -> sending                       it may have arrived; repeated as the channel allows
    queued  -> suppressed | expired          nobody needs it any more, or its time is over

What may have arrived stays `unknown` until it is certainly sent: it never turns into "failed" or "suppressed".
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from config.instant import Instant
from notify.backoff import next_attempt
from notify.channel import DeliveryError, Reason, Receipt
from notify.message import Notification, Purpose

DEFECT_LIMIT = 5
"""A channel that stumbles over the same message this often will not stop doing so."""


class State(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A notification in the outbox. `attempts` counts the one under way; `repeated`: one before may have arrived."""

    id: int
    notification: Notification
    attempts: int
    repeated: bool


LOGGED = "logged"
"""The outcome of what stands in the log alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Later; `state` is queued, or unknown if it may have arrived."""

    at: Instant
    state: State
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """It is over. `gave_up`: the person may not have been told, so that the next way of reaching is due."""

    state: State
    outcome: str
    gave_up: bool


After: TypeAlias = Again | Stop


def before_sending(entry: Entry, *, unwanted: str | None, now: Instant) -> Send | Stop:
    """`unwanted`: why nobody needs it any more (resolved, acknowledged, superseded), or None."""
    if unwanted is not None:
        return Stop(state=_end(State.SUPPRESSED, maybe=entry.repeated), outcome=unwanted, gave_up=False)
    if now >= entry.notification.expires_at:
        return _expired(maybe=entry.repeated)
    return Send()


def after_attempt(entry: Entry, result: Receipt | DeliveryError, *, idempotent: bool, now: Instant) -> After:
    """`idempotent`: of the channel. Where it is not, only a page is repeated after an uncertain attempt, and once."""
    if isinstance(result, Receipt):
        return Stop(state=State.SENT, outcome=LOGGED if result.nobody else "", gave_up=False)
    maybe = entry.repeated or result.uncertain
    outcome = result.reason.value
    hopeless = result.permanent or (result.reason is Reason.DEFECT and entry.attempts >= DEFECT_LIMIT)
    if hopeless:
        return Stop(state=_end(State.FAILED, maybe=maybe), outcome=outcome, gave_up=True)
    if result.uncertain and not idempotent and (entry.repeated or entry.notification.purpose is not Purpose.PAGE):
        return Stop(state=State.UNKNOWN, outcome=outcome, gave_up=True)
    if result.reason is Reason.INTERRUPTED and result.uncertain and now < entry.notification.expires_at:
        return Again(at=now, state=State.UNKNOWN, outcome=outcome)  # the fault was ours: the receiver needs no rest
    at = next_attempt(
        key=entry.notification.idempotency_key,
        attempt=entry.attempts,
        now=now,
        expires_at=entry.notification.expires_at,
        retry_after=result.retry_after,
    )
    if at is None:
        return _expired(maybe=maybe)
    return Again(at=at, state=State.UNKNOWN if maybe else State.QUEUED, outcome=outcome)


def _expired(*, maybe: bool) -> Stop:
    return Stop(state=_end(State.EXPIRED, maybe=maybe), outcome="expired", gave_up=True)


def _end(state: State, *, maybe: bool) -> State:
    return State.UNKNOWN if maybe else state
