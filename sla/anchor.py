"""What a file in sla/anchors/ offers: a third party that confirms when a head of the ledger existed.

It is asked for the newest daily head until it has confirmed it. It answers with a `Receipt` or raises an `AnchorError`;
nothing in the house waits for it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel

from config.instant import Instant
from db.ledger.note import Signature

O = TypeVar("O", bound=BaseModel)  # noqa: E741

Prove = Callable[[int], Awaitable[list[bytes]]]
"""The proof that the head adds to the first so many leaves; empty for none. Raises ValueError if they are more."""


class AnchorError(Exception):
    """It did not confirm the head; the text says why."""


def _web(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http:// or https:// address with a host")
    return url


WebAddress = Annotated[str, AfterValidator(_web)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A signed head as it left the house. `last`: how many leaves this anchor confirmed before; 0 for none.

    Relative paths in options are relative to `folder`.
    """

    note: str
    size: int
    last: int
    prove: Prove
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`body` is the evidence as others check it; `at` is the time in it. `signatures` are kept under the note."""

    at: Instant
    content_type: str
    body: bytes
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor(Generic[O]):
    """`submit` ends by itself within half a minute."""

    options: type[O]
    submit: Callable[[O, Head], Awaitable[Receipt]]
