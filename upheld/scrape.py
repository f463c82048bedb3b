"""One scrape of `/metrics`: what a client library counts, and the series of thousands of checks piece by piece.

At no time is all of the text in memory, nor is the loop held for more than one piece (docs/adr/0116).
"""

import asyncio
import zlib
from collections.abc import Iterator
from functools import partial
from itertools import chain

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from config.instant import Instant
from config.model import Config
from config.state import State
from db.engine import Database
from db.errors import StoreUnavailable
from incidents.store.transition import latest_states
from probe.metrics import texts
from upheld.budgets import Standing, standings
from upheld.house import House
from upheld.metrics import Snapshot, snapshot

TIMEOUT = "X-Prometheus-Scrape-Timeout-Seconds"
"""How long Prometheus waits, told with each scrape."""
PATIENCE_SECONDS = 10.0
MARGIN_SECONDS = 0.5
PIECE = 1 << 16
"""Bytes that are worth sending."""
SLICE, CUSTOMERS = 1000, 5
"""Components whose states, and customers whose budgets are read at a time."""


async def metrics(house: House, request: web.Request) -> web.StreamResponse:
    """Within the time that is waited for it; a store that does not answer by then is said to be absent, and no more."""
    config, now = house.config, house.now()
    try:
        async with asyncio.timeout(patience(request.headers.get(TIMEOUT))):
            house.metrics.show(await _snapshot(house.database, config, now))
            await house.notify_metrics.refresh(house.database, house.rules.channels, now)
    except (StoreUnavailable, TimeoutError):
        house.metrics.show(None)
    own = (await asyncio.to_thread(generate_latest, house.registry)).decode()
    response = web.StreamResponse(headers={"Content-Type": CONTENT_TYPE_LATEST, "Vary": "Accept-Encoding"})
    squeeze = _squeeze(request)
    if squeeze is not None:
        response.headers["Content-Encoding"] = "gzip"
    await response.prepare(request)
    await _send(response, chain([own], house.metrics.texts(), texts(house.prober, now)), squeeze)
    await response.write_eof()
    return response


async def _snapshot(database: Database, config: Config, now: Instant) -> Snapshot:
    """In slices: what comes from PostgreSQL is put into rows and reckoned with on the loop itself."""
    known, last = dict[str, State](), ""
    while some := await database.read(partial(latest_states, after=last, most=SLICE)):
        known |= some
        last = next(reversed(some))
    budgets, customers = list[Standing](), list(config.customers)
    for start in range(0, len(customers), CUSTOMERS):
        those = customers[start : start + CUSTOMERS]
        budgets += await database.read(partial(standings, config=config, customers=those, now=now))
    return await database.read(lambda tx: snapshot(tx, config, known, budgets))


async def _send(response: web.StreamResponse, pieces: Iterator[str], squeeze: "zlib._Compress | None") -> None:
    held = bytearray()
    for piece in pieces:
        held += piece.encode() if squeeze is None else squeeze.compress(piece.encode())
        if len(held) >= PIECE:
            await response.write(bytes(held))
            held.clear()
        await asyncio.sleep(0)
    if squeeze is not None:
        held += squeeze.flush()
    await response.write(bytes(held))


def _squeeze(request: web.Request) -> "zlib._Compress | None":
    """Quickly rather than well: lines that differ by a number are a tenth in any case."""
    asked = [one.strip().lower() for one in request.headers.get("Accept-Encoding", "").split(",")]
    return zlib.compressobj(1, wbits=31) if "gzip" in asked else None


def patience(told: str | None) -> float:
    """Seconds that may be spent on the store: what Prometheus waits, but for a margin to answer in."""
    try:
        waits = float(told or PATIENCE_SECONDS)
    except ValueError:
        waits = PATIENCE_SECONDS
    if not 0 < waits < 3600:
        waits = PATIENCE_SECONDS
    return max(waits - MARGIN_SECONDS, waits / 2)
