"""Opens a TCP connection; optionally sends a text and waits for another one."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Annotated

from aiohttp.abc import ResolveResult
from pydantic import BaseModel, ConfigDict, Field

from probe.fault import down, fault_of, ours
from probe.kind import Ask, ProbeKind, Question
from probe.resolver import Resolver, open_resolver
from probe.result import Answer, Outcome, Reason

READ_LIMIT = 64 * 1024


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    send: Annotated[str, Field(min_length=1)] | None = None
    expect: Annotated[str, Field(min_length=1)] | None = None
    """A text that must come back, anywhere in the first 64 KiB."""


class _Asker:
    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    async def __call__(self, question: Question) -> Answer:
        started, phases = perf_counter(), dict[str, int]()
        try:
            async with asyncio.timeout(question.timeout / 1000):
                answer = await self._exchange(question, phases, started)
        except TimeoutError:
            fault = down(Reason.TIMEOUT, f"no complete answer within {question.timeout} ms")
            if "resolve" not in phases:
                fault = ours(Reason.RESOLVER_UNREACHABLE, f"the name was not resolved within {question.timeout} ms")
        except OSError as error:
            fault = fault_of(error)
        except ValueError as error:
            fault = ours(Reason.BAD_TARGET, str(error))
        else:
            return answer
        return fault.answer(_since(started), phases)

    async def _exchange(self, question: Question, phases: dict[str, int], started: float) -> Answer:
        options: Options = question.options
        host, port = split_target(question.target)
        found = await self._resolver.resolve(host, port, socket.AF_UNSPEC)
        phases["resolve"] = _since(started)
        connecting = perf_counter()
        reader, writer = await _connect(found)
        phases["connect"] = _since(connecting)
        try:
            if options.send is not None:
                writer.write(options.send.encode())
                await writer.drain()
            heard = b"" if options.expect is None else await _listen(reader, options.expect.encode())
        finally:
            writer.transport.abort()
        latency = _since(started)
        phases["processing"] = latency - phases["resolve"] - phases["connect"]
        if options.expect is not None and options.expect.encode() not in heard:
            detail = f"closed after {len(heard)} bytes without {options.expect[:100]!r}"
            return down(Reason.BODY, detail).answer(latency, phases, {"bytes": len(heard)})
        return Answer(outcome=Outcome.UP, latency_us=latency, phases=phases)


async def _connect(addresses: Sequence[ResolveResult]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """To the first address that accepts. Raises OSError: the only one's, or one that tells all."""
    errors: list[OSError] = []
    for address in addresses:
        try:
            return await asyncio.open_connection(address["host"], address["port"], limit=READ_LIMIT)
        except OSError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    raise OSError(", ".join(f"[Errno {error.errno}] {error.strerror}" for error in errors))


async def _listen(reader: asyncio.StreamReader, expected: bytes) -> bytes:
    heard = b""
    while expected not in heard and len(heard) < READ_LIMIT:
        piece = await reader.read(READ_LIMIT - len(heard))
        if not piece:
            break
        heard += piece
    return heard


def _since(started: float) -> int:
    return round((perf_counter() - started) * 1_000_000)


def split_target(target: str) -> tuple[str, int]:
    """`host:port` or `[v6]:port`, with `tcp://` before it or not. Raises ValueError."""
    host, _, port = target.removeprefix("tcp://").rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"'{target}' is not an address like db.example.com:5432")
    return host.strip("[]"), int(port)


@asynccontextmanager
async def open_tcp() -> AsyncIterator[Ask]:
    with open_resolver() as resolver:
        yield _Asker(resolver)


def fault_in(target: str, options: Options) -> str | None:
    try:
        split_target(target)
    except ValueError as error:
        return str(error)
    return None


KIND = ProbeKind(options=Options, open=open_tcp, fault=fault_in)
