"""The demo customer's systems, really running, in a process of their own: web shop, payment API, database port.

Started as `python -m upheld.demo.town SHOP PAYMENTS DATABASE`, each a port. It takes one order a line on its standard
input (`break shop`, `mend shop`) and answers each with `ok`; when its input ends, because whoever started it is gone,
it ends too. A broken system is really gone: its port refuses, or it answers with errors.
"""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable

from aiohttp import web

HOST = "127.0.0.1"
SYSTEMS = ("shop", "payments", "database")


class Shop:
    """A page over HTTP. Broken: nobody listens any more."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._runner: web.AppRunner | None = None

    async def mend(self) -> None:
        if self._runner is None:
            self._runner = await _listen(self._port, [web.get("/", self._page)])

    async def break_(self) -> None:
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        await asyncio.sleep(random.uniform(0.01, 0.04))
        return web.Response(text="<h1>Harbour Shop</h1><p>open</p>", content_type="text/html")


class Payments:
    """An API over HTTP. Broken: it answers, but with errors."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._runner: web.AppRunner | None = None
        self._broken = False

    async def mend(self) -> None:
        self._broken = False
        if self._runner is None:
            self._runner = await _listen(self._port, [web.get("/health", self._health)])

    async def break_(self) -> None:
        self._broken = True

    async def _health(self, request: web.Request) -> web.Response:
        await asyncio.sleep(random.uniform(0.02, 0.08))
        if self._broken:
            return web.json_response({"status": "error", "card_network": "unreachable"}, status=503)
        return web.json_response({"status": "ok"})


class Database:
    """A port that takes connections. Broken: it is closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server: asyncio.Server | None = None

    async def mend(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._greet, HOST, self._port)

    async def break_(self) -> None:
        if self._server is not None:
            server, self._server = self._server, None
            server.close()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"harbour-db ready\n")
        writer.close()


async def _listen(port: int, routes: list[web.RouteDef]) -> web.AppRunner:
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    return runner


async def town(ports: list[int]) -> None:
    shop, payments, database = Shop(ports[0]), Payments(ports[1]), Database(ports[2])
    orders: dict[str, Callable[[], Awaitable[None]]] = {
        "break shop": shop.break_,
        "mend shop": shop.mend,
        "break payments": payments.break_,
        "mend payments": payments.mend,
        "break database": database.break_,
        "mend database": database.mend,
    }
    for mend in (shop.mend, payments.mend, database.mend):
        await mend()
    _say("open")
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = orders.get(line.decode().strip())
        if order is not None:
            await order()
        _say("ok" if order is not None else "unknown order")


def _say(word: str) -> None:
    print(word, flush=True)


if __name__ == "__main__":
    asyncio.run(town([int(port) for port in sys.argv[1:4]]))
