"""What somebody said, and when: the frame around every event of an exclusion or a correction."""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from config.instant import Instant
from config.refusal import Refusal

E = TypeVar("E")

CONFIGURATION = "configuration"
"""Signs what stands in the configuration."""
WRITER = "{id}: {name} wrote it down in the customer's name and cannot approve it; a second person has to"
"""Whoever writes for another has said it, too: otherwise one person alone could be both."""
_CUSTOMER = "customer:"


class Refused(Refusal):
    """What a person asked for cannot be; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Generic[E]):
    """`by` whom: `person:li`, `customer:acme`, `configuration`. `entered_by` wrote it down where that was another."""

    event: E
    happened_at: Instant
    recorded_at: Instant
    by: str
    entered_by: str | None = None
    seen_by_customer_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Somebody who wrote down a customer's word for him; `proof`: where that word can be seen, empty for none."""

    by: str
    proof: str


def recorded(said: Said[E], at: Instant) -> Said[E]:
    """Written down at that instant; the customer cannot have seen it before."""
    seen = None if said.seen_by_customer_at is None else at
    return replace(said, recorded_at=at, seen_by_customer_at=seen)


def customer_of(by: str) -> str | None:
    """The customer who speaks; None where it is somebody else."""
    return by.removeprefix(_CUSTOMER) if by.startswith(_CUSTOMER) else None


def name_of(by: str) -> str:
    """`li` of `person:li`."""
    return by.partition(":")[2] or by


def spoken_by(customer: str) -> str:
    return f"{_CUSTOMER}{customer}"
