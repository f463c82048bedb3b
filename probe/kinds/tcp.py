"""Opens a TCP connection; optionally talks: sends texts, waits for others, encrypts in between or from the start."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Annotated, Self

from pydantic import Field, model_validator

from probe.kind import Ask, ProbeKind, Question
from probe.net.address import Reach, split_target
from probe.net.connection import Network, open_network
from probe.net.course import BadTarget, Course, attempt
from probe.net.dialogue import Step, hold
from probe.net.spread import over_addresses
from probe.net.trust import Tls
from probe.result import Answer


class Options(Reach):
    send: Annotated[str, Field(min_length=1)] | None = None
    expect: Annotated[str, Field(min_length=1)] | None = None
    """A text that must come back, anywhere in the first 64 KiB."""
    dialogue: Annotated[tuple[Step, ...], Field(max_length=50)] = ()
    """Instead of `send` and `expect`: steps, one after the other."""
    tls: Tls | None = None
    """Given: encrypted from the first byte, or from the step `starttls` on where there is one."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.dialogue and (self.send is not None or self.expect is not None):
            raise ValueError("write either dialogue, or send and expect")
        if sum(step.starttls for step in self.dialogue) > 1:
            raise ValueError("a connection is encrypted once; write starttls once")
        return self

    @property
    def steps(self) -> tuple[Step, ...]:
        if self.dialogue or (self.send is None and self.expect is None):
            return self.dialogue
        return (Step(send=self.send, expect=self.expect),)

    @property
    def at_once(self) -> Tls | None:
        return None if any(step.starttls for step in self.dialogue) else self.tls


class _Asker:
    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, question: Question) -> Awaitable[Answer]:
        course = Course()
        return attempt(question.timeout, course, self._talk(question, course))

    async def _talk(self, question: Question, course: Course) -> Answer:
        options: Options = question.options
        host, port = split_target(question.target)
        async with self._network.connected(question, host, port, course, options.at_once) as connection:
            heard = await hold(connection, options.steps, options.tls or Tls())
            return course.up({**connection.certificate, **heard})


@asynccontextmanager
async def open_tcp() -> AsyncIterator[Ask]:
    with open_network() as network:
        yield over_addresses(network, split_target, _Asker(network))


def fault_in(target: str, options: Options) -> str | None:
    try:
        split_target(target)
    except BadTarget as error:
        return str(error)
    return None


KIND = ProbeKind(options=Options, open=open_tcp, fault=fault_in)
