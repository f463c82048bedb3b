"""What a run of a check learned: the answer of its kind, and the result it makes of a check at a location."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from config.instant import Instant, Span

Plain: TypeAlias = str | int | bool | None
"""What a fact may be: it goes into JSON as it is."""


class Outcome(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    INVALID = "invalid"  # we could not ask: our own fault, never the target's
    MISSED = "missed"  # not asked at all

    @property
    def valid(self) -> bool:
        """Whether it is evidence for the target's state."""
        return self in _VALID


_VALID = frozenset((Outcome.UP, Outcome.DEGRADED, Outcome.DOWN))


class Reason(StrEnum):
    """Why a result is not up. Bounded, because it is a metric label and a stored column."""

    # the target's own doing
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_RESET = "connection_reset"
    HOST_UNREACHABLE = "host_unreachable"
    TIMEOUT = "timeout"
    DNS_FAILURE = "dns_failure"
    TLS_FAILURE = "tls_failure"
    CERTIFICATE_INVALID = "certificate_invalid"
    CERTIFICATE_EXPIRED = "certificate_expired"
    STATUS = "status"
    BODY = "body"
    HEADER = "header"
    TOO_LARGE = "too_large"
    REDIRECT = "redirect"
    REDIRECT_DENIED = "redirect_denied"  # it sends us where nobody may be sent
    PROTOCOL_ERROR = "protocol_error"
    NOT_ENCRYPTED = "not_encrypted"
    LOGIN_REFUSED = "login_refused"
    NOT_SERVING = "not_serving"
    PACKET_LOSS = "packet_loss"
    OUT_OF_RANGE = "out_of_range"  # a figure is not within its bounds
    CERTIFICATE_EXPIRING = "certificate_expiring"
    DOMAIN_EXPIRING = "domain_expiring"
    DOMAIN_EXPIRED = "domain_expired"
    KEY_CHANGED = "key_changed"  # of a host, or of a certificate that was pinned
    TOO_SLOW = "too_slow"
    HEARTBEAT_LATE = "heartbeat_late"
    HEARTBEAT_FAILED = "heartbeat_failed"
    # our own
    NETWORK_UNREACHABLE = "network_unreachable"
    RESOLVER_UNREACHABLE = "resolver_unreachable"
    OUT_OF_FILES = "out_of_files"
    OUT_OF_PORTS = "out_of_ports"
    LOOP_HELD = "loop_held"
    BAD_TARGET = "bad_target"
    TARGET_DENIED = "target_denied"
    SOURCE_FAILED = "source_failed"  # what the answer is read from (Prometheus, a registry) did not say
    NOT_PERMITTED = "not_permitted"  # the system does not let us ask this way
    INTERNAL_ERROR = "internal_error"
    NOT_LISTENING = "not_listening"
    QUARANTINED = "quarantined"  # nearly everything failed at once, and every witness says it was we
    # of a state without evidence
    LAPSED = "lapsed"
    MISSED = "missed"
    CLOCK_STEPPED = "clock_stepped"
    CHECK_EDITED = "check_edited"
    CHECK_REMOVED = "check_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a check that was asked more than once; latency in microseconds."""

    outcome: Outcome
    reason: Reason | None
    latency_us: int
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a kind learned. `reason` is None exactly when it is up; latency and phases in microseconds."""

    outcome: Outcome
    reason: Reason | None = None
    detail: str = ""
    latency_us: int = 0
    phases: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Plain] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()
    """Every try in order, this answer's the last; empty where one was enough."""


def attempt_of(answer: Answer) -> Attempt:
    address = answer.facts.get("address")
    return Attempt(
        outcome=answer.outcome,
        reason=answer.reason,
        latency_us=answer.latency_us,
        address=address if isinstance(address, str) else None,
    )


def dated(started: Instant, answer: Answer) -> Instant:
    """When the target was as the answer says: a bad one since the first try, a good one since the try that got it.

    So a recovery is never dated back into the tries that still failed (docs/adr/0072).
    """
    if answer.outcome is Outcome.DOWN or not answer.attempts:
        return started
    return started + sum(one.latency_us for one in answer.attempts[:-1]) // 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An answer to a check, from one location. `tick` is the instant on the check's grid it was asked for."""

    check: str
    location: str
    tick: Instant
    started_at: Instant
    answer: Answer


def timed(answer: Answer, degraded_over: Span | None, slow: bool = False) -> Answer:
    """The answer with the latency rule applied: good but slower than `degraded_over` is degraded.

    Of a check that is `slow` already a good answer needs a tenth less: what lies between changes nothing.
    """
    if degraded_over is None or answer.outcome is not Outcome.UP:
        return answer
    limit_us = degraded_over * (900 if slow else 1000)
    if answer.latency_us <= limit_us:
        return answer
    detail = f"answered after {answer.latency_us // 1000} ms, slow is over {limit_us // 1000} ms"
    return replace(answer, outcome=Outcome.DEGRADED, reason=Reason.TOO_SLOW, detail=detail)
