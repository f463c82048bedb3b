"""One attempt at an answer: where it stands, where its time went, and by whose fault it came to nothing."""

from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import replace
from time import perf_counter_ns
from typing import TypeVar

from config.instant import Span
from probe.deadline import Deadline
from probe.fault import Fault, down, fault_of, ours
from probe.result import Answer, Outcome, Plain, Reason

T = TypeVar("T")


class Unanswered(Exception):
    """No answer, and no error of the operating system either. `facts` were learned all the same."""

    def __init__(self, fault: Fault, facts: Mapping[str, Plain] | None = None) -> None:
        super().__init__(fault.detail)
        self.fault = fault
        self.facts = facts or {}


class BadTarget(ValueError):
    """What was written can never be asked. The text says why and does not repeat it, for it may hold a key."""


NETWORK = (Unanswered, OSError, ValueError)
"""All that a network and what is written of it have in errors; anything else is a bug of ours."""


class Course:
    """Where an exchange stands, and how long each of its phases took so far; over redirects they add up.

    Phases have the names of blackbox_exporter: resolve, connect, tls, processing, transfer.
    """

    __slots__ = ("_since", "_spent", "_started", "address", "chosen", "ours", "phase", "resolver")

    def __init__(self, phases: Iterable[str] = ()) -> None:
        """`phases` are told even where none was entered, as zero."""
        self._started = self._since = perf_counter_ns()
        self._spent = dict.fromkeys(phases, 0)
        self.phase = "resolve"
        self.address = ""
        """Which one was connected to last, as far as it is known."""
        self.chosen = False
        """Whether that was one of several."""
        self.resolver = ""
        """Which of the chosen name servers answered last."""
        self.ours = ""
        """Whom we are waiting for, where it is not the target: what comes too late then is no fault of the target."""

    def enter(self, phase: str) -> None:
        now = perf_counter_ns()
        self._spent[self.phase] = self._spent.get(self.phase, 0) + now - self._since
        self._since, self.phase = now, phase

    def end(self) -> None:
        if self.phase != "ended":
            self.enter("ended")

    @property
    def elapsed(self) -> float:
        """Seconds since the exchange began."""
        return (perf_counter_ns() - self._started) / 1e9

    @property
    def latency_us(self) -> int:
        """Until the present phase began: exactly what the phases make up."""
        return sum(self.phases.values())

    @property
    def phases(self) -> dict[str, int]:
        """Whole microseconds of the phases that have ended."""
        return {phase: spent // 1000 for phase, spent in self._spent.items()}

    def named(self) -> dict[str, Plain]:
        """The fact `resolver`, where a chosen name server was asked."""
        return {"resolver": self.resolver} if self.resolver else {}

    def up(self, facts: Mapping[str, Plain]) -> Answer:
        """Ends it well, unless it has ended before."""
        if self.phase != "ended":
            self.enter("ended")
        phases = self.phases
        return Answer(outcome=Outcome.UP, latency_us=sum(phases.values()), phases=phases, facts=facts)

    def failed(self, fault: Fault, facts: Mapping[str, Plain]) -> Answer:
        self.end()
        return fault.answer(self.latency_us, self.phases, facts)


async def attempt(timeout: Span, course: Course, asking: Awaitable[Answer]) -> Answer:
    """The answer, or why there is none, within `timeout`. Raises only what a bug of ours raises."""
    try:
        with Deadline(timeout / 1000):
            answer = await asking
    except NETWORK as error:
        answer = unanswered(error, timeout, course)
    return told_more(answer, course)


def unanswered(error: Exception, timeout: Span, course: Course) -> Answer:
    """What an error of NETWORK means; of the deadline too, where that was `timeout`."""
    told = _told(error, timeout, course)
    return course.failed(told.fault, told.facts)


def told_more(answer: Answer, course: Course) -> Answer:
    """With the name server and the address, where they were chosen or the answer is bad."""
    if answer.outcome is not Outcome.DOWN and not course.chosen and not course.resolver:
        return answer
    facts = {**answer.facts, **course.named()}
    if course.address:
        facts.setdefault("address", course.address)
    return replace(answer, facts=facts)


async def tried(timeout: Span, course: Course, asking: Awaitable[T]) -> T | Unanswered:
    """What is asked for, or what kept it from coming: every error that a network has is told by whose fault it is."""
    try:
        with Deadline(timeout / 1000):
            return await asking
    except NETWORK as error:
        return _told(error, timeout, course)


def _told(error: Exception, timeout: Span, course: Course) -> Unanswered:
    """Anew, for the error's own traceback holds on to all of it."""
    match error:
        case Unanswered():
            return Unanswered(error.fault, error.facts)
        case TimeoutError() if error.errno is None:
            return Unanswered(_late(timeout, course))
        case OSError():
            return Unanswered(fault_of(error))
        case BadTarget():
            return Unanswered(ours(Reason.BAD_TARGET, str(error)))
        case _:
            return Unanswered(ours(Reason.BAD_TARGET, "the target is no address"))


def _late(timeout: Span, course: Course) -> Fault:
    within = f"within {timeout} ms"
    if course.ours:
        return ours(Reason.NETWORK_UNREACHABLE, f"{course.ours} did not answer {within}")
    match course.phase:
        case "resolve":
            return ours(Reason.RESOLVER_UNREACHABLE, f"the name was not resolved {within}")
        case "tls":
            return down(Reason.TIMEOUT, f"no end of the TLS handshake {within}")
        case "connect":
            return down(Reason.TIMEOUT, f"no connection {within}")
        case _:
            return down(Reason.TIMEOUT, f"no complete answer {within}")
