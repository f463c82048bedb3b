"""Events to stored facts and back: the class name in snake case is the `kind`, its fields are the `facts`."""

import re
from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any, get_args

from config.agreement import CaseKind
from config.counting import Category
from config.state import State
from incidents.case import CaseEvent
from incidents.finding import Grade
from incidents.incident import Event
from incidents.review import Aim
from incidents.scope import Scope, Urgency

_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_WORDS: dict[type[object], str] = {}
_NAMES: dict[type[Any], tuple[str, ...]] = {}


def kind_of(event: Event | CaseEvent) -> str:
    """`SeverityRaised` -> `severity_raised`."""
    return word_of(type(event))


def word_of(event: type[object]) -> str:
    """As `kind_of`, of the class."""
    word = _WORDS.get(event)
    if word is None:
        word = _WORDS[event] = _WORD.sub("_", event.__name__).lower()
    return word


def facts_of(event: Event | CaseEvent) -> dict[str, Any]:
    """Plain JSON values."""
    return fields_of(event)


def fields_of(value: Any) -> dict[str, Any]:
    """What stands in a dataclass that holds no other, words for enumerations."""
    found = ((name, getattr(value, name)) for name in _names(type(value)))
    return {name: one.value if isinstance(one, StrEnum) else one for name, one in found}


def _names(kind: type[Any]) -> tuple[str, ...]:
    names = _NAMES.get(kind)
    if names is None:
        names = _NAMES[kind] = tuple(field.name for field in fields(kind))
    return names


def impersonal(facts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What may be kept for ever (numbers, instants, words of ours), and what people wrote or are called."""
    kept = {key: value for key, value in facts.items() if not isinstance(value, str) or key in _OURS}
    return kept, {key: value for key, value in facts.items() if key not in kept}


_OURS = frozenset(
    (
        "customer",
        "agreement",
        "kind",
        "component",
        "incident",
        "commitment",
        "state",
        "obligation",
        "aim",
        "scope",
        "urgency",
        "turn",
        "grade",
        "waits_for",
    )
)

_INCIDENT_EVENTS = {_WORD.sub("_", one.__name__).lower(): one for one in get_args(Event)}
_CASE_EVENTS = {_WORD.sub("_", one.__name__).lower(): one for one in get_args(CaseEvent)}
_ENUMS: dict[str, type[StrEnum]] = {
    "state": State,
    "kind": CaseKind,
    "aim": Aim,
    "scope": Scope,
    "urgency": Urgency,
    "grade": Grade,
    "waits_for": Category,
}


def facts_erased(kind: str, kept: Mapping[str, Any], word: str) -> dict[str, str]:
    """The facts of a case's event that were personal and are destroyed, with `word` in the place of each."""
    names = (field.name for field in fields(_CASE_EVENTS[kind]))
    return {name: word for name in names if name not in kept and name not in _OURS}


def incident_event(kind: str, facts: Mapping[str, Any]) -> Event:
    event: Event = _build(_INCIDENT_EVENTS[kind], facts)
    return event


def case_event(kind: str, facts: Mapping[str, Any]) -> CaseEvent:
    event: CaseEvent = _build(_CASE_EVENTS[kind], facts)
    return event


def _build(event: type[Any], facts: Mapping[str, Any]) -> Any:
    """Facts of an earlier version may lack fields that have a default; unknown ones are a newer version's."""
    known = _names(event)
    return event(**{key: _value(key, value) for key, value in facts.items() if key in known})


def _value(key: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return _ENUMS[key](value) if key in _ENUMS and isinstance(value, str) else value
