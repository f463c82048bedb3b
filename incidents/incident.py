"""One technical fault: what happened to it, as events, and what it is now, as their sum.

`decide.py` says which events follow from a component's condition or a person's act; `evolve` here adds one event to an
incident. Both are pure; instants are POSIX milliseconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce
from typing import Any, TypeAlias, assert_never

from config.instant import Instant
from config.state import State

RECOVERED = "recovered"
"""Why it is resolved when nobody said so: the component works again. Pages and mails say it in their language."""


class Progress(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    MERGED = "merged"  # part of another one: that is told, taken and ended for both
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    component: str
    state: State
    severity: int
    because: str
    cause: str
    title: str
    started_at: Instant
    recurrence_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChanged:
    """The component got better or worse without recovering."""

    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityRaised:
    severity: int
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityLowered:
    """By a person: it is milder than the rules and senders say. Only what is worse than they said so far raises it."""

    severity: int
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    channel: str = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unacknowledged:
    """Nobody confirmed for too long that somebody still has it."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed:
    """By a person: nobody is called until then. It is not taken; customers are told nothing."""

    until: Instant
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Woken:
    """The time it was put off for is over: nobody has it, and the calls go on where they stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Nobody is called while these hold its calls. It is not taken; customers are told nothing."""

    holders: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Nothing holds its calls any more: they go on where they stood, or begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """The same fault is back so soon that it was never over. `started_at`: when it failed again."""

    state: State
    severity: int
    because: str
    started_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """By a person: it is part of another incident, and follows that from here on."""

    into: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """Of the whole: another incident is part of it."""

    incident: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """By a person: it is a fault of its own again."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """Of the whole: that incident is no part of it any more."""

    incident: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFrom:
    """By a person, of a new incident: these alerts of that one are a fault of their own. Theirs alone make it fail."""

    incident: str
    alerts: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitInto:
    """Of the incident they were part of: these alerts are that new one from here on."""

    incident: str
    alerts: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalating:
    """The policy it is told by from here on, as it was written at that moment."""

    policy: str
    version: str
    terms: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDiffers:
    """The configuration has another version of its policy now (an empty one: none); it goes on by its own."""

    policy: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """A step of the policy was carried out. `nobody` says why it reached no one."""

    round: int
    step: int
    paged: tuple[str, ...]
    nobody: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """`recovered` is False when a person resolved it while the component still fails: muted until it recovers."""

    because: str
    recovered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """The component of a muted, resolved incident is well again; the next failure opens a new incident."""


Event: TypeAlias = (
    Opened
    | StateChanged
    | SeverityRaised
    | SeverityLowered
    | Acknowledged
    | Unacknowledged
    | Snoozed
    | Woken
    | Held
    | Released
    | Merged
    | Absorbed
    | Split
    | Parted
    | SplitFrom
    | SplitInto
    | Escalating
    | PolicyDiffers
    | Escalated
    | Noted
    | Resolved
    | Recovered
    | Reopened
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event with when it was true, when it was written, who says so, and when the customer could see it."""

    event: Event
    happened_at: Instant
    recorded_at: Instant
    by: str
    seen_by_customer_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    id: str
    component: str
    progress: Progress
    state: State
    severity: int
    title: str
    cause: str
    opened_at: Instant
    started_at: Instant
    acknowledged_at: Instant | None = None
    acknowledged_by: str | None = None
    resolved_at: Instant | None = None
    recovered: bool = False
    recurrence_of: str | None = None
    version: int = 1
    cycle: int = 0
    """How often its telling began: with a policy taken, and each time nobody had it or held it any more."""
    snoozed_until: Instant | None = None
    lowered_from: int | None = None
    """The severity a person found too high."""

    held_by: tuple[str, ...] = ()
    """What holds its calls: `silence:3`, `INC-2026-0001`."""

    told_from: int = 1
    """The cycle in which it was last told afresh."""
    merged_into: str | None = None
    """The incident it is part of."""
    parts: tuple[str, ...] = ()
    """Incidents that are part of this one, and of none of those."""
    split_from: str | None = None
    """The incident its alerts were part of; its component has one of its own beside it."""

    @property
    def strand(self) -> str | None:
        """Which of its component's alerts are its own: those split into it, else (None) all that no other one has."""
        return None if self.split_from is None else self.id

    @property
    def known_severity(self) -> int:
        """The worst it was said to have: only worse than this is news."""
        return self.severity if self.lowered_from is None else min(self.severity, self.lowered_from)

    @property
    def unresolved(self) -> bool:
        return self.progress is not Progress.RESOLVED

    @property
    def muted(self) -> bool:
        """Resolved by hand while its component still fails."""
        return self.progress is Progress.RESOLVED and not self.recovered


