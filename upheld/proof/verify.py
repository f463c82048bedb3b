"""`upheld verify`: whether a bundle holds. Every check needs only the file, a key and a checkpoint one kept.

A finding says what does not hold and what that means. The order is that of trust: the key, the head of the ledger, each
leaf, the seal, what may have been left out, when it was written, and last the figures, composed again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from config.instant import parse_rfc3339
from db.ledger import leaf, note, tree
from db.ledger.canonical import canonical
from db.ledger.note import Checkpoint, Note, NoteUnreadable
from sla.seal import Seal, holds, seal_json, seal_of
from upheld.proof.bundle import Bundle, Evidence
from upheld.proof.evidence import Unusable, instant, recomposed, told_by
from upheld.proof.stamp import STATEMENT, Stamp, stamp_of
from upheld.proof.support import days_told, unsupported
from upheld.proof.told import Erased


class Check(StrEnum):
    """What is checked, in this order."""

    KEY = "key"
    CHECKPOINT = "checkpoint"
    LEAVES = "leaves"
    SEAL = "seal"
    COMPLETE = "complete"
    TIMES = "times"
    FIGURES = "figures"
    SUPPORT = "support"
    SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    check: Check
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`key_id` is of the key that signed. Without findings the bundle holds."""

    key_id: str
    findings: tuple[Finding, ...]
    leaves: int
    size: int

    @property
    def holds(self) -> bool:
        return not self.findings


def key_id_of(key: Ed25519PublicKey) -> str:
    return sha256(key.public_bytes_raw()).hexdigest()[:16]


