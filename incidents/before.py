"""This happened before: earlier incidents like one, what caused them and what helped. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from config.instant import Instant
from incidents.incident import Incident

SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An incident that is over: what it can be told by. Of hundreds on one component no more is looked at."""

    id: str
    opened_at: Instant
    cause: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """`cause` and `helped` in the words of whoever wrote them, or empty."""

    id: str
    opened_at: Instant
    cause: str
    helped: str


def alike(incident: Incident, past: Iterable[Past]) -> list[Past]:
    """Of those of its component that were opened before it: first what failed in the same place for the same reason,
    then what had one of the two in common; among equals the newest."""
    found = [(_in_common(incident, one), one) for one in past if one.id != incident.id]
    near = [(common, one) for common, one in found if common]
    near.sort(key=lambda each: (-each[0], -each[1].opened_at))
    return [one for _, one in near[:SHOWN]]


def _in_common(incident: Incident, other: Past) -> int:
    return (incident.cause == other.cause) + (incident.title == other.title)
