"""One command of a person, and the shape of the function that carries it out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection

from config.instant import Instant
from upheld.rules import Rules

Arguments: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One command: who gives it, with which arguments, when."""

    rules: Rules
    by: str
    arguments: Arguments
    now: Instant


Command: TypeAlias = Callable[[Connection, Call], Any]
