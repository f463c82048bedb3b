"""What follows from a component's condition, and from what a person does. Nothing here performs anything.

An empty list means: nothing happens. `Refused` means a person asked for something that cannot be; its text says why.
"""

from dataclasses import dataclass

from config.instant import DAY, Instant, Span
from config.state import State
from incidents.incident import (
    RECOVERED,
    Acknowledged,
    Event,
    Incident,
    Noted,
    Opened,
    Progress,
    Recovered,
    Reopened,
    Resolved,
    SeverityLowered,
    SeverityRaised,
    Snoozed,
    StateChanged,
)
from incidents.severity import MILDEST, WORST, Severity

RECURS_WITHIN: Span = DAY
"""What begins so soon after an incident of the same cause is that fault again."""


SNOOZED_AT_MOST: Span = DAY


class Refused(Exception):
    """What was asked for does not fit the incident; the text tells the person why."""


class NotFound(Exception):
    """No such incident or component; the text says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """All that is known of a component now: the worst of its checks and open alerts."""

    component: str
    state: State
    since: Instant
    severity: Severity
    cause: str
    title: str
    held_by: str | None = None
    """Why its own incident waits: the component it depends on while that fails or may, or the agreed work under way."""
    held_until: Instant | None = None
    """When the agreed work, or the waiting for a parent, ends; what still fails opens its incident. None: unknown.
    While alerts come and go: when what is good still is believed."""
    flapping: bool = False
    """Its checks change their answers too often, or its alerts come and go: it is not over because it is good now."""
    newest_at: Instant | None = None
    """When the newest of its open alerts arrived."""


def decide(latest: Incident | None, condition: Condition, reopen_within: Span = 0) -> list[Event]:
    """`latest` is the component's newest incident, resolved or not. So soon after its end it is open again."""
    if latest is not None and latest.unresolved:
        return _while_open(latest, condition)
    if latest is not None and latest.muted:
        if condition.state is State.UP:
            return [] if condition.flapping else [Recovered()]
        if not _unheard(latest, condition):
            return []
    if not condition.state.failing or condition.held_by is not None:
        return []
    again = _same_again(latest, condition)
    if latest is not None and again is not None and _never_over(latest, condition, reopen_within):
        severity = condition.severity
        return [
            Reopened(
                state=condition.state,
                severity=severity.value,
                because=severity.because,
                started_at=condition.since,
            )
        ]
    return [
        Opened(
            component=condition.component,
            state=condition.state,
            severity=condition.severity.value,
            because=condition.severity.because,
            cause=condition.cause,
            title=condition.title,
            started_at=condition.since,
            recurrence_of=again,
        )
    ]


def _never_over(latest: Incident, condition: Condition, reopen_within: Span) -> bool:
    """What is muted did not end: what opens beside it is something else."""
    soon = condition.since - (latest.resolved_at or 0) <= reopen_within
    return latest.recovered and reopen_within > 0 and soon


def _same_again(latest: Incident | None, condition: Condition) -> str | None:
    """The incident that ended not long ago and had the same cause."""
    if latest is None or latest.resolved_at is None or latest.cause != condition.cause:
        return None
    return latest.id if condition.since - latest.resolved_at <= RECURS_WITHIN else None


def _unheard(muted: Incident, condition: Condition) -> bool:
    """What a person silenced is what he knew: an alert that came later, or a worse severity, is something else.

    A sender can stop speaking of an alert without ever ending it, so that waiting for recovery could be for ever.
    """
    later = condition.newest_at is not None and condition.newest_at > (muted.resolved_at or 0)
    return condition.state.failing and (later or condition.severity.value < muted.known_severity)


def _while_open(incident: Incident, condition: Condition) -> list[Event]:
    if condition.state is State.UP:
        # One incident and one recovery, told once it is calm; the line and the downtime have changed all the while.
        return [] if condition.flapping else [Resolved(because=RECOVERED, recovered=True)]
    if not condition.state.failing:
        return []  # not knowing neither opens nor ends anything
    events: list[Event] = []
    if condition.state is not incident.state:
        events.append(StateChanged(state=condition.state))
    if condition.severity.value < incident.known_severity:
        events.append(SeverityRaised(severity=condition.severity.value, because=condition.severity.because))
    return events


def acknowledge(incident: Incident, channel: str, *, lapses: bool = False, over: bool = False) -> list[Event]:
    """Again is no fault: nothing happens, or where it would lapse (`lapses`) it holds anew. `over`: from whoever has
    it, who only by that loses it. Raises Refused for a resolved incident."""
    match incident.progress:
        case Progress.TRIGGERED:
            return [Acknowledged(channel=channel)]
        case Progress.ACKNOWLEDGED:
            anew = lapses or over or incident.snoozed_until is not None
            return [Acknowledged(channel=channel)] if anew else []
        case Progress.MERGED:
            raise Refused(f"{incident.id} is part of {incident.merged_into}; do it there")
        case Progress.RESOLVED:
            raise Refused(f"{incident.id} is already resolved; there is nothing to acknowledge")


def resolve(incident: Incident, reason: str, condition_state: State) -> list[Event]:
    """Again is no fault. While the component still fails, it stays muted until it has recovered."""
    if incident.progress is Progress.RESOLVED:
        return []
    recovered = not condition_state.failing
    return [Resolved(because=reason or "resolved by hand", recovered=recovered)]


def snooze(incident: Incident, until: Instant, reason: str, now: Instant) -> list[Event]:
    """Put off, for a day at most. Raises Refused."""
    if not incident.unresolved:
        raise Refused(f"{incident.id} is already resolved; there is nothing to put off")
    if not now < until <= now + SNOOZED_AT_MOST:
        raise Refused("it is put off until a time to come, and for a day at most")
    if not reason.strip():
        raise Refused("say why nobody needs to be called until then")
    return [Snoozed(until=until, because=reason.strip())]


def reclassify(incident: Incident, severity: int, reason: str) -> list[Event]:
    """A person knows better. The same again is no fault. Raises Refused for a resolved incident, an unknown severity,
    or without a reason."""
    if not incident.unresolved:
        raise Refused(f"{incident.id} is already resolved; its severity stays as it was")
    if not WORST <= severity <= MILDEST:
        raise Refused(f"a severity is a number from {WORST} to {MILDEST}")
    because = reason.strip()
    if not because:
        raise Refused("a severity needs a reason: what makes it better or worse than it looks")
    if severity == incident.severity:
        return []
    kind = SeverityRaised if severity < incident.severity else SeverityLowered
    return [kind(severity=severity, because=because)]


def escalate(incident: Incident, untold: str | None = None) -> None:
    """Raises Refused for a resolved incident, for one whose calls are held, and where that would call nobody: whoever
    has it would have it no more. `untold`: why.
    """
    if not incident.unresolved:
        raise Refused(f"{incident.id} is already resolved; there is nothing to escalate")
    if incident.held_by:
        raise Refused(f"its calls are held by {', '.join(incident.held_by)}; let that end first")
    if untold is not None:
        raise Refused(f"{incident.id}: {untold}; nobody would be called")


def note(text: str) -> list[Event]:
    """Raises Refused for an empty note."""
    if not text.strip():
        raise Refused("a note needs a text")
    return [Noted(text=text.strip())]
