"""A real witness over HTTP, written from c2sp.org/tlog-witness: it keeps the last head of each ledger it knows.

It trusts a ledger's key, checks signature, size and consistency proof, and answers 200, 400, 403, 404, 409 or 422.
"""

import base64
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from db.ledger.note import NoteUnreadable, Signature, read_checkpoint, read_note, signed_by
from db.ledger.tree import EMPTY, consistent

NAME = "witness.example.com/w1"


def key_id(name: str, key: Ed25519PrivateKey) -> bytes:
    return sha256(name.encode() + b"\n\x04" + key.public_key().public_bytes_raw()).digest()[:4]


def verifier_key(name: str, key: Ed25519PrivateKey) -> str:
    """As its operator publishes it."""
    written = base64.b64encode(b"\x04" + key.public_key().public_bytes_raw()).decode()
    return f"{name}+{key_id(name, key).hex()}+{written}"


def cosign(text: str, name: str, key: Ed25519PrivateKey, at: int) -> Signature:
    """`at` in POSIX seconds."""
    signature = key.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
    return Signature(name=name, key_hash=key_id(name, key), signature=at.to_bytes(8, "big") + signature)


class Witness:
    """`logs`: origin -> key. `seen`: origin -> size and root last cosigned. `asked`: the bodies it got."""

    def __init__(self, logs: dict[str, Ed25519PublicKey], *, at: int = 1_788_523_200) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.logs = logs
        self.seen: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        self.url = ""
        self._at = at

    @property
    def verifier_key(self) -> str:
        return verifier_key(NAME, self.key)

    async def add_checkpoint(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.asked.append(body)
        head, _, written = body.partition("\n\n")
        old, *lines = head.split("\n")
        try:
            note = read_note(written)
            point = read_checkpoint(note.text)
            proof = [base64.b64decode(line, validate=True) for line in lines]
        except (NoteUnreadable, ValueError):
            return web.Response(status=400)
        if not re.fullmatch(r"old (0|[1-9][0-9]*)", old) or int(old[4:]) > point.size or len(proof) > 63:
            return web.Response(status=400)
        if point.origin not in self.logs:
            return web.Response(status=404)
        if not signed_by(note, point.origin, self.logs[point.origin]):
            return web.Response(status=403)
        size, root = self.seen.get(point.origin, (0, EMPTY))
        if int(old[4:]) != size or (size == point.size and root != point.root):
            return web.Response(status=409, text=f"{size}\n", content_type="text/x.tlog.size")
        if not consistent(root, size, point.root, point.size, proof):
            return web.Response(status=422)
        self.seen[point.origin] = (point.size, point.root)
        return web.Response(text=cosign(note.text, NAME, self.key, self._at).line)


@asynccontextmanager
async def listening(witness: Witness) -> AsyncIterator[Witness]:
    app = web.Application()
    app.add_routes([web.post("/w1/add-checkpoint", witness.add_checkpoint)])
    async with TestServer(app) as server:
        witness.url = str(server.make_url("/w1"))
        yield witness