def public_key(pem: str | bytes) -> Ed25519PublicKey:
    """Raises ValueError."""
    try:
        key = load_pem_public_key(pem.encode() if isinstance(pem, str) else pem)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(str(error)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")
    return key


def verify(bundle: Bundle, trusted: Ed25519PublicKey | None = None, seen: str | None = None) -> Report:
    """`trusted` is a key the reader holds, `seen` a checkpoint she kept."""
    return _Verifying(bundle, trusted, seen).report()


class _Verifying:
    """One bundle under examination. What a later check rests on, an earlier one has found good."""

    def __init__(self, bundle: Bundle, trusted: Ed25519PublicKey | None, seen: str | None) -> None:
        self._bundle = bundle
        self._trusted = trusted
        self._seen = seen
        self._findings: list[Finding] = []

    def report(self) -> Report:
        try:
            key = public_key(self._bundle.key)
        except ValueError as error:
            return self._report("", [Finding(check=Check.KEY, text=f"the key in the bundle is no key: {error}")], 0)
        head = self._head(key)
        if head is None:
            return self._report(key_id_of(key), self._findings, 0)
        self._key(key)
        self._leaves(head)
        seal, stamp = self._seal(key, head)
        sound = not self._findings
        heads = [*self._earlier(key, head), head]
        if sound and seal is not None and stamp is not None:
            self._complete(stamp)
            self._times(heads, seal)
            self._figures(seal)
        if self._seen is not None:
            self._kept(key, heads, self._seen)
        return self._report(key_id_of(key), self._findings, head.size)

    def _report(self, key_id: str, findings: list[Finding], size: int) -> Report:
        return Report(key_id=key_id, findings=tuple(findings), leaves=len(self._bundle.evidence), size=size)

    def _say(self, check: Check, text: str) -> None:
        self._findings.append(Finding(check=check, text=text))

    def _key(self, key: Ed25519PublicKey) -> None:
        own = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        if own != self._bundle.key:
            self._say(Check.KEY, "the key in the bundle is not written as keys are")
        if self._trusted is not None and self._trusted.public_bytes_raw() != key.public_bytes_raw():
            held, signed = key_id_of(self._trusted), key_id_of(key)
            self._say(Check.KEY, f"signed by key {signed}, but you hold key {held}: ask the provider why")

    def _head(self, key: Ed25519PublicKey) -> Checkpoint | None:
        return self._checkpoint(Check.CHECKPOINT, "the checkpoint of the bundle", self._bundle.checkpoint, key)

    def _checkpoint(self, check: Check, what: str, written: str, key: Ed25519PublicKey) -> Checkpoint | None:
        try:
            found = note.read_note(written)
            head = note.read_checkpoint(found.text)
        except NoteUnreadable as error:
            self._say(check, f"{what} is not readable: {error}")
            return None
        if not _signed(found, key):
            self._say(check, f"{what} is not signed by the key of this bundle")
            return None
        return head

    def _leaves(self, head: Checkpoint) -> None:
        before = -1
        for one in self._bundle.evidence:
            if one.index <= before:
                self._say(Check.LEAVES, f"leaf {one.index} stands twice or out of order")
            before = max(before, one.index)
            found = tree.leaf_hash(leaf.write(one.entry))
            if not tree.includes(head.root, head.size, one.index, found, one.proof):
                self._say(Check.LEAVES, f"leaf {one.index} ({one.entry.stream}) is not in the ledger as it stands here")
            elif one.opening is not None and not leaf.opens(one.entry, one.opening):
                self._say(
                    Check.LEAVES, f"what is said beside leaf {one.index} ({one.entry.stream}) is not what it holds"
                )

    def _seal(self, key: Ed25519PublicKey, head: Checkpoint) -> tuple[Seal | None, Stamp | None]:
        record = canonical(self._bundle.record)
        try:
            seal = seal_of(dict(self._bundle.seal))
            written = seal_json(seal)
        except (KeyError, TypeError, ValueError, ZeroDivisionError, AttributeError, OverflowError):
            self._say(Check.SEAL, "the seal is not readable")
            return None, None
        if written != self._bundle.seal:
            self._say(Check.SEAL, "the seal is not written as seals are")
            return None, None
        if not holds(seal, record, key):
            self._say(Check.SEAL, "the seal is not one of this record by this key: record or seal was changed")
            return None, None
        if seal.key_id != key_id_of(key):
            self._say(Check.SEAL, f"the seal names key {seal.key_id}, but key {key_id_of(key)} signed it")
        stamp = self._stamp(seal)
        if stamp is None:
            self._say(Check.SEAL, f"the ledger does not hold the sealing of {seal.name}: it was not made in its time")
        return seal, stamp

    def _stamp(self, seal: Seal) -> Stamp | None:
        """The leaf that the sealing left in the ledger."""
        wanted = (seal.number, seal.revision, seal.record_sha256)
        for one in self._bundle.evidence:
            if one.entry.kind != STATEMENT:  # the sealing
                continue
            stamp = stamp_of(one.entry.body)
            if stamp is not None and (stamp.number, stamp.revision, stamp.record_sha256) == wanted:
                return stamp
        return None

    def _complete(self, stamp: Stamp) -> None:
        """Of every stream the sealing counted on, all facts up to its head are here."""
        held: dict[str, list[Evidence]] = {}
        for one in self._bundle.evidence:
            held.setdefault(one.entry.stream, []).append(one)
        for stream, (first, head) in stamp.streams.items():
            numbers = [one.entry.n for one in held.pop(stream, [])]
            if numbers[: head - first] != list(range(first, head)):
                self._say(Check.COMPLETE, f"facts of {stream} are missing: the sealing rests on {head - first} of them")
        for stream in held:
            if not stream.startswith(("statement/", "erasure/")):
                self._say(Check.COMPLETE, f"{stream} is none of what the sealing rests on")
        erased = {one.entry.body.get("index") for one in self._bundle.evidence if one.entry.kind == "erasure"}
        for one in self._bundle.evidence:
            if one.entry.private_hash is not None and one.opening is None and one.index not in erased:
                self._say(Check.COMPLETE, f"what leaf {one.index} ({one.entry.stream}) stands for is missing")

    def _times(self, heads: Sequence[Checkpoint], seal: Seal) -> None:
        """No fact says it was recorded before one that stands earlier in the ledger, or on the other side of a head."""
        for before, after in pairwise(self._bundle.evidence):
            if after.entry.recorded_at < before.entry.recorded_at:
                self._say(
                    Check.TIMES, f"leaf {after.index} says it was recorded before leaf {before.index}: back-dated"
                )
        for one in heads:
            at = _time_of(one)
            if at is None:
                continue
            for fact in self._bundle.evidence:
                if fact.index < one.size and fact.entry.recorded_at > at:
                    self._say(Check.TIMES, f"leaf {fact.index} is recorded after a head that holds it was signed")
                if fact.index >= one.size and fact.entry.recorded_at < at:
                    stream = fact.entry.stream
                    text = f"leaf {fact.index} ({stream}) says it was recorded before a head without it: back-dated"
                    self._say(Check.TIMES, text)
        sizes = [one.size for one in heads]
        if any(before >= after for before, after in pairwise(sizes)):
            self._say(Check.TIMES, "the earlier heads are out of order, or one stands twice")
        if not any(one.size == seal.tree_size and one.root.hex() == seal.root for one in heads):
            self._say(Check.TIMES, "the head of the ledger that the seal names is not among the signed ones")

    def _earlier(self, key: Ed25519PublicKey, head: Checkpoint) -> Iterator[Checkpoint]:
        for one in self._bundle.history:
            found = self._checkpoint(Check.CHECKPOINT, "an earlier head", one.checkpoint, key)
            if found is None:
                continue
            if not tree.consistent(found.root, found.size, head.root, head.size, one.proof):
                text = f"the ledger of {found.size} leaves is not the beginning of the one of {head.size}: rewritten"
                self._say(Check.CHECKPOINT, text)
            yield found

    def _figures(self, seal: Seal) -> None:
        try:
            again = recomposed(self._bundle.evidence, self._bundle.record, seal)
        except Unusable as error:
            self._say(Check.FIGURES, str(error))
            return
        for place in _differences(again, self._bundle.record, ""):
            self._say(Check.FIGURES, f"{place} is not what follows from the facts")
        record = self._bundle.record
        window = instant(record["start"]), min(instant(record["end"]), days_told(seal.cutoff))
        components = [one["component"] for one in record["components"]]
        for text in unsupported(told_by(self._bundle.evidence), components, window):
            self._say(Check.SUPPORT, text)

    def _kept(self, key: Ed25519PublicKey, heads: Sequence[Checkpoint], written: str) -> None:
        """That the reader's own checkpoint is the beginning of this ledger."""
        kept = self._checkpoint(Check.SEEN, "the checkpoint you kept", written, key)
        if kept is None:
            return
        newest, same = heads[-1], [one for one in heads if one.size == kept.size]
        if any(found.root == kept.root and found.origin == kept.origin for found in same):
            return
        if same:
            self._say(Check.SEEN, f"the ledger of {kept.size} leaves that you saw is not this one: it was rewritten")
        elif kept.size > newest.size:
            text = f"your checkpoint has {kept.size} leaves, this bundle only {newest.size}; ask for the bundle anew"
            self._say(Check.SEEN, text)
        else:
            self._say(
                Check.SEEN, f"this bundle proves nothing about {kept.size} leaves; ask for it with your checkpoint"
            )


def _signed(found: Note, key: Ed25519PublicKey) -> bool:
    names = {one.name for one in found.signatures}
    return any(note.signed_by(found, name, key) for name in names)


def _time_of(head: Checkpoint) -> int | None:
    """When it was signed: its first extension line."""
    try:
        return parse_rfc3339(head.extensions[0])
    except (IndexError, ValueError):
        return None


def _differences(again: Any, record: Any, place: str) -> Iterator[str]:
    """The places where two documents differ, the outermost that says something; at most a few matter to a reader.

    A word that was erased since can be anything in the record: what was sealed with it stands there alone.
    """
    if isinstance(again, Erased):
        return
    if isinstance(again, Mapping) and isinstance(record, Mapping):
        for key in sorted({*again, *record}):
            yield from _differences(again.get(key), record.get(key), f"{place}.{key}" if place else str(key))
    elif isinstance(again, list) and isinstance(record, list) and len(again) == len(record):
        for at, (one, other) in enumerate(zip(again, record, strict=True)):
            yield from _differences(one, other, f"{place}[{at}]")
    elif type(again) is not type(record) or again != record:
        yield place
