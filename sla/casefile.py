"""Incidents and cases with all that happened to them, as sla's own plain records: reports are written from these."""

from dataclasses import dataclass, field
from typing import Any

from config.instant import Instant
from config.state import State
from config.value import Text
from sla.record import CaseRecord, Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """`what` is the event's word (`acknowledged`, `case_resolved`), `facts` what it says, without floats."""

    what: str
    happened_at: Instant
    recorded_at: Instant
    by: str
    seen_by_customer_at: Instant | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Somebody was to be told. `state` is what became of it: `sent`, `failed`…; `done_at` when."""

    person: str
    channel: str
    purpose: str
    decided_at: Instant
    done_at: Instant | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFile:
    """`calls` are of those who were to work on it; `cases` those of one customer, or all."""

    id: str
    component: str
    component_name: Text
    title: str
    state: State
    severity: int
    started_at: Instant
    opened_at: Instant
    acknowledged_at: Instant | None
    acknowledged_by: str | None
    resolved_at: Instant | None
    recurrence_of: str | None
    transitions: tuple[Transition, ...] = ()
    happenings: tuple[Happening, ...] = ()
    calls: tuple[Call, ...] = ()
    cases: tuple[CaseRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """`forms`: those the agreement names; `scores` what the customer rates, 1 to `best`."""

    case: CaseRecord
    agreement_name: Text
    agreement_version: int
    component_name: Text | None
    caller: str | None
    progress: str
    progress_name: Text | None
    opened_at: Instant
    resolved_at: Instant | None
    confirmed_at: Instant | None
    happenings: tuple[Happening, ...] = ()
    calls: tuple[Call, ...] = ()
    forms: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    best: int = 5
