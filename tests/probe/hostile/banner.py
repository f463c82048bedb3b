"""What servers of other protocols do: greetings without end, lengths beyond reason, words nobody may say."""

import asyncio
from collections.abc import Mapping
from typing import Any

from tests.probe.hostile.case import (
    BODY,
    LARGE,
    NOT_SERVING,
    PROTOCOL,
    RESET,
    STATUS,
    TIMEOUT,
    TLS,
    UP,
    Case,
    Verdict,
    drips,
    floods,
    says,
)
from tests.probe.listener import Serve

PLACE = "127.0.0.1:{port}"
IGNORE = b"\0\0\0\x0c\x06\x02" + bytes(10)
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"


def talks(*spoken: bytes, hold: bool = True) -> Serve:
    """One piece at once, and one for each line or packet that comes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in spoken:
            writer.write(piece)
            await writer.drain()
            await reader.read(4096)
        if hold:
            await reader.read()

    return serve


def greets(spoken: bytes, *, hold: bool = True) -> Serve:
    return says(spoken, asked=False, hold=hold)


def floods_first(piece: bytes, first: bytes = b"") -> Serve:
    return floods(piece, first, asked=False)


def upgrades(spoken: bytes, *, endless: bool = False) -> Serve:
    """A proper upgrade, and then this."""
    from probe.kinds.websocket import accept

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        key = next(line[19:] for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key: "))
        writer.write(SWITCH + b"Sec-WebSocket-Accept: " + accept(key.strip()).encode() + b"\r\n\r\n")
        writer.write(spoken)
        await writer.drain()
        while endless:
            writer.write(spoken * 500)
            await writer.drain()
            await asyncio.sleep(0)
        await reader.read()

    return serve


def _cases(kind: str, rows: Mapping[str, tuple[Serve, Verdict]], target: str = PLACE, **options: Any) -> list[Case]:
    return [
        Case(name=f"{kind}: {name}", serve=serve, verdicts=[verdict], kind=kind, target=target, options=options)
        for name, (serve, verdict) in rows.items()
    ]


BANNERS = [
    *_cases("tcp", {
        "greeting without end": (floods_first(b"x"), BODY),
        "greeting drips": (drips(b"x", asked=False), TIMEOUT),
        "telnet negotiates without end": (floods_first(b"\xff\xfd\x01\xff\xfb\x03"), BODY),
        "zero bytes": (greets(bytes(70_000)), BODY),
        "closes in silence": (greets(b"", hold=False), BODY),
        "silent": (greets(b""), TIMEOUT),
        "the word in the midst of noise": (greets(b"\0" * 60_000 + b"ready"), UP),
    }, expect="ready"),
    *_cases("tcp", {
        "lines without end": (floods_first(b"220-x\r\n"), BODY),
        "a line without end": (floods_first(b"x"), BODY),
        "what comes before encryption": (talks(b"220 a\r\n", b"220 go\r\n250 injected\r\n"), TLS),
    }, dialogue=[{"matches": "^220 "}, {"send": "STARTTLS\r\n", "matches": "^220 go"}, {"starttls": True}]),
    *_cases("smtp", {
        "greeting without end": (floods_first(b"220-x\r\n"), LARGE),
        "a line without end": (floods_first(b"x"), PROTOCOL),
        "greeting drips": (drips(b"220-x\r\n", asked=False), TIMEOUT),
        "zero bytes": (greets(bytes(9000)), PROTOCOL),
        "a greeting of SSH": (greets(b"SSH-2.0-x\r\n"), PROTOCOL),
        "no mail here": (greets(b"554 no\r\n"), STATUS),
        "not now": (greets(b"421 later\r\n"), NOT_SERVING),
        "what comes before encryption": (
            talks(b"220 a\r\n", b"250-a\r\n250 STARTTLS\r\n", b"220 go\r\n250 injected\r\n"), TLS),
        "encrypts nothing": (talks(b"220 a\r\n", b"250-a\r\n250 STARTTLS\r\n", b"220 go\r\n", b"plain text"), TLS),
    }),
    *_cases("redis", {
        "a length beyond reason": (talks(b"", b"$99999999999999999999\r\n"), PROTOCOL),
        "a length that is huge": (talks(b"", b"$999999999\r\n"), LARGE),
        "lists in lists": (talks(b"", b"*1\r\n" * 5000), PROTOCOL),
        "a list without end": (talks(b"", b"*999999999\r\n" + b":1\r\n" * 20_000), LARGE),
        "a line without end": (floods_first(b"x", b"+"), PROTOCOL),
        "an error with zero bytes": (talks(b"", b"-ERR \0\0\r\n"), STATUS),
        "HTTP": (greets(b"HTTP/1.1 400 Bad Request\r\n\r\n"), PROTOCOL),
    }),
    *_cases("ssh", {
        "lines without end": (floods_first(b"welcome\r\n"), PROTOCOL),
        "a line without end": (floods_first(b"x"), PROTOCOL),
        "greeting drips": (drips(b"x\r\n", asked=False), TIMEOUT),
        "SSH 1": (greets(b"SSH-1.5-old\r\n"), PROTOCOL),
        "a message beyond reason": (greets(b"SSH-2.0-x\r\n\xff\xff\xff\xff"), PROTOCOL),
        "messages without meaning": (floods_first(IGNORE, b"SSH-2.0-x\r\n"), PROTOCOL),
        "a broken offer": (greets(b"SSH-2.0-x\r\n\0\0\0\x0c\4\x14" + b"\xff" * 10), PROTOCOL),
        "more filling than message": (greets(b"SSH-2.0-x\r\n\0\0\0\x0c\xff\x14" + bytes(10)), PROTOCOL),
        "greets and closes": (greets(b"SSH-2.0-x\r\n", hold=False), RESET),
    }),
    *_cases("mysql", {
        "a packet of 16 MiB": (greets(b"\xff\xff\xff\0" + bytes(99)), LARGE),
        "a greeting cut short": (greets(b"\x04\0\0\0\x0aabc"), PROTOCOL),
        "another version": (greets(b"\x05\0\0\0\x09abc\0"), PROTOCOL),
        "silent": (greets(b""), TIMEOUT),
    }),
    *_cases("postgres", {
        "a message beyond reason": (greets(b"R\x7f\xff\xff\xff"), PROTOCOL),
        "a message of negative length": (greets(b"R\0\0\0\0"), PROTOCOL),
        "silent": (greets(b""), TIMEOUT),
        "HTTP": (greets(b"HTTP/1.1 400 Bad Request\r\n\r\n"), PROTOCOL),
    }),
    *_cases("websocket", {
        "a frame beyond reason": (upgrades(b"\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"), LARGE),
        "pings without end": (upgrades(b"\x89\0", endless=True), LARGE),
        "a masked frame": (upgrades(b"\x81\x81aaaa\0"), PROTOCOL),
        "a ping in pieces": (upgrades(b"\x09\1x"), PROTOCOL),
        "bits nobody agreed on": (upgrades(b"\xf1\1x"), PROTOCOL),
        "agrees without the key": (says(SWITCH + b"Sec-WebSocket-Accept: x\r\n\r\n", hold=True), PROTOCOL),
        "a head without end": (floods(b"X-A: b\r\n", SWITCH), PROTOCOL),
        "interim answers without end": (floods(b"HTTP/1.1 100 Continue\r\n\r\n"), PROTOCOL),
        "silent after the upgrade": (upgrades(b""), TIMEOUT),
    }, target="ws://127.0.0.1:{port}/", expect="ready"),
    *_cases("grpc", {
        "HTTP/1.1": (greets(b"HTTP/1.1 400 Bad Request\r\n\r\n"), PROTOCOL),
        "settings without end": (floods_first(b"\0\0\0\4\0\0\0\0\0"), LARGE),
        "pings without end": (floods_first(b"\0\0\x08\6\0\0\0\0\0abcdefgh", b"\0\0\0\4\0\0\0\0\0"), LARGE),
        "a frame that is announced and never comes": (
            greets(b"\0\0\0\4\0\0\0\0\0\xff\xff\xff\0\0\0\0\0\1"), TIMEOUT),
        "silent": (greets(b""), TIMEOUT),
    }),
]  # fmt: skip
