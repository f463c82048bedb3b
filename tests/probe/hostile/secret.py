"""What servers do that should encrypt."""

import asyncio

from tests.probe.hostile.case import (
    EXPIRED,
    INVALID,
    PROTOCOL,
    RESET,
    TIMEOUT,
    TLS,
    UP,
    Case,
    Verdict,
    drips,
    floods,
    resets,
    says,
)
from tests.probe.listener import Serve

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def hears(spoken: bytes, *, hold: bool = False) -> Serve:
    """Once a greeting of TLS has come."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(5)
        writer.write(spoken)
        await writer.drain()
        if hold:
            await reader.read()

    return serve


UNENCRYPTED: list[tuple[str, Serve, list[Verdict]]] = [
    ("plain HTTP", hears(PAGE), [TLS]),
    ("garbage", hears(bytes(range(128, 256)) * 9), [TLS]),
    ("zero bytes", hears(bytes(4000)), [TLS]),
    ("an alert", hears(b"\x15\3\3\0\2\2\x28"), [TLS]),
    ("a record of 64 KiB", hears(b"\x16\3\3\xff\xff" + bytes(65535)), [TLS]),
    ("half a hello", hears(b"\x16\3\3\0\x7a\2\0\0\x76\3\3"), [TLS, RESET]),
    ("a hello of SSL 3", hears(b"\x16\3\0\0\x2a\2\0\0\x26\3\0" + bytes(37)), [TLS]),
    ("our own hello back", hears(b"\x16\3\1\0\4\1\0\0\0", hold=True), [TLS]),
    ("closes", hears(b""), [TLS, RESET]),
    ("resets", resets(asked=False), [TLS, RESET]),
    ("is silent", hears(b"", hold=True), [TIMEOUT]),
    ("a handshake drips", drips(b"\x16\3\3\0\1\2", asked=False), [TIMEOUT, TLS]),
    ("warnings without end", floods(b"\x15\3\3\0\2\1\0", asked=False), [TLS]),
    ("speaks first", says(b"220 mail.example.com\r\n", asked=False), [TLS]),
]
SHOWN: list[tuple[str, list[Verdict]]] = [
    ("good", [UP]),
    ("expired", [EXPIRED]),
    ("not yet", [INVALID]),
    ("another host", [INVALID]),
    ("a thousand names", [INVALID]),
    ("a star alone", [INVALID]),
    ("no names but a common one", [INVALID]),
    ("another authority", [INVALID]),
    ("a child of nobody", [INVALID]),
    ("a very long chain", [UP]),
    ("asks for ours", [TLS, RESET]),
]
HTTPS = "https://127.0.0.1:{port}/"
TLS_KIND = "127.0.0.1:{port}"

SECRET = [
    *(
        Case(name=f"{name}, to {kind}", serve=serve, verdicts=verdicts, kind=kind, target=target, options={"tls": {}})
        for name, serve, verdicts in UNENCRYPTED
        for kind, target in (("http", HTTPS), ("tls", TLS_KIND))
    ),
    *(
        Case(name=f"a certificate: {name}", serve=says(PAGE), verdicts=verdicts, target=HTTPS, tls=name)
        for name, verdicts in SHOWN
    ),
    Case(
        name="an old version of TLS",
        serve=says(PAGE),
        verdicts=[TLS, RESET],
        target=HTTPS,
        tls="an old version",
        options={"tls": {"min_version": "1.3"}},
    ),
    Case(
        name="a body breaks off under TLS",
        serve=says(PAGE[:-1]),
        verdicts=[PROTOCOL],
        target=HTTPS,
        tls="good",
    ),
    Case(
        name="a body without end under TLS",
        serve=floods(b"x", b"HTTP/1.1 200 OK\r\n\r\n"),
        verdicts=[UP],
        target=HTTPS,
        tls="good",
    ),
    Case(
        name="a header drips under TLS",
        serve=drips(b"X", b"HTTP/1.1 200 OK\r\n"),
        verdicts=[TIMEOUT],
        target=HTTPS,
        tls="good",
    ),
]
