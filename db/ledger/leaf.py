"""A leaf of the ledger: one fact in its canonical form.

Facts of one subject are a *stream* with a dense number, so that none can be left out of a proof unseen. What is
personal (names, what people wrote) is no part of a leaf: the leaf holds the hash of it with a random salt. Erasure
destroys salt and words; the leaf stays, and nobody can guess what it stood for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from db.ledger.canonical import NotCanonical, canonical, parse

VERSION = 1
SALT_BYTES = 32
_NEEDED = frozenset(("v", "kind", "stream", "n", "recorded_at", "body"))


class LeafUnreadable(ValueError):
    """Bytes that are not a leaf of ours, to the letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A fact to be appended. Values are JSON without floats; instants in milliseconds. `private` is kept beside it."""

    kind: str
    stream: str
    body: Mapping[str, Any]
    private: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A leaf as it stands in the ledger. `n` counts its stream from 0; `private_hash` is lower-case hex."""

    kind: str
    stream: str
    n: int
    recorded_at: int
    body: Mapping[str, Any]
    private_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a private hash stands for."""

    salt: bytes
    private: Mapping[str, Any]


def entry_of(leaf: Leaf, n: int, recorded_at: int, opening: Opening | None) -> Entry:
    return Entry(
        kind=leaf.kind,
        stream=leaf.stream,
        n=n,
        recorded_at=recorded_at,
        body=leaf.body,
        private_hash=None if opening is None else private_hash_of(opening),
    )


def private_hash_of(opening: Opening) -> str:
    """Raises NotCanonical."""
    return sha256(opening.salt + canonical(opening.private)).hexdigest()


def opens(entry: Entry, opening: Opening) -> bool:
    """Whether these are the words the leaf was made with."""
    try:
        return len(opening.salt) == SALT_BYTES and entry.private_hash == private_hash_of(opening)
    except NotCanonical:
        return False


def write(entry: Entry) -> bytes:
    """The bytes that are hashed. Raises NotCanonical."""
    value: dict[str, Any] = {
        "v": VERSION,
        "kind": entry.kind,
        "stream": entry.stream,
        "n": entry.n,
        "recorded_at": entry.recorded_at,
        "body": entry.body,
    }
    if entry.private_hash is not None:
        value["private"] = entry.private_hash
    return canonical(value)


def read(data: bytes) -> Entry:
    """Raises LeafUnreadable for anything `write` does not write."""
    try:
        value = parse(data)
    except NotCanonical as error:
        raise LeafUnreadable(str(error)) from error
    if not isinstance(value, dict) or not _NEEDED <= value.keys() <= _NEEDED | {"private"}:
        raise LeafUnreadable("a leaf has v, kind, stream, n, recorded_at, body, and private where something is")
    if value.get("private", "") is None:
        raise LeafUnreadable("a leaf without anything private has no such key")
    entry = Entry(
        kind=value["kind"],
        stream=value["stream"],
        n=value["n"],
        recorded_at=value["recorded_at"],
        body=value["body"],
        private_hash=value.get("private"),
    )
    if type(value["v"]) is not int or value["v"] != VERSION or not _typed(entry):
        raise LeafUnreadable("a leaf's values have other types, or it is of another version")
    return entry


def _typed(entry: Entry) -> bool:
    texts = isinstance(entry.kind, str) and isinstance(entry.stream, str) and isinstance(entry.body, dict)
    numbers = all(type(number) is int and number >= 0 for number in (entry.n, entry.recorded_at))
    return texts and numbers and (entry.private_hash is None or _is_hash(entry.private_hash))


def _is_hash(text: Any) -> bool:
    return isinstance(text, str) and len(text) == 64 and not set(text) - set("0123456789abcdef")
