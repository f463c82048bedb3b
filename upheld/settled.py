"""Exclusions and corrections as programs see them: stable keys, instants as RFC 3339 in UTC, lengths in seconds."""

from typing import Any

from config.instant import SECOND
from sla.correction import Correction
from sla.exclusion import Exclusion
from sla.proposal import Proposal
from sla.saying import facts_of, kind_of
from sla.word import Said
from upheld.shown import at

_INSTANTS = frozenset({"start", "end", "given", "since", "occurrence"})


def exclusion_json(proposal: Proposal) -> dict[str, Any]:
    """As it is proposed now, and what was said of it. `state`: proposed, approved, withdrawn."""
    newest = proposal.newest
    plan = newest.plan
    return {
        "id": proposal.id,
        "state": _state(proposal),
        "components": list(plan.components),
        "category": plan.category.value,
        "start": at(plan.start),
        "end": at(plan.end),
        "every": plan.every,
        "duration_s": None if plan.duration is None else plan.duration // SECOND,
        "timezone": plan.timezone,
        "text": plan.text,
        "page": plan.page,
        "open": plan.open,
        "count": plan.count,
        "publish": plan.publish,
        "requested_by": newest.by,
        "recorded_at": at(newest.recorded_at),
        "annex": plan.annex,
        "announced_at": at(plan.given),
        "notices": [
            {"customer": one.event.customer, "delivered_at": at(one.happened_at), "proof": one.event.proof}
            for one in newest.notices
        ],
        "approved_by": newest.second.by if newest.second is not None else None,
        "countersigned_by": list(dict.fromkeys(one.event.customer for one in newest.countersignatures)),
        "revisions": len(proposal.revisions),
        "worked": len(proposal.works),
    }


def _state(proposal: Proposal) -> str:
    if proposal.withdrawn:
        return "withdrawn"
    newest = proposal.newest
    settled = newest.second is not None or newest.plan.annex is not None or newest.countersignatures
    return "approved" if settled else "proposed"


def occurrence_json(one: Exclusion, customer: str) -> dict[str, Any]:
    """One window as it is judged for one customer."""
    return {
        "customer": customer,
        "start": at(one.start),
        "end": at(one.end),
        "announced_end": at(one.announced_end),
        "worked": None if one.worked is None else [at(instant) for instant in one.worked],
        "notice_given": at(one.given_at),
        "recorded_after_start": one.recorded_after_start,
        "approved_by": one.approved_by,
        "valid": one.valid,
        "reason": None if one.flaw is None else one.flaw.value,
    }


def correction_json(correction: Correction) -> dict[str, Any]:
    """`words`: what each customer said last."""
    return {
        "id": correction.id,
        "state": "approved" if correction.approved_by is not None else "requested",
        "component": correction.component,
        "start": at(correction.start),
        "end": at(correction.end),
        "put_to": correction.state.value,
        "reason": correction.reason,
        "evidence": correction.evidence,
        "requested_by": correction.requested_by,
        "requested_at": at(correction.requested_at),
        "approved_by": correction.approved_by,
        "approved_at": at(correction.approved_at),
        "words": {name: "confirmed" if confirmed else "contested" for name, confirmed, _ in correction.words},
    }


def said_json(said: Said[Any]) -> dict[str, Any]:
    """One event, whole."""
    facts = {key: at(value) if key in _INSTANTS else value for key, value in facts_of(said.event).items()}
    return {
        "event": kind_of(said.event),
        "happened_at": at(said.happened_at),
        "recorded_at": at(said.recorded_at),
        "by": said.by,
        "entered_by": said.entered_by,
        "seen_by_customer_at": at(said.seen_by_customer_at),
        **facts,
    }
