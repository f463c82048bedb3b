"""A small ledger and its heads, as anchors are shown them."""

from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.ledger.note import Checkpoint, sign
from db.ledger.tree import consistency, leaf_hash, nodes_over, root
from sla.anchor import Head

ORIGIN = "status.example.com"
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


def head_of(size: int, *, last: int = 0, history: bytes = b"true", folder: Path = Path()) -> Head:
    node = nodes_over([leaf_hash(history + bytes([number])) for number in range(size)])
    text = Checkpoint(origin=ORIGIN, size=size, root=root(size, node), extensions=("2026-09-04T12:00:00.000Z",)).text

    async def prove(first: int) -> list[bytes]:
        return consistency(first, size, node)

    return Head(note=sign(text, ORIGIN, KEY).render(), size=size, last=last, prove=partial(prove), folder=folder)
