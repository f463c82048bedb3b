"""What is asked not for itself but for what it knows of the target: a Prometheus, a registry. Its faults are ours."""

from collections.abc import Awaitable
from typing import TypeVar

import orjson

from config.instant import Span
from probe.fault import ours
from probe.http.response import Response
from probe.net.course import Course, Unanswered, tried
from probe.result import Answer, Outcome, Reason

T = TypeVar("T")
_SHOWN = 200


async def sourced(timeout: Span, course: Course, name: str, asking: Awaitable[T]) -> T | Answer:
    """What the source said; where it could not be asked, the answer invalid, never down."""
    told = await tried(timeout, course, asking)
    if not isinstance(told, Unanswered):
        return told
    fault = told.fault
    if fault.outcome is Outcome.DOWN:
        fault = ours(Reason.SOURCE_FAILED, f"{name}: {fault.detail}")
    return course.failed(fault, told.facts)


def failed(why: str) -> Unanswered:
    return Unanswered(ours(Reason.SOURCE_FAILED, why[:_SHOWN].replace("\0", "\ufffd")))


def json_of(response: Response, name: str) -> object:
    """What its body says, whatever its status. Raises Unanswered where that is no JSON, or not all of it."""
    if not response.whole:
        raise failed(f"{name} answers with more than {response.body_bytes} bytes")
    try:
        return orjson.loads(response.body)
    except orjson.JSONDecodeError as error:
        raise failed(f"{name} answered {response.status}, and not in JSON") from error
