"""What a sealing leaves in the ledger: which record it sealed, and on which facts it rests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STATEMENT = "statement.sealed"
"""The kind of the leaf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """`streams`: of each stream of facts the half-open range of its numbers that the record follows from."""

    number: str
    revision: int
    record_sha256: str
    streams: Mapping[str, tuple[int, int]]


def stamp_of(body: Mapping[str, Any]) -> Stamp | None:
    """From the leaf's body, which holds the whole seal; None for what is no such body."""
    try:
        seal, streams = body["seal"], body["streams"].items()
        return Stamp(
            number=seal["number"],
            revision=seal["revision"],
            record_sha256=seal["record_sha256"],
            streams={name: (int(first), int(head)) for name, (first, head) in streams},
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
