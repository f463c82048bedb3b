"""Echo requests (ping): what share comes back, and how fast. Needs no privilege but the system's leave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from pydantic import Field, Strict

from config.instant import SECOND
from config.value import Duration
from probe.fault import Fault, down, fault_of
from probe.icmp.ping import Ping
from probe.kind import Ask, ProbeKind, Question
from probe.net.address import Reach, find, routed, split_target
from probe.net.connection import Network, choice_of, open_network
from probe.net.course import BadTarget, Course, Unanswered, tried
from probe.net.opening import misplaced
from probe.net.spread import over_addresses
from probe.result import Answer, Outcome, Plain, Reason

_SPARE = 1000
"""Milliseconds after the deadline at which a series that does not end by itself would be ended."""


class Options(Reach):
    packets: Annotated[int, Strict(), Field(ge=1, le=20)] = 3
    """Requests sent."""
    gap: Annotated[Duration, Field(ge=10, le=10 * SECOND)] = 200
    """Pause between two of them."""
    size: Annotated[int, Strict(), Field(ge=16, le=1452)] = 56
    """Bytes in each, of which 16 are a secret the reply must bring back."""
    ttl: Annotated[int, Strict(), Field(ge=1, le=255)] | None = None
    """Hops a request may take; left out, as many as the system says."""
    max_loss: Annotated[int, Strict(), Field(ge=0, le=99)] = 99
    """Percent that may be lost; 99: one reply will do."""


class _Asker:
    def __init__(self, network: Network) -> None:
        self._network = network

    async def __call__(self, question: Question) -> Answer:
        course = Course()
        found = await tried(question.timeout, course, self._address(question))
        course.end()
        if isinstance(found, Unanswered):
            return course.failed(found.fault, found.facts)
        options: Options = question.options
        ping = Ping(found, count=options.packets, size=options.size, ttl=options.ttl)
        # Its own deadline, not `attempt`'s: what has come back by then counts, however late we get to see the time.
        until = asyncio.get_running_loop().time() + question.timeout / 1000 - course.elapsed
        told = await tried(question.timeout + _SPARE, course, ping.run(options.gap / 1000, until))
        if isinstance(told, Unanswered):
            return course.failed(told.fault, {"address": found})
        return _answer(ping, found, question, course)

    async def _address(self, question: Question) -> str:
        addresses = [
            one["host"] for one in await find(self._network.resolver, *_place(question.target), choice_of(question))
        ]
        return next((one for one in addresses if routed(one)), addresses[0])


def _answer(ping: Ping, address: str, question: Question, course: Course) -> Answer:
    """Its latency is the look-up and a mean round trip, or all the time that was waited."""
    series, fault = ping.series, _fault(ping, question)
    took = series.mean if series.rtts else round(course.elapsed * 1e6) - course.latency_us
    facts: dict[str, Plain] = {"address": address, **series.facts()}
    if ping.ttl is not None:
        facts["reply_ttl"] = ping.ttl
    latency, phases = course.latency_us + took, {**course.phases, "processing": took}
    if fault is not None:
        return fault.answer(latency, phases, facts)
    return Answer(outcome=Outcome.UP, latency_us=latency, phases=phases, facts=facts)


def _fault(ping: Ping, question: Question) -> Fault | None:
    series = ping.series
    if not series.rtts:
        silence = down(Reason.TIMEOUT, f"none of {series.sent} requests was answered within {question.timeout} ms")
        return fault_of(ping.error) if ping.error is not None else silence
    if series.loss > question.options.max_loss:
        lost = f"{series.sent - len(series.rtts)} of {series.sent}"
        return down(Reason.PACKET_LOSS, f"{lost} were lost, {question.options.max_loss} % may be")
    return None


def _place(target: str) -> tuple[str, int]:
    """The port is never used: a name is looked up with one."""
    host, port = split_target(target, 7, "icmp")
    if port != 7:
        raise BadTarget(f"'{target}' has a port; a ping goes to a host, like db.example.com")
    return host, port


@asynccontextmanager
async def open_icmp() -> AsyncIterator[Ask]:
    with open_network() as network:
        yield over_addresses(network, _place, _Asker(network))


KIND = ProbeKind(options=Options, open=open_icmp, fault=misplaced(_place))
