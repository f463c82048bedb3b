"""Signed notes and checkpoints as C2SP writes them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).

    status.example.com              origin: which ledger
    1234                            how many leaves
    CsUYapGGPo4dkMgIAUqom/Xajj7…    the root of the tree over them, base64

    — status.example.com Az3grlgt…  one line a signature: key name, base64 of key hash and signature

There is one way to write a note; whatever differs from it by a byte is unreadable. Signatures of others (witnesses)
are kept as they are, whatever their kind.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from db.ledger.tree import HASH_BYTES

LIMIT = 1 << 20
ED25519 = 1
"""The signature type of the specification."""
_KEY_HASH_BYTES = 4
_DASH = "— "


class NoteUnreadable(ValueError):
    """The text says what is not as it must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """`name` is the key's; for Ed25519 `signature` has 64 bytes, a witness's begins with its time."""

    name: str
    key_hash: bytes
    signature: bytes

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.key_hash + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """`text` ends with its newline; what is signed is exactly its UTF-8."""

    text: str
    signatures: tuple[Signature, ...]

    def render(self) -> str:
        return self.text + "\n" + "".join(one.line for one in self.signatures)

    def with_signatures(self, more: Iterable[Signature]) -> "Note":
        """Those it has, then the new ones."""
        return replace(self, signatures=tuple(dict.fromkeys((*self.signatures, *more))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a ledger: its name, its size, its root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Raises ValueError for what no note could hold."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        text = "".join(f"{line}\n" for line in lines)
        if read_checkpoint(text) != self:
            raise ValueError("a checkpoint's lines are not empty and hold no line break")
        return text


def key_hash(name: str, key: Ed25519PublicKey) -> bytes:
    """Four bytes that, with the name, say which key: a short name, no proof."""
    return sha256(name.encode() + b"\n" + bytes([ED25519]) + key.public_bytes_raw()).digest()[:_KEY_HASH_BYTES]


def key_name(wanted: str) -> str:
    """The text as a key may be called: without spaces and plus signs."""
    return "-".join(wanted.replace("+", " ").split()) or "upheld"


def sign(text: str, name: str, key: Ed25519PrivateKey) -> Note:
    """Raises NoteUnreadable for a text or a name no note could hold."""
    signature = Signature(name=name, key_hash=key_hash(name, key.public_key()), signature=key.sign(text.encode()))
    note = Note(text=text, signatures=(signature,))
    if read_note(note.render()) != note:
        raise NoteUnreadable("the text would be read differently")
    return note


def signed_by(note: Note, name: str, key: Ed25519PublicKey) -> bool:
    """Whether this key signed it under this name: at least one signature of it, and none that is wrong."""
    wanted = (name, key_hash(name, key))
    ours = [one.signature for one in note.signatures if (one.name, one.key_hash) == wanted]
    return bool(ours) and all(_verifies(key, signature, note.text) for signature in ours)


def read_note(written: str | bytes) -> Note:
    """Raises NoteUnreadable."""
    text, signatures = _split(_decoded(written))
    return Note(text=text, signatures=tuple(_signature(line) for line in signatures))


def read_checkpoint(text: str) -> Checkpoint:
    """From a note's text. Raises NoteUnreadable."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NoteUnreadable("a checkpoint has three lines or more, none of them empty")
    origin, size, root, *extensions = lines[:-1]
    if not (size.isascii() and size.isdecimal() and len(size) < 20 and str(int(size)) == size):
        raise NoteUnreadable(f"a checkpoint's second line is its size, not {size[:40]!r}")
    found = _base64(root)
    if len(found) != HASH_BYTES:
        raise NoteUnreadable("a checkpoint's third line is a root of 32 bytes")
    return Checkpoint(origin=origin, size=int(size), root=found, extensions=tuple(extensions))


def _decoded(written: str | bytes) -> str:
    try:
        text = written.decode() if isinstance(written, bytes) else written
        size = len(text.encode())
    except UnicodeError as error:
        raise NoteUnreadable("a note is UTF-8") from error
    if size > LIMIT:
        raise NoteUnreadable("a note has at most a mebibyte")
    if any(character < " " and character != "\n" for character in text):
        raise NoteUnreadable("a note has no control characters but line breaks")
    return text


def _split(written: str) -> tuple[str, list[str]]:
    """The text with its line break, and the lines after the last empty line."""
    text, found, below = written.rpartition("\n\n")
    lines = below.split("\n")
    if not found or not text or len(lines) < 2 or lines.pop():
        raise NoteUnreadable("a note is a text, an empty line, and one line or more of signatures")
    return text + "\n", lines


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not name or "+" in name or name != "".join(name.split()):
        raise NoteUnreadable(f"no signature line: {line[:80]!r}")
    value = _base64(encoded)
    if len(value) <= _KEY_HASH_BYTES:
        raise NoteUnreadable("a signature has more than four bytes")
    return Signature(name=name, key_hash=value[:_KEY_HASH_BYTES], signature=value[_KEY_HASH_BYTES:])


def _base64(text: str) -> bytes:
    """Strictly: the one way to write these bytes."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteUnreadable(f"not base64: {text[:80]!r}") from error
    if base64.b64encode(value).decode() != text:
        raise NoteUnreadable(f"base64 with stray bits: {text[:80]!r}")
    return value


def _verifies(key: Ed25519PublicKey, signature: bytes, text: str) -> bool:
    try:
        key.verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True
