"""A server that kills itself with SIGKILL at one step of a message's way; the program knows nothing of it."""

import inspect
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from multiprocessing.context import ForkServerProcess
from typing import Any

from tests.scenarios import town
from tests.servers import warm
from tests.servers.process import Upheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`place`: module:function. Dies before it begins, or once it has given something.

    With `since` only once that place was passed; then whatever is given.
    """

    name: str
    place: str
    before: bool = False
    since: str | None = None
    again: bool = False
    """Whether a page may come twice: nobody can know whether the first one has come."""

    def arm(self) -> None:
        """From now on this process dies there."""
        passed = [] if self.since is not None else [self.place]

        def meet(given: object) -> None:
            if passed and (given is None or given or self.since is not None):
                os.kill(os.getpid(), signal.SIGKILL)

        _watch(self.place, meet, before=self.before)
        if self.since is not None:
            _watch(self.since, passed.append, before=False)


def _watch(place: str, meet: Callable[[Any], None], *, before: bool) -> None:
    module, _, path = place.partition(":")
    owner: Any = import_module(module)
    *owners, last = path.split(".")
    for name in owners:
        owner = getattr(owner, name)
    function = getattr(owner, last)

    @wraps(function)
    def watched(*given: Any, **named: Any) -> Any:
        if before:
            meet(None)
        value = function(*given, **named)
        if not before:
            meet(value)
        return value

    @wraps(function)
    async def watched_later(*given: Any, **named: Any) -> Any:
        if before:
            meet(None)
        value = await function(*given, **named)
        if not before:
            meet(value)
        return value

    setattr(owner, last, watched_later if inspect.iscoroutinefunction(function) else watched)


ACCEPTING = Step(name="accepted, not committed", place="incidents.store.inbox:accept")
PROMISING = Step(name="committed, not answered", place="incidents.intake:OwnInbox.accept")
DECIDING = Step(name="decided, not committed", place="incidents.reading:process")
DECIDED = Step(name="decided and committed, nobody told", place="upheld.reader:Reader.step")
CLAIMING = Step(name="claimed, not committed", place="notify.deliver:claim")
SENDING = Step(name="about to be sent", place="notify.deliver:Deliverer._send", before=True)
SENT = Step(name="sent, not written down", place="notify.deliver:Deliverer._send", again=True)
MARKING = Step(name="written down as sent, not committed", place="notify.outbox:finish", again=True)
MARKED = Step(name="written down as sent", place="notify.deliver:Deliverer._record")
ESCALATING = Step(name="escalated, not committed", place="incidents.service:Incidents._escalate")
ESCALATED = Step(
    name="escalated and committed, nobody told", place="upheld.clockwork:Clockwork.step", since=ESCALATING.place
)
STEPS = (ACCEPTING, PROMISING, DECIDING, DECIDED, ESCALATING, ESCALATED, CLAIMING, SENDING, SENT, MARKING, MARKED)
"""In an order in which each comes, however slow the machine is."""


@contextmanager
def running(upheld: Upheld, step: Step | None = None) -> Iterator[ForkServerProcess]:
    """`upheld serve` in a fork; killed at the end, if it still runs."""
    streams = warm.Streams(*(upheld.folder / f"serve.{name}" for name in ("in", "out", "err")))
    words = ["serve", "-c", str(upheld.file)]
    process = warm.begin(words, upheld.folder, upheld.environment, streams, None if step is None else step.arm)
    try:
        yield process
    finally:
        process.kill()
        process.join()


def killed(process: ForkServerProcess) -> bool:
    return process.exitcode == -signal.SIGKILL


def sent(upheld: Upheld, post: dict[str, Any], process: ForkServerProcess) -> bool:
    """Sent again and again until it is taken, or until the server has ended."""
    while process.is_alive():
        try:
            if upheld.post("/hooks/am", post, token=town.TOKEN).status == 202:
                return True
        except OSError:
            process.join(0.05)
    return False