def open_incident(incident_id: str, recorded: Recorded) -> Incident:
    """The incident an `Opened` event begins."""
    event = recorded.event
    assert isinstance(event, Opened)
    return Incident(
        id=incident_id,
        component=event.component,
        progress=Progress.TRIGGERED,
        state=event.state,
        severity=event.severity,
        title=event.title,
        cause=event.cause,
        opened_at=recorded.recorded_at,
        started_at=event.started_at,
        recurrence_of=event.recurrence_of,
    )


def evolve(incident: Incident, recorded: Recorded) -> Incident:
    """The incident after one more event."""
    return replace(incident, version=incident.version + 1, **_changed(incident, recorded))


def evolved(incident: Incident, events: Iterable[Recorded]) -> Incident:
    return reduce(evolve, events, incident)


def replay(incident_id: str, events: Iterable[Recorded]) -> Incident:
    """The incident its whole log adds up to; the first event is `Opened`."""
    rest = iter(events)
    return evolved(open_incident(incident_id, next(rest)), rest)


_CALLS_AGAIN: Mapping[str, Any] = {"progress": Progress.TRIGGERED, "acknowledged_by": None, "snoozed_until": None}
"""Nobody has it."""


def _changed(incident: Incident, recorded: Recorded) -> Mapping[str, Any]:
    """Its fields that an event changes, the version apart."""
    match recorded.event:
        case StateChanged(state=state):
            return {"state": state}
        case SeverityRaised(severity=severity):
            return {"severity": severity}
        case SeverityLowered(severity=severity):
            return {"severity": severity, "lowered_from": incident.known_severity}
        case Acknowledged():
            return {
                "progress": Progress.MERGED if incident.progress is Progress.MERGED else Progress.ACKNOWLEDGED,
                "acknowledged_at": incident.acknowledged_at or recorded.happened_at,
                "acknowledged_by": recorded.by,
                "snoozed_until": None,
            }
        case Snoozed(until=until):
            return {"progress": Progress.ACKNOWLEDGED, "acknowledged_by": recorded.by, "snoozed_until": until}
        case Held(holders=holders):
            return {"held_by": holders}
        case Released():
            return {"held_by": (), "cycle": incident.cycle + 1}
        case Reopened(state=state, severity=severity):
            return {
                **_CALLS_AGAIN,
                "state": state,
                "severity": severity,
                "lowered_from": None,
                "resolved_at": None,
                "recovered": False,
                "cycle": incident.cycle + 1,
                "told_from": incident.cycle + 2,  # its policy is one more
                "held_by": (),
                "merged_into": None,
                "parts": (),
            }
        case Merged(into=into):
            free = {"acknowledged_by": None, "snoozed_until": None, "held_by": (), "parts": ()}
            return {**free, "progress": Progress.MERGED, "merged_into": into}
        case Absorbed(incident=part):
            return {"parts": (*incident.parts, part)}
        case SplitFrom(incident=origin):
            return {"split_from": origin}
        case Parted(incident=part):
            return {"parts": tuple(one for one in incident.parts if one != part)}
        case Split():
            free = {"acknowledged_by": None, "merged_into": None}
            return {**free, "progress": Progress.TRIGGERED, "cycle": incident.cycle + 1}
        case Unacknowledged() | Woken() | Escalating():
            return {**_CALLS_AGAIN, "cycle": incident.cycle + 1}
        case Resolved(recovered=recovered):
            return {"progress": Progress.RESOLVED, "resolved_at": recorded.happened_at, "recovered": recovered}
        case Recovered():
            return {"recovered": True}
        case Opened() | SplitInto() | PolicyDiffers() | Escalated() | Noted():
            return {}
        case other:
            assert_never(other)
