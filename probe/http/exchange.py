"""One request and its response over a connection of their own, and where the time went."""

import asyncio
from time import perf_counter

from typing_extensions import override

from probe.fault import Fault, down, fault_of, ours
from probe.http.response import NotHttp, Response
from probe.result import Reason


class Unanswered(Exception):
    """No answer, and no error of the operating system either."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


class Course:
    """Where an exchange stands, and how long each of its phases took so far; over redirects they add up."""

    __slots__ = ("_since", "_spent", "_started", "phase")

    def __init__(self) -> None:
        self._started = self._since = perf_counter()
        self._spent: dict[str, float] = {}
        self.phase = "resolve"

    def enter(self, phase: str) -> None:
        now = perf_counter()
        self._spent[self.phase] = self._spent.get(self.phase, 0.0) + now - self._since
        self._since, self.phase = now, phase

    def end(self) -> None:
        self.enter("ended")

    @property
    def latency_us(self) -> int:
        """Until the present phase began."""
        return round((self._since - self._started) * 1e6)

    @property
    def phases(self) -> dict[str, int]:
        """Microseconds of the phases that have ended; they make up the latency."""
        return {phase: round(seconds * 1e6) for phase, seconds in self._spent.items()}


class Exchange(asyncio.Protocol):
    """`done` has None when the response is complete, and otherwise what went wrong.

    A fault and no exception: a raised one would hold on to everything here until the garbage collector comes.
    """

    __slots__ = ("_course", "_response", "done", "encrypting")

    def __init__(self, response: Response, course: Course, *, encrypting: bool) -> None:
        self._response = response
        self._course = course
        self.encrypting = encrypting
        self.done: asyncio.Future[Fault | None] = asyncio.get_running_loop().create_future()

    @override
    def data_received(self, data: bytes) -> None:
        if self.done.done():
            return
        if self.encrypting:
            # Who speaks before being greeted does not speak TLS.
            self.done.set_result(down(Reason.TLS_FAILURE, "the target does not speak TLS"))
            return
        if self._course.phase == "processing":
            self._course.enter("transfer")
        try:
            self._response.feed(data)
        except NotHttp as error:
            self.done.set_result(down(Reason.PROTOCOL_ERROR, str(error)))
        else:
            if self._response.complete:
                self.done.set_result(None)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(self._loss(exc))

    def _loss(self, error: Exception | None) -> Fault | None:
        if error is not None and not isinstance(error, OSError):
            return ours(Reason.INTERNAL_ERROR, repr(error))
        if not self._response.status:
            if error is not None:
                return fault_of(error)
            return down(Reason.CONNECTION_RESET, "the connection was closed unanswered")
        try:
            self._response.end(orderly=error is None)
        except NotHttp as broken:
            return down(Reason.PROTOCOL_ERROR, str(broken))
        return None
