"""The inputs of a statement as bytes: with them it is composed again, whatever was configured since."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from zlib import compress, decompress

import rfc8785
from pydantic import TypeAdapter

from sla.parties import Parties
from sla.record import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`demo`: the data is made up."""

    parties: Parties
    facts: Facts
    demo: bool = False


def evidence_json(evidence: Evidence) -> dict[str, Any]:
    """No floats: spans as written (`24h`), instants in whole milliseconds, shares as `num/den`."""
    found: dict[str, Any] = _form().dump_python(evidence, mode="json")
    return found


def kept(evidence: Evidence) -> bytes:
    """Canonical JSON, deflated."""
    return compress(rfc8785.dumps(evidence_json(evidence)), 9)


def unkept(stored: bytes) -> Evidence:
    return _form().validate_json(decompress(stored))


@cache
def _form() -> TypeAdapter[Evidence]:
    """Made when it is needed: that takes longer than all else of a start's imports here."""
    return TypeAdapter(Evidence)
