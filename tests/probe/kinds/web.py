"""A small web server that says exactly what it is given, byte by byte, and remembers what it heard."""

import asyncio
from collections.abc import Mapping, Sequence

from tests.probe.listener import Serve


def page(code: int = 200, *, headers: Sequence[str] = (), body: bytes = b"", version: str = "1.1") -> bytes:
    lines = [f"HTTP/{version} {code} So", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + (b"" if code == 304 else body)


def pages(answers: Mapping[str, bytes], heard: list[str] | None = None) -> Serve:
    """By the target of the request as it was written; else 404. `heard` gets every head with its payload."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = next((line[15:] for line in head.split("\r\n") if line.lower().startswith("content-length:")), "0")
        payload = (await reader.readexactly(int(length))).decode()
        if heard is not None:
            heard.append(head + payload)
        writer.write(answers.get(head.split(" ")[1], page(404)))
        await writer.drain()

    return serve
