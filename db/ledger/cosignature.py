"""Cosignatures of witnesses as C2SP writes them (c2sp.org/tlog-cosignature), of the Ed25519 type.

A witness says: at this time, no head of this ledger that I ever saw was larger, and this one only adds to the one
before. Its line under a note holds the time, eight bytes of POSIX seconds, before the 64 bytes of the signature.
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from db.ledger.note import Note, Signature

COSIGNATURE = 4
"""The signature type of the specification."""
_HASH_BYTES, _KEY_BYTES, _TIME_BYTES, _SIGNATURE_BYTES = 4, 32, 8, 64


class KeyUnreadable(ValueError):
    """The text says how a witness's key is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """`name` is the key's, as it stands in the signature line."""

    name: str
    key: Ed25519PublicKey

    @property
    def key_hash(self) -> bytes:
        of = self.name.encode() + b"\n" + bytes([COSIGNATURE]) + self.key.public_bytes_raw()
        return sha256(of).digest()[:_HASH_BYTES]


def read_witness(written: str) -> Witness:
    """From `name+hash+key`, the verifier key its operator publishes (c2sp.org/signed-note). Raises KeyUnreadable."""
    name, _, rest = written.partition("+")
    hashed, _, encoded = rest.partition("+")
    try:
        value = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if not name or "".join(name.split()) != name or len(value) != 1 + _KEY_BYTES or value[0] != COSIGNATURE:
        raise KeyUnreadable("a witness's key is written name+hash+key, of the Ed25519 cosignature type")
    witness = Witness(name=name, key=Ed25519PublicKey.from_public_bytes(value[1:]))
    if witness.key_hash.hex() != hashed:
        raise KeyUnreadable(f"the hash in the witness's key does not fit its name and key; copy it whole from {name}")
    return witness


def cosigned_message(text: str, at: int) -> bytes:
    """What a witness signs for a note's text; `at` in POSIX seconds."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def cosignatures(note: Note, witness: Witness) -> dict[Signature, int]:
    """Those of this witness that hold -> when it signed, in POSIX seconds. What is another's is passed over."""
    found: dict[Signature, int] = {}
    for one in note.signatures:
        at = _cosigned_at(note.text, one, witness)
        if at is not None:
            found[one] = at
    return found


def _cosigned_at(text: str, one: Signature, witness: Witness) -> int | None:
    named = (one.name, one.key_hash) == (witness.name, witness.key_hash)
    if not named or len(one.signature) != _TIME_BYTES + _SIGNATURE_BYTES:
        return None
    at = int.from_bytes(one.signature[:_TIME_BYTES], "big")
    try:
        witness.key.verify(one.signature[_TIME_BYTES:], cosigned_message(text, at))
    except InvalidSignature:
        return None
    return at
