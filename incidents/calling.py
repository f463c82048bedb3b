"""Whom an agreement brings in besides who is on call: which of our people have the functions it names. Pure."""

from collections.abc import Iterable, Mapping

from config.level import Function, Stop
from config.oncall import Person, Role

_ROLES: Mapping[Function, frozenset[Role]] = {
    "engineer": frozenset({Role.ENGINEER}),
    "expert": frozenset({Role.EXPERT}),
    "team-lead": frozenset({Role.TEAM_LEAD}),
    "service-manager": frozenset({Role.SERVICE_MANAGER}),
    "executive": frozenset({Role.EXECUTIVE}),
    "engineering": frozenset({Role.ENGINEER, Role.EXPERT, Role.TEAM_LEAD}),
    "legal": frozenset({Role.LEGAL}),
    "management": frozenset({Role.EXECUTIVE}),
}

WORDS: Mapping[str, str] = {
    "engineer": "engineer",
    "expert": "expert",
    "team-lead": "team lead",
    "service-manager": "service manager",
    "executive": "executive in charge",
    "engineering": "engineering",
    "legal": "legal department",
    "management": "management",
}
"""As they are said; each language has its own."""

OPENED, BEYOND_LIMIT = "opened", "beyond_limit"
MET: Mapping[str, Stop] = {f"case.called_{OPENED}": "triggered", f"case.called_{BEYOND_LIMIT}": "escalated"}
"""What the accepted delivery of a call meets."""


def holding(people: Mapping[str, Person], functions: Iterable[Function]) -> tuple[str, ...]:
    """Everybody with one of these functions; for one that nobody has, the service managers, and without those all."""
    found: dict[str, None] = {}
    for function in functions:
        having = [one.id for one in people.values() if one.role in _ROLES[function]]
        managers = [one.id for one in people.values() if one.role is Role.SERVICE_MANAGER]
        found.update(dict.fromkeys(having or managers or people))
    return tuple(found)
