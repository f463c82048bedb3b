"""What a file in `probe/kinds/` offers: how to ask one kind of system.

An active kind opens an asker once a process (sessions, TLS contexts) and is asked through it. A passive one has no
`open`: its targets report by themselves (heartbeat).
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from config.instant import Instant, Span
from probe.net.policy import Origin
from probe.result import Answer


def untold() -> Instant:
    """The clock of who has none: only kinds that look at dates ask it."""
    raise LookupError("the question does not say what time it is")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. `options` is an instance of the kind's own options model; `timeout` holds for one try."""

    check: str
    target: str
    options: Any
    timeout: Span
    origin: Origin = Origin.OPERATOR
    """Who named the target, and so how near to us it may lie."""
    at: tuple[str, ...] = ()
    """Numeric addresses the target's host is to be asked at, instead of those its name has."""
    avoid: str = ""
    """The address that answered just now: of several another one is asked first, where any will do."""
    resolvers: tuple[str, ...] = ()
    """Name servers in the order in which they are asked; none: this machine's own."""
    now: Callable[[], Instant] = untold
    """The wall clock, for what has a date: certificates, domains."""
    tick: Callable[[], Instant] | None = None
    """When it was due, where it is asked again and again. A kind that can tells it to the target: logs are compared."""


Ask = Callable[[Question], Awaitable[Answer]]
"""Answers within the timeout. A fault of the target is an answer; only a bug is an exception."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeKind:
    options: type[BaseModel]
    open: Callable[[], AbstractAsyncContextManager[Ask]] | None = None
    """None: passive."""
    fault: Callable[[str, Any], str | None] = lambda target, options: None
    """What is wrong with a target and its options, in one sentence; None when nothing is. For check-config."""

    @property
    def passive(self) -> bool:
        return self.open is None
