"""The server's private door for commands: a Unix socket beside the SQLite file, for its owner only (mode 0600).

A change beside a running server goes through here, because on SQLite there is one writer. Without a server the command
takes the file's lock and does it itself. PostgreSQL needs no such door.
"""

import asyncio
import json
import os
import stat
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from db.errors import StoreUnavailable
from upheld.trouble import Trouble

Answer = Callable[[str, str, Mapping[str, Any]], Awaitable[Any]]
"""Command, by whom, arguments -> JSON. Raises CommandRefused."""

REFUSED, UNAVAILABLE = 409, 503
_JSON = {"Content-Type": "application/json"}
LONGEST = 8 << 20
"""Bytes of one command: a file of a case in base64 is the largest."""


class CommandRefused(Trouble):
    """The person asked for what cannot be; the text says why."""


class NoServer(Exception):
    """Nobody listens on the socket."""


def socket_of(database_file: Path) -> Path:
    return database_file.with_name(database_file.name + ".sock")


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name for the socket that fits into the 107 bytes a Unix address has, however deep the folder lies."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


async def listen(path: Path, answer: Answer) -> web.AppRunner:
    """Serves until the runner is cleaned up. A socket left by a killed server is replaced: its file lock is ours."""

    async def command(request: web.Request) -> web.Response:
        asked = await request.json()
        try:
            result = await answer(asked["command"], asked["by"], asked["arguments"])
        except CommandRefused as refusal:
            return web.json_response({"refused": str(refusal)}, status=REFUSED)
        except StoreUnavailable as error:
            return web.json_response({"refused": str(error)}, status=UNAVAILABLE)
        return web.json_response({"result": result})

    application = web.Application(client_max_size=LONGEST)
    application.add_routes([web.post("/command", command)])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=2)
    await runner.setup()
    await asyncio.to_thread(path.unlink, missing_ok=True)
    with _short(path) as name:
        before = os.umask(0o777 & ~(stat.S_IRUSR | stat.S_IWUSR))
        try:
            await web.UnixSite(runner, name).start()
        finally:
            os.umask(before)
    return runner


async def ask(path: Path, command: str, by: str, arguments: Mapping[str, Any]) -> Any:
    """The server's answer. Raises NoServer, CommandRefused, or StoreUnavailable as the server met it."""
    body = json.dumps({"command": command, "by": by, "arguments": dict(arguments)}).encode()
    with _short(path) as name:
        try:
            async with (
                aiohttp.ClientSession(connector=aiohttp.UnixConnector(name)) as session,
                session.post("http://upheld/command", data=BytesIO(body), headers=_JSON) as reply,
            ):
                answer: Any = await reply.json() if reply.status in (200, REFUSED, UNAVAILABLE) else None
        except (aiohttp.ClientConnectorError, FileNotFoundError) as error:
            raise NoServer(str(path)) from error
        except aiohttp.ClientError as error:
            text = "the server ended before it answered; look whether it was done before you repeat it"
            raise CommandRefused(text) from error
    match reply.status:
        case 200:
            return answer["result"]
        case 409:
            raise CommandRefused(answer["refused"])
        case 503:
            raise StoreUnavailable(answer["refused"])
        case status:
            raise CommandRefused(f"the server could not do it (HTTP {status}); its log says why")
