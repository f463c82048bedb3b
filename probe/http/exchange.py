"""One request and its response over a connection of their own."""

import asyncio

from typing_extensions import override

from probe.fault import Fault, down, fault_of, ours
from probe.http.decoder import NotHttp
from probe.http.response import Response
from probe.net.course import Course
from probe.result import Reason


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
