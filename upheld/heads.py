"""Signed heads for whoever asks: a feed of the daily ones, any by its size, proofs, and what anchors answered."""

import base64
from functools import partial
from typing import Any

import orjson
from aiohttp import web
from sqlalchemy import Connection

from config.instant import rfc3339
from db.ledger import checkpoint, outside, store
from db.ledger.checkpoint import Signed
from db.ledger.outside import Anchored
from sla.checkpoint_feed import atom
from upheld.house import House

FEED = 90
_SIZE = "{size:[1-9][0-9]{0,17}}"


def routes(house: House) -> list[web.RouteDef]:
    return [
        web.get("/checkpoints.atom", partial(_feed, house)),
        web.get(f"/checkpoints/{_SIZE}", partial(_head, house)),
        web.get(f"/checkpoints/{_SIZE}/proof", partial(_proof, house)),
        web.get(f"/checkpoints/{_SIZE}/anchors", partial(_anchors, house)),
        web.get(f"/checkpoints/{_SIZE}/anchors/{{anchor}}", partial(_receipt, house)),
    ]


async def _feed(house: House, request: web.Request) -> web.Response:
    heads = await house.database.read(lambda tx: outside.days(tx, FEED))
    body = atom(heads, house.config.site)
    return web.Response(body=body, content_type="application/atom+xml", charset="utf-8", headers=_FRESH)


async def _head(house: House, request: web.Request) -> web.Response:
    """The note with every signature below it that we know."""
    size = int(request.match_info["size"])
    head = await house.database.read(lambda tx: checkpoint.at_size(tx, size))
    return _not_signed(size) if head is None else web.Response(text=head.note, headers=_FRESH)


async def _proof(house: House, request: web.Request) -> web.Response:
    size = int(request.match_info["size"])

    def look(tx: Connection) -> tuple[Signed | None, Signed | None, list[bytes]]:
        head, newest = checkpoint.at_size(tx, size), checkpoint.newest(tx)
        proof = [] if head is None or newest is None else store.consistency_of(tx, size, newest.size)
        return head, newest, proof

    head, newest, proof = await house.database.read(look)
    if head is None or newest is None:
        return _not_signed(size)
    return _json(
        {
            "first": {"size": head.size, "root": _base64(head.root)},
            "second": {"size": newest.size, "root": _base64(newest.root)},
            "proof": [_base64(one) for one in proof],
            "note": newest.note,
        }
    )


async def _anchors(house: House, request: web.Request) -> web.Response:
    size = int(request.match_info["size"])
    found = await house.database.read(lambda tx: outside.anchored_at(tx, size))
    return _json([_shown(one) for one in found])


async def _receipt(house: House, request: web.Request) -> web.Response:
    """One anchor's answer as it came."""
    size, name = int(request.match_info["size"]), request.match_info["anchor"]
    found = await house.database.read(lambda tx: outside.anchored_at(tx, size))
    for one in found:
        if one.anchor == name:
            return web.Response(body=one.receipt, headers={**_FRESH, "Content-Type": one.content_type})
    return web.Response(status=404, text=f"{name} has not answered for a head of {size} leaves\n")


def _shown(one: Anchored) -> dict[str, Any]:
    return {
        "anchor": one.anchor,
        "kind": one.kind,
        "at": rfc3339(one.at),
        "note": one.note,
        "content_type": one.content_type,
        "receipt": _base64(one.receipt),
    }


def _not_signed(size: int) -> web.Response:
    return web.Response(
        status=404, text=f"no head was signed over {size} leaves; /checkpoints.atom lists the daily ones\n"
    )


def _json(value: object) -> web.Response:
    return web.Response(body=orjson.dumps(value), content_type="application/json", headers=_FRESH)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


_FRESH = {"Cache-Control": "no-cache"}
