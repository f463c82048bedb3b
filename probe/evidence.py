"""What is kept of a bad answer, as it stands in the store and as it is read again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from config.instant import Instant
from probe.result import Answer, Attempt, Outcome, Reason

BODY = "body"
"""The fact that holds what a target wrote, where a check keeps that: it goes earlier, and into no leaf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One bad answer to a check, from one location."""

    check: str
    location: str
    started_at: Instant
    answer: Answer


def evidence_of(answer: Answer) -> dict[str, Any]:
    """Plain JSON, without what has columns of its own: result, reason and latency."""
    return {
        "detail": _storable(answer.detail),
        "phases": dict(answer.phases),
        "facts": {_storable(name): _storable(fact) for name, fact in answer.facts.items()},
        **({"attempts": [asdict(one) for one in answer.attempts]} if answer.attempts else {}),
    }


def without_body(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """As it stands in the store, but for what a target wrote."""
    facts = {name: fact for name, fact in evidence["facts"].items() if name != BODY}
    return {**evidence, "facts": facts}


def answer_of(result: str, reason: str, latency_us: int, evidence: Mapping[str, Any]) -> Answer:
    return Answer(
        outcome=Outcome(result),
        reason=Reason(reason),
        latency_us=latency_us,
        detail=evidence["detail"],
        phases=evidence["phases"],
        facts=evidence["facts"],
        attempts=tuple(map(_attempt, evidence.get("attempts", ()))),
    )


def _attempt(told: Mapping[str, Any]) -> Attempt:
    return Attempt(
        outcome=Outcome(told["outcome"]),
        reason=None if told["reason"] is None else Reason(told["reason"]),
        latency_us=told["latency_us"],
        address=told["address"],
    )


def _storable(fact: Any) -> Any:
    """Texts of strangers may hold what PostgreSQL keeps in JSON and then cannot read as text: zero, half characters."""
    return fact.replace("\0", "\ufffd").encode(errors="replace").decode() if isinstance(fact, str) else fact
