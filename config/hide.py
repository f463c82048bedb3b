"""Literal passwords in the options of checks, channels and sources, wrapped so that nothing prints them."""

import re
from collections.abc import Mapping
from inspect import isclass
from typing import Any, get_args

from pydantic import BaseModel

from config.secret import Secret

_SECRET_NAME = re.compile(r"(?i)auth|cookie|key|token|secret|passw|session")


def hidden(model: type[BaseModel], raw: Mapping[str, object]) -> dict[str, object]:
    """The raw options; a literal in a field that the model, or one within it, keeps secret is wrapped."""
    wrapped = dict(raw)
    for name, info in model.model_fields.items():
        key, inner = info.alias or name, _model_in(info.annotation)
        match wrapped.get(key):
            case str() as value if not info.repr or "Secret" in repr(info.annotation):
                wrapped[key] = Secret(value)
            case Mapping() as value if inner is not None:
                wrapped[key] = hidden(inner, value)
            case Mapping() as value:
                wrapped[key] = {name: _by_name(name, text) for name, text in value.items()}
            case _:
                pass
    return wrapped


def _by_name(name: str, value: object) -> object:
    """Where names are free, as those of headers, they have to say what is secret."""
    return Secret(value) if isinstance(value, str) and _SECRET_NAME.search(name) else value


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model an option is, or may be."""
    for one in (annotation, *get_args(annotation)):
        if isclass(one) and issubclass(one, BaseModel):
            return one
    return None
