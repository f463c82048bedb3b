"""Two incidents that are one fault, and one that was taken for part of another and is not. Pure. ADR 0103."""

from collections.abc import Sequence
from dataclasses import replace

from config.state import State, worst
from incidents.decide import Condition, Refused
from incidents.drill import of_drill
from incidents.incident import Absorbed, Event, Incident, SeverityRaised

PART = "the severity of a part"
"""Why the severity rose when nobody said so."""


def merge(part: Incident, whole: Incident, because: str) -> None:
    """Raises Refused with what to do instead."""
    for one in (part, whole):
        if not one.unresolved:
            raise Refused(f"{one.id} is already resolved; there is nothing to merge")
        its_own(one)
    if of_drill(part.component) or of_drill(whole.component):
        raise Refused("a drill is a fault of its own; nothing is merged with it")
    if part.id == whole.id:
        raise Refused("an incident is no part of itself")
    if not because.strip():
        raise Refused("say what makes the two one fault, or two faults")


def absorbed(whole: Incident, parts: Sequence[Incident], because: str) -> list[Event]:
    """What it means for the whole: it is as bad as its worst part, and told anew where that is worse."""
    severity = min(one.severity for one in parts)
    raised = [SeverityRaised(severity=severity, because=PART)] if severity < whole.known_severity else []
    return [*(Absorbed(incident=one.id, because=because) for one in parts), *raised]


def split(part: Incident, because: str) -> str:
    """The whole it was part of. Raises Refused."""
    if part.merged_into is None:
        raise Refused(f"{part.id} is part of no other incident")
    if not part.unresolved:
        raise Refused(f"{part.id} is already resolved; there is nothing to split")
    if not because.strip():
        raise Refused("say what makes the two one fault, or two faults")
    return part.merged_into


def its_own(incident: Incident) -> None:
    """Raises Refused for a part of another one: what is done is done to the whole."""
    if incident.unresolved and incident.merged_into is not None:
        raise Refused(f"{incident.id} is part of {incident.merged_into}; do it there")


def together(own: Condition, others: Sequence[Condition]) -> Condition:
    """Of a whole and its parts: as bad as the worst of them, and well when all of them are."""
    every = (own, *others)
    failing = [one for one in every if one.state.failing]
    if not failing:
        state = State.UP if all(one.state is State.UP for one in every) else State.UNKNOWN
        return replace(own, state=state, flapping=any(one.flapping for one in every))
    return replace(
        own,
        state=worst([one.state for one in failing]),
        since=min(one.since for one in failing),
        severity=min((one.severity for one in failing), key=lambda one: one.value),
        cause=failing[0].cause,
        title=failing[0].title,
        newest_at=max((one.newest_at for one in failing if one.newest_at is not None), default=None),
    )
