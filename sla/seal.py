"""The seal of a statement: its number and revision, the hash of its record, and the signature that binds them.

The record (`sla.document.record`) does not hold its seal, so that both sides sign one and the same hash. What is signed
is `PREFIX` followed by the seal's own canonical JSON (RFC 8785) without the signature: no value of the seal can be
changed alone, and the signature can be taken for that of nothing else.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from config.instant import Instant, Span, parse_rfc3339, rfc3339
from sla.account import Verdict
from sla.cases import seconds

PREFIX = b"upheld statement seal v1\n"
EMPTY_ROOT = sha256(b"").hexdigest()
"""The root of a ledger without leaves (RFC 9162, 2.1.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What a revision changes for one component: counted downtime, later minus earlier, and the verdict."""

    component: str
    counted: Span | Fraction
    was: Verdict
    now: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """The revision that this one takes the place of. `money`: what is owed more, exact decimals by currency."""

    revision: int
    record_sha256: str
    deltas: tuple[Delta, ...]
    money: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """`cutoff`: what was recorded until then is in the record. `tree_size`, `root`: the ledger the facts stand in."""

    number: str
    revision: int
    sealed_at: Instant
    cutoff: Instant
    record_sha256: str
    tree_size: int
    root: str
    key_id: str
    signature: str
    """Base64 of the Ed25519 signature."""
    replaces: Replaced | None = None

    @property
    def name(self) -> str:
        """As printed: `HB-2026-10` for the first revision, then `HB-2026-10/2`."""
        return self.number if self.revision == 1 else f"{self.number}/{self.revision}"


def digest(record: bytes) -> str:
    return sha256(record).hexdigest()


def sealed(
    record: bytes,
    sign: Callable[[bytes], bytes],
    *,
    number: str,
    revision: int,
    sealed_at: Instant,
    cutoff: Instant,
    key_id: str,
    tree_size: int = 0,
    root: str = EMPTY_ROOT,
    replaces: Replaced | None = None,
) -> Seal:
    """The seal of a record. `sign` gives the Ed25519 signature of the bytes it is handed."""
    unsigned = Seal(
        number=number,
        revision=revision,
        sealed_at=sealed_at,
        cutoff=cutoff,
        record_sha256=digest(record),
        tree_size=tree_size,
        root=root,
        key_id=key_id,
        signature="",
        replaces=replaces,
    )
    return _signed(unsigned, b64encode(sign(signed_text(unsigned))).decode())


def _signed(seal: Seal, signature: str) -> Seal:
    return seal_of({**seal_json(seal), "signature": signature})


def signed_text(seal: Seal) -> bytes:
    """What the signature is over."""
    body = seal_json(seal)
    del body["signature"]
    return PREFIX + rfc8785.dumps(body)


def holds(seal: Seal, record: bytes, key: Ed25519PublicKey) -> bool:
    """Whether the seal is of this record and by this key."""
    if seal.record_sha256 != digest(record):
        return False
    try:
        key.verify(b64decode(seal.signature, validate=True), signed_text(seal))
    except (InvalidSignature, NotBase64):
        return False
    return True


def seal_json(seal: Seal) -> dict[str, Any]:
    """Only strings, whole numbers, null, lists and objects. Instants as in the record, spans in seconds."""
    replaced = seal.replaces
    return {
        "number": seal.number,
        "revision": seal.revision,
        "sealed_at": rfc3339(seal.sealed_at),
        "cutoff": rfc3339(seal.cutoff),
        "record_sha256": seal.record_sha256,
        "tree_size": seal.tree_size,
        "root": seal.root,
        "key_id": seal.key_id,
        "signature": seal.signature,
        "replaces": None
        if replaced is None
        else {
            "revision": replaced.revision,
            "record_sha256": replaced.record_sha256,
            "deltas": [delta_json(one) for one in replaced.deltas],
            "money": dict(replaced.money),
        },
    }


def delta_json(one: Delta) -> dict[str, Any]:
    return {
        "component": one.component,
        "counted_s": seconds(one.counted),
        "was": one.was.value,
        "now": one.now.value,
    }


def seal_of(stored: dict[str, Any]) -> Seal:
    """The seal `seal_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    replaced = stored["replaces"]
    return Seal(
        number=stored["number"],
        revision=stored["revision"],
        sealed_at=parse_rfc3339(stored["sealed_at"]),
        cutoff=parse_rfc3339(stored["cutoff"]),
        record_sha256=stored["record_sha256"],
        tree_size=stored["tree_size"],
        root=stored["root"],
        key_id=stored["key_id"],
        signature=stored["signature"],
        replaces=None
        if replaced is None
        else Replaced(
            revision=replaced["revision"],
            record_sha256=replaced["record_sha256"],
            deltas=tuple(
                Delta(
                    component=one["component"],
                    counted=Fraction(one["counted_s"]) * 1000,
                    was=Verdict(one["was"]),
                    now=Verdict(one["now"]),
                )
                for one in replaced["deltas"]
            ),
            money=tuple(sorted(replaced["money"].items())),
        ),
    )


def numbers(customer: str, period: str) -> tuple[str, ...]:
    """Shortest first: `HB-2026-10`, `HARBOUR-BANK-2026-10`, and the id as it is; the first that is nobody else's."""
    words = re.findall(r"[A-Z0-9]+", customer.upper())
    short = "".join(word[0] for word in words) if len(words) > 1 else words[0]
    return tuple(dict.fromkeys(f"{one}-{period}" for one in (short, "-".join(words), customer)))
