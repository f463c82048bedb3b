"""The peer of the intake section: upheld's own reader, a token check, a commit for each post alone, then 202.

python -m bench.alone PORT FILE TOKEN
"""

import asyncio
import hmac
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import orjson
from aiohttp import web

from incidents.source import Sent, Unreadable
from incidents.sources.alertmanager import SOURCE
from tests.servers.program import HOST


def open_store(file: str) -> sqlite3.Connection:
    store = sqlite3.connect(file, isolation_level=None)
    store.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE inbox(id INTEGER PRIMARY KEY, source TEXT, received_at INTEGER, body BLOB, done_at INTEGER);"
        "CREATE INDEX waiting ON inbox(id) WHERE done_at IS NULL;"
    )
    return store


def keep(store: sqlite3.Connection, received_at: int, body: bytes) -> None:
    store.execute("BEGIN IMMEDIATE")
    store.execute("INSERT INTO inbox(source, received_at, body) VALUES ('am', ?, ?)", (received_at, body))
    store.execute("COMMIT")


def main(port: int, file: str, token: str) -> None:
    thread = ThreadPoolExecutor(1)
    store = thread.submit(open_store, file).result()
    options = SOURCE.options.model_validate({"token": token})
    expected = f"Bearer {token}".encode()

    async def hook(request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
            return web.Response(status=401)
        body = await request.read()
        received_at = round(time.time() * 1000)
        try:
            SOURCE.read(options, Sent(body=body, headers={}, received_at=received_at))
        except (Unreadable, orjson.JSONDecodeError):
            return web.Response(status=400)
        await asyncio.get_running_loop().run_in_executor(thread, keep, store, received_at, body)
        return web.Response(status=202)

    application = web.Application()
    application.add_routes([web.post("/hooks/am", hook)])
    web.run_app(application, host=HOST, port=port, access_log=None, print=lambda *words: None)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
