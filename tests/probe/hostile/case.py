"""A hostile server, how it is asked, and the verdict by the rules."""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from probe.result import Outcome, Reason
from tests.probe.listener import Serve

SHORT, LONG = 400, 8000
"""Milliseconds: for what ends by the deadline alone, and for what must end long before it."""
Datagrams: TypeAlias = Callable[[bytes], Sequence[bytes]]
Verdict: TypeAlias = tuple[Outcome, Reason | None]
UP: Verdict = (Outcome.UP, None)
TIMEOUT: Verdict = (Outcome.DOWN, Reason.TIMEOUT)
RESET: Verdict = (Outcome.DOWN, Reason.CONNECTION_RESET)
PROTOCOL: Verdict = (Outcome.DOWN, Reason.PROTOCOL_ERROR)
TLS: Verdict = (Outcome.DOWN, Reason.TLS_FAILURE)
INVALID: Verdict = (Outcome.DOWN, Reason.CERTIFICATE_INVALID)
EXPIRED: Verdict = (Outcome.DOWN, Reason.CERTIFICATE_EXPIRED)
BODY: Verdict = (Outcome.DOWN, Reason.BODY)
HEADER: Verdict = (Outcome.DOWN, Reason.HEADER)
STATUS: Verdict = (Outcome.DOWN, Reason.STATUS)
LARGE: Verdict = (Outcome.DOWN, Reason.TOO_LARGE)
REDIRECT: Verdict = (Outcome.DOWN, Reason.REDIRECT)
DENIED: Verdict = (Outcome.DOWN, Reason.REDIRECT_DENIED)
NOT_SERVING: Verdict = (Outcome.DOWN, Reason.NOT_SERVING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`kind` as in a configuration; `target` and options have the place `{port}`; `tls`: which certificate is shown.

    `datagrams`: what is sent back for one that comes, at the same port. `short`: it ends by the deadline alone.
    """

    name: str
    verdicts: Sequence[Verdict]
    serve: Serve = field(default_factory=lambda: says(b"", asked=False))
    datagrams: Datagrams | None = None
    short: bool = False
    kind: str = "http"
    target: str = "http://127.0.0.1:{port}/"
    options: Mapping[str, Any] = field(default_factory=dict)
    tls: str | None = None

    @property
    def timeout(self) -> int:
        return SHORT if self.short or TIMEOUT in self.verdicts else LONG


def says(spoken: bytes, *, hold: bool = False, asked: bool = True) -> Serve:
    """Says exactly this and closes, or `hold`s the connection. `asked`: once a request's head has come."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if asked:
            await reader.readuntil(b"\r\n\r\n")
        writer.write(spoken)
        await writer.drain()
        if hold:
            await reader.read()

    return serve


def drips(piece: bytes, first: bytes = b"", *, asked: bool = True) -> Serve:
    """A piece every 20 ms, for ever."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if asked:
            await reader.readuntil(b"\r\n\r\n")
        writer.write(first)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)

    return serve


def floods(piece: bytes, first: bytes = b"", *, asked: bool = True) -> Serve:
    """As fast as it is read, for ever."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if asked:
            await reader.readuntil(b"\r\n\r\n")
        writer.write(first)
        many = piece * max(1, 16384 // len(piece))
        while True:
            writer.write(many)
            await writer.drain()
            await asyncio.sleep(0)  # nobody else would have a turn

    return serve


def resets(spoken: bytes = b"", *, asked: bool = True) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if asked:
            await reader.readuntil(b"\r\n\r\n")
        writer.write(spoken)
        await asyncio.sleep(0.05)
        taken = writer.get_extra_info("socket")
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()

    return serve


def half_closes(spoken: bytes) -> Serve:
    """Says it, will say no more, and yet does not hang up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(spoken)
        writer.write_eof()
        await reader.read()

    return serve


def leads(where: Callable[[str], str | bytes]) -> Serve:
    """A redirect, made from the path that was asked for."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.LimitOverrunError:
            return  # some go anywhere
        there = where(head.split(" ")[1])
        location = there.encode() if isinstance(there, str) else there
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    return serve
