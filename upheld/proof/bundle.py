"""The bundle of a sealed statement: one JSON file with everything it rests on.

    format       "upheld-bundle/1"
    record       the statement itself, as `--format json` gives it
    seal         number, revision, hash of the record, signature
    leaves       every fact the record follows from: its index in the ledger, the leaf, the proof that it is there,
                 and where the leaf holds only the hash of something personal, what it stands for
    checkpoint   the signed head of the ledger all proofs lead to
    history      earlier signed heads, each with the proof that the ledger has only grown since
    key          the public key the signatures were made with

The file is its own RFC 8785 form byte for byte and its base64 is strict: whatever differs is unreadable.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.ledger import leaf as leaves
from db.ledger.canonical import NotCanonical, canonical, parse
from db.ledger.leaf import Entry, LeafUnreadable, Opening

FORMAT = "upheld-bundle/1"
_KEYS = frozenset(("format", "record", "seal", "leaves", "checkpoint", "history", "key"))


class BundleUnreadable(ValueError):
    """It is not a bundle, to the letter. The text says what is not as it must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One leaf with its proof. `opening`: what its private hash stands for, None where nothing is private."""

    index: int
    entry: Entry
    proof: tuple[bytes, ...]
    opening: Opening | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A signed head of before, and the proof that the bundle's own only adds to it."""

    checkpoint: str
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """`record` and `seal` are plain data; `checkpoint` is a signed note; `key` the PEM of the public key."""

    record: Mapping[str, Any]
    seal: Mapping[str, Any]
    evidence: tuple[Evidence, ...]
    checkpoint: str
    history: tuple[Earlier, ...]
    key: str


def write(bundle: Bundle) -> bytes:
    return canonical(
        {
            "format": FORMAT,
            "record": bundle.record,
            "seal": bundle.seal,
            "leaves": [_evidence_to(one) for one in bundle.evidence],
            "checkpoint": bundle.checkpoint,
            "history": [{"checkpoint": one.checkpoint, "proof": _texts(one.proof)} for one in bundle.history],
            "key": bundle.key,
        }
    )


def read(data: bytes) -> Bundle:
    """Raises BundleUnreadable."""
    try:
        value = parse(data)
    except NotCanonical as error:
        raise BundleUnreadable(str(error)) from error
    _has(value, "the bundle", {"format": str, "record": dict, "seal": dict, "leaves": list, "history": list})
    _has(value, "the bundle", {"checkpoint": str, "key": str})
    if value["format"] != FORMAT:
        raise BundleUnreadable(f"its format is {value['format']!r}; this version reads {FORMAT}")
    _only(value, "the bundle", _KEYS)
    return Bundle(
        record=value["record"],
        seal=value["seal"],
        evidence=tuple(_evidence_from(one, f"leaves[{at}]") for at, one in enumerate(value["leaves"])),
        checkpoint=value["checkpoint"],
        history=tuple(_earlier_from(one, f"history[{at}]") for at, one in enumerate(value["history"])),
        key=value["key"],
    )


def _evidence_to(one: Evidence) -> dict[str, Any]:
    value: dict[str, Any] = {
        "index": one.index,
        "leaf": parse(leaves.write(one.entry)),
        "proof": _texts(one.proof),
    }
    if one.opening is not None:
        value["opening"] = {"salt": _text(one.opening.salt), "private": one.opening.private}
    return value


def _evidence_from(value: Any, where: str) -> Evidence:
    _has(value, where, {"index": int, "leaf": dict, "proof": list})
    _only(value, where, {"index", "leaf", "proof", "opening"})
    opening = None
    if "opening" in value:
        found = value["opening"]
        _has(found, f"{where}.opening", {"salt": str, "private": dict})
        _only(found, f"{where}.opening", {"salt", "private"})
        opening = Opening(salt=_bytes(found["salt"], f"{where}.opening.salt"), private=found["private"])
    try:
        entry = leaves.read(canonical(value["leaf"]))
    except (LeafUnreadable, NotCanonical) as error:
        raise BundleUnreadable(f"{where}.leaf: {error}") from error
    return Evidence(index=value["index"], entry=entry, proof=_proof(value["proof"], f"{where}.proof"), opening=opening)


def _earlier_from(value: Any, where: str) -> Earlier:
    _has(value, where, {"checkpoint": str, "proof": list})
    _only(value, where, {"checkpoint", "proof"})
    return Earlier(checkpoint=value["checkpoint"], proof=_proof(value["proof"], f"{where}.proof"))


def _has(value: Any, where: str, wanted: Mapping[str, type]) -> None:
    if not isinstance(value, dict):
        raise BundleUnreadable(f"{where} is not an object")
    for key, kind in wanted.items():
        if type(value.get(key)) is not kind:
            raise BundleUnreadable(f"{where}.{key} is missing or of another type")


def _only(value: Mapping[str, Any], where: str, known: frozenset[str] | set[str]) -> None:
    for key in value:
        if key not in known:
            raise BundleUnreadable(f"{where}.{key}: no bundle has such a key")


def _proof(values: Sequence[Any], where: str) -> tuple[bytes, ...]:
    return tuple(_bytes(value, f"{where}[{at}]") for at, value in enumerate(values))


def _texts(values: Sequence[bytes]) -> list[str]:
    return [_text(value) for value in values]


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(text: Any, where: str) -> bytes:
    """Strictly: the one way to write these bytes."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (AttributeError, UnicodeError, binascii.Error, ValueError) as error:
        raise BundleUnreadable(f"{where} is not base64") from error
    if _text(value) != text:
        raise BundleUnreadable(f"{where} is base64 with stray bits")
    return value
