"""Asks hostile servers all at once, in one loop, and sees what that costs."""

import asyncio
import importlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import cast

import psutil
from typing_extensions import override

from probe.kind import ProbeKind
from probe.result import Answer
from tests.probe.hostile.case import Case, Datagrams
from tests.probe.hostile.papers import Papers
from tests.probe.listener import HOST, asked, listening

MOST_LATE = 0.1
MOST_MEMORY = 64 * 1024 * 1024
MOST_TOLD = 8 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """`late`: seconds beyond the timeout, less what the loop itself was held up meanwhile."""

    case: Case
    answer: Answer
    seconds: float
    late: float

    def faults(self, most_late: float = MOST_LATE) -> list[str]:
        said = (self.answer.outcome, self.answer.reason)
        faults = [] if said in self.case.verdicts else [f"{said} ({self.answer.detail}), expected {self.case.verdicts}"]
        if self.late > most_late:
            faults.append(f"{self.late:.3f} s late")
        told = "".join([self.answer.detail, *(fact for fact in self.answer.facts.values() if isinstance(fact, str))])
        return faults if len(told) < MOST_TOLD else [*faults, f"tells {len(told)} letters"]


class Watchman:
    """Looks every 10 ms: how long the loop was held, how much memory there is beyond the beginning."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss
        self.grown = 0
        self.held = 0.0

    async def watch(self) -> None:
        while True:
            since = time.monotonic()
            await asyncio.sleep(0.01)
            self.held = max(self.held, time.monotonic() - since - 0.01)
            self.grown = max(self.grown, self._process.memory_info().rss - self._before)


async def play(cases: Sequence[Case], papers: Papers) -> tuple[list[Played], Watchman]:
    watchman = Watchman()
    watching = asyncio.create_task(watchman.watch())
    try:
        played = await asyncio.gather(*(_played(case, papers) for case in cases))
        await asyncio.sleep(0.1)  # the servers notice that they are left
    finally:
        watching.cancel()
    held = watchman.held  # its last look may come after the last answer
    return [replace(one, late=one.late - held) for one in played], watchman


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, answers: Datagrams) -> None:
        self._answers = answers

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for one in self._answers(data):
            self._transport.sendto(one, addr)


@asynccontextmanager
async def _answering(answers: Datagrams, port: int) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(answers), local_addr=(HOST, port))
    try:
        yield
    finally:
        transport.close()


async def _played(case: Case, papers: Papers) -> Played:
    kind: ProbeKind = importlib.import_module(f"probe.kinds.{case.kind}").KIND
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(listening(case.serve, papers.shown(case.tls)))
        if case.datagrams is not None:
            await stack.enter_async_context(_answering(case.datagrams, port))
        options = {
            name: value.replace("{port}", str(port)) if isinstance(value, str) else value
            for name, value in papers.trusted(case).items()
        }
        since = time.monotonic()
        async with asyncio.timeout(60):
            answer = await asked(kind, case.target.format(port=port), timeout=case.timeout, now=papers.now, **options)
        seconds = time.monotonic() - since
    return Played(case=case, answer=answer, seconds=seconds, late=seconds - case.timeout / 1000)
