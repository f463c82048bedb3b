"""Thousands of checks are written alike: what they have in common is kept once."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from config.model import Check, Component
from config.secret import Secret


def share(components: Iterable[Component]) -> None:
    """Equal values of their checks become one and the same, and equal sets of the keys that were written.

    The models stay equal to what they were. They are frozen: nobody who holds one can change it for the others.
    """
    values = dict[Hashable, Any]()
    sets = dict[frozenset[str], set[str]]()
    for component in components:
        for check in component.checks.values():
            _share(check, values)
        for one in (component, *component.checks.values()):
            written = one.model_fields_set
            object.__setattr__(one, "__pydantic_fields_set__", sets.setdefault(frozenset(written), written))


def _share(check: Check, values: dict[Hashable, Any]) -> None:
    held = check.__dict__
    for name, value in held.items():
        if isinstance(value, int | str | dict):
            held[name] = values.setdefault(mark(value), value)


def mark(value: object) -> Hashable:
    """The same for what is written alike, secrets by their reference and their value; `1` is not `true`."""
    match value:
        case Secret():
            return Secret, value.reference, value.reveal()
        case Mapping():
            return dict, frozenset((key, mark(inner)) for key, inner in value.items())
        case list() | tuple():
            return list, tuple(mark(inner) for inner in value)
        case _:
            return type(value), value if isinstance(value, Hashable) else repr(value)
