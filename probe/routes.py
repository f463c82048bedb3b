"""Heartbeats come in at `/ping/{token}`, below it `/start`, `/fail`, `/log`, `/{0-255}`. 200 only after COMMIT."""

from collections.abc import Callable, Mapping

from aiohttp import web

from config.instant import Instant
from db.engine import Database
from db.errors import StoreUnavailable
from probe import store
from probe.heartbeat import Beat, Entrance, Signal

SAID_LIMIT = 10_000
"""So much is kept."""
READ_LIMIT = 1 << 20
"""So much is read: the word that tells is often the last one of a long log."""
_SIGNALS = {"": Signal.SUCCESS, "start": Signal.START, "fail": Signal.FAIL, "log": Signal.LOG}
_NEVER_KEPT = {"Cache-Control": "no-store"}


def ping_routes(
    database: Database, clock: Callable[[], Instant], entrances: Callable[[], Mapping[str, Entrance]]
) -> list[web.RouteDef]:
    """`entrances()` by their tokens, as configured at this moment."""

    async def ping(request: web.Request) -> web.Response:
        received_at = clock()
        entrance = entrances().get(request.match_info["token"])
        if entrance is None:
            return _said(404, "not found")
        word = request.match_info.get("word", "")
        signal, exit_code = _signal(word)
        if signal is None:
            return _said(400, "write /start, /fail, /log or an exit code from 0 to 255")
        run = request.query.get("rid")
        if run is not None and not _is_run(run):
            return _said(400, "rid is at most 64 letters, digits and -")
        said = await _body(request)
        beat = Beat(
            check=entrance.check,
            received_at=received_at,
            signal=entrance.meaning(signal, not word, request.method, said),
            exit_code=exit_code,
            run=None if run is None else run.lower(),
            said=said[:SAID_LIMIT],
        )
        try:
            await database.write(lambda tx: store.add_beat(tx, beat))
        except StoreUnavailable:
            return _said(503, "not stored; try again", {"Retry-After": "5"})
        return _said(200, "OK", {"Ping-Body-Limit": str(SAID_LIMIT)})

    paths = ("/ping/{token}", "/ping/{token}/{word}")
    return [route for path in paths for route in (web.get(path, ping), web.post(path, ping))]


def _signal(word: str) -> tuple[Signal | None, int | None]:
    if word in _SIGNALS:
        return _SIGNALS[word], None
    if not (word.isascii() and word.isdigit() and len(word) <= 3 and int(word) <= 255):
        return None, None
    return (Signal.FAIL if int(word) else Signal.SUCCESS), int(word)


def _is_run(run: str) -> bool:
    return 0 < len(run) <= 64 and run.isascii() and run.replace("-", "").isalnum()


async def _body(request: web.Request) -> str:
    """What was said, as far as it is read; NUL has no place in a text column."""
    said = bytearray()
    while len(said) < READ_LIMIT:
        piece = await request.content.read(READ_LIMIT - len(said))
        if not piece:
            break
        said += piece
    return said.decode("utf-8", "replace").replace("\0", "\ufffd")


def _said(status: int, text: str, more: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=text, headers={**_NEVER_KEPT, **(more or {})})
