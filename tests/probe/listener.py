"""Real listeners on the loopback, and one question asked of them."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import trustme

from probe.kind import ProbeKind, Question
from probe.result import Answer

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HOST = "127.0.0.1"


_TURNS = 5
"""Of the loop, until what was accepted last has been handed over, aborted and told so."""


@asynccontextmanager
async def listening(
    serve: Serve, tls: ssl.SSLContext | None = None, *, host: str = HOST, port: int = 0
) -> AsyncIterator[int]:
    """The port of a server that hands every connection to `serve`; no connection outlives it."""
    connections: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            # A server that encrypts by itself keeps a connection in mid-handshake where nobody can end it.
            if tls is not None:
                await writer.start_tls(tls)
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client went away, which is its right
        finally:
            writer.close()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not server.is_serving():  # it was accepted in the turn in which all this ended
            hang_up(writer)
            return
        connections[writer] = asyncio.create_task(handle(reader, writer))

    server = await asyncio.start_server(begin, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in connections.values():
            task.cancel()
        await asyncio.gather(*connections.values(), return_exceptions=True)
        for writer in connections:
            hang_up(writer)
        for _ in range(_TURNS):
            await asyncio.sleep(0)


def hang_up(writer: asyncio.StreamWriter) -> None:
    with suppress(AttributeError):  # before Python 3.11.3, of an encrypted connection that was closed twice
        writer.transport.abort()


def answering(head: str, body: bytes = b"", *, after: float = 0.0) -> Serve:
    """Reads one request and answers it: `head` is the status line and headers without the empty line."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(after)
        lines = [head, f"Content-Length: {len(body)}", "Connection: close", "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()

    return serve


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        port: int = taken.getsockname()[1]
        return port


async def asked(
    kind: ProbeKind, target: str, *, timeout: int = 5000, now: int = 1_900_000_000_000, **options: Any
) -> Answer:
    assert kind.open is not None
    async with kind.open() as ask:
        question = Question(
            check="shop/home",
            target=target,
            options=kind.options.model_validate(options),
            timeout=timeout,
            now=lambda: now,
            tick=lambda: now,
        )
        return await ask(question)


def authority(folder: Path) -> tuple[trustme.CA, str]:
    """A certificate authority and the file to trust it by."""
    own = trustme.CA()
    file = folder / "authority.pem"
    own.cert_pem.write_to_path(str(file))
    return own, str(file)


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
