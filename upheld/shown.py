"""Incidents and cases as programs see them: stable keys (interface.md), instants as RFC 3339 in UTC."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from config.instant import Instant, rfc3339
from incidents.before import Earlier
from incidents.case import Case, CaseRecorded
from incidents.clock import Clock
from incidents.fact import facts_of, kind_of
from incidents.incident import Incident, Recorded
from incidents.library import Found
from incidents.store import case as cases
from incidents.store.alert import Alert, failing_of
from incidents.why import Because
from notify.store.told import Told
from probe.evidence import Exchange
from probe.once import answer_json

ALERTS = 100


def at(instant: Instant | None) -> str | None:
    return None if instant is None else rfc3339(instant)


def incident_json(tx: Connection, incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "state": incident.progress.value,
        "severity": incident.severity,
        "component": incident.component,
        "component_state": incident.state.value,
        "reason": incident.title,
        "opened_at": at(incident.opened_at),
        "started_at": at(incident.started_at),
        "acknowledged_at": at(incident.acknowledged_at),
        "acknowledged_by": incident.acknowledged_by,
        "snoozed_until": at(incident.snoozed_until) if incident.unresolved else None,
        "resolved_at": at(incident.resolved_at),
        "held_by": list(incident.held_by) if incident.unresolved else [],
        "merged_into": incident.merged_into,
        "parts": list(incident.parts),
        "split_from": incident.split_from,
        "cases": [case.id for case in cases.of_fault(tx, incident)],
    }


def event_json(recorded: Recorded | CaseRecorded) -> dict[str, Any]:
    return {
        "event": kind_of(recorded.event),
        "happened_at": at(recorded.happened_at),
        "recorded_at": at(recorded.recorded_at),
        "by": recorded.by,
        "seen_by_customer_at": at(recorded.seen_by_customer_at),
        **facts_of(recorded.event),
    }


def alert_json(one: Alert) -> dict[str, Any]:
    return {
        "number": one.id,
        "source": one.source,
        "key": one.key,
        "summary": one.summary,
        "severity_word": one.severity_word,
        "state": one.state.value,
        "starts_at": at(one.starts_at),
        "received_at": at(one.first_received_at),
        "count": one.count,
        "labels": dict(one.labels),
    }


def alerts_of(tx: Connection, incident: Incident) -> list[dict[str, Any]]:
    """Those that fire and make it fail, in the order they came, at most a hundred."""
    if not incident.unresolved:
        return []
    return [alert_json(one) for one in failing_of(tx, incident.component, incident.strand, ALERTS)]


def because_json(one: Because, language: str) -> dict[str, Any]:
    return {"at": at(one.at), "because": one.said(language)}


def earlier_json(one: Earlier) -> dict[str, Any]:
    return {"id": one.id, "opened_at": at(one.opened_at), "cause": one.cause, "helped": one.helped}


def found_json(one: Found) -> dict[str, Any]:
    """A case of the library, and where the words stand in it."""
    case = one.entry.case
    return {
        "id": case.id,
        "customer": case.customer,
        "kind": case.kind.value,
        "state": case.progress.value,
        "component": case.component,
        "incident": case.incident,
        "title": case.title,
        "reported_at": at(case.reported_at),
        "cause": one.entry.cause,
        "helped": one.entry.helped,
        "found": [{"where": each.where.value, "text": each.text} for each in one.passages],
    }


def evidence_json(one: Exchange | None) -> dict[str, Any] | None:
    """The exchange that failed first; None where no check saw the incident begin."""
    if one is None:
        return None
    return {"check": one.check, "location": one.location, "started_at": at(one.started_at), **answer_json(one.answer)}


def told_json(told: Told) -> dict[str, Any]:
    return {
        "purpose": told.notification.purpose.value,
        "person": told.notification.person,
        "channel": told.notification.channel,
        "state": told.state.value,
        "decided_at": at(told.notification.created_at),
        "due_at": at(told.notification.due_at),
        "done_at": at(told.done_at),
        "outcome": told.outcome,
        "attempts": [
            {
                "number": one.number,
                "started_at": at(one.started_at),
                "ended_at": at(one.ended_at),
                "result": one.result.value,
                "reason": one.reason,
                "detail": one.detail,
            }
            for one in told.attempts
        ],
        "receipts": [
            {"what": heard.what.value, "detail": heard.detail, "received_at": at(received)}
            for heard, received in told.heard
        ],
    }


def case_json(case: Case, clocks: Sequence[Clock]) -> dict[str, Any]:
    return {
        "id": case.id,
        "customer": case.customer,
        "agreement": case.agreement,
        "agreement_version": case.agreement_version,
        "kind": case.kind.value,
        "level": case.level,
        "unconfirmed_levels": list(case.claims),
        "state": case.progress.value,
        "waits_for": None if case.waits_for is None else case.waits_for.value,
        "responsible": case.responsible,
        "offered": case.offered,
        "rated_by": case.rated_by,
        "low_rating": case.low_rating,
        "title": case.title,
        "component": case.component,
        "incident": case.incident,
        "reported_at": at(case.reported_at),
        "opened_at": at(case.opened_at),
        "resolved_at": at(case.resolved_at),
        "confirmed_at": at(case.confirmed_at),
        "clocks": [
            {
                "name": clock.name,
                "cycle": clock.cycle,
                "started_at": at(clock.started_at),
                "state": clock.state.value,
                "due_at": at(clock.due_at),
                "target_at": at(clock.target_at),
                "done_at": at(clock.done_at),
                "provisional": clock.provisional,
            }
            for clock in clocks
        ],
    }
