"""A gRPC server, asked for the health of a service as grpc.health.v1 has it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, field_validator

from probe.fault import Fault, down
from probe.http.mask import Mask
from probe.kind import Ask, ProbeKind, Question
from probe.net.address import Reach, split_target
from probe.net.connection import Connection, Network
from probe.net.course import Course, Unanswered
from probe.net.opening import misplaced, opener
from probe.net.trust import Tls
from probe.result import Answer, Plain, Reason

if TYPE_CHECKING:
    from probe.grpc.health import Call, Outcome

_NAME = re.compile(r"[0-9A-Za-z_.-]{1,200}")
_VALUE = re.compile(r"[\x20-\x7e]{0,8192}")
_PIECE = 4096
"""Bytes that are read at a time: a flood of small frames is dear to read, and others wait."""
_OURS = ("te", "content-type", "user-agent", "host", "connection", "transfer-encoding")
_REASONS = {4: Reason.TIMEOUT, 7: Reason.LOGIN_REFUSED, 14: Reason.NOT_SERVING, 16: Reason.LOGIN_REFUSED}
_CODES = {
    1: "CANCELLED", 2: "UNKNOWN", 3: "INVALID_ARGUMENT", 4: "DEADLINE_EXCEEDED", 5: "NOT_FOUND", 6: "ALREADY_EXISTS",
    7: "PERMISSION_DENIED", 8: "RESOURCE_EXHAUSTED", 9: "FAILED_PRECONDITION", 10: "ABORTED", 11: "OUT_OF_RANGE",
    12: "UNIMPLEMENTED", 13: "INTERNAL", 14: "UNAVAILABLE", 15: "DATA_LOSS", 16: "UNAUTHENTICATED",
}  # fmt: skip


class Options(Reach):
    service: Annotated[str, Field(max_length=1000)] = ""
    """Whose health is asked for; left out, the server's own."""
    metadata: dict[str, str] = Field(default_factory=dict, max_length=50)
    """Sent along, like `authorization`; never shown."""
    authority: Annotated[str, Field(pattern=r"^[!-~]{1,255}$")] | None = None
    """Said instead of the target."""
    tls: Tls | None = None
    """Given: encrypted from the first byte."""

    @field_validator("metadata")
    @classmethod
    def _sendable(cls, metadata: dict[str, str]) -> dict[str, str]:
        for name, value in metadata.items():
            if not _NAME.fullmatch(name) or name.lower() in _OURS or name.lower().startswith("grpc-"):
                raise ValueError(f"'{name}' is not a name that metadata can have")
            if not _VALUE.fullmatch(value):
                raise ValueError(f"the value of '{name}' has other characters than metadata can have")
        return metadata


async def _talk(network: Network, question: Question, course: Course) -> Answer:
    from probe.grpc.health import Call

    options: Options = question.options
    host, port = _place(question.target)
    mask = Mask([*options.metadata.values(), *(value.partition(" ")[2] for value in options.metadata.values())])
    facts: dict[str, Plain] = {}
    try:
        async with network.connected(question, host, port, course, options.tls, ("h2",)) as connection:
            facts |= connection.certificate
            authority = options.authority or (f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
            encrypted = options.tls is not None
            call = Call(
                options.service,
                authority,
                encrypted=encrypted,
                timeout=question.timeout,
                metadata=options.metadata,
            )
            outcome = await _ended(connection, call)
            course.end()
            facts |= {"grpc_status": outcome.code, "http_status": outcome.http_status}
            fault = _fault(outcome, options.service, facts)
            return course.up(facts) if fault is None else mask.answer(course.failed(fault, facts))
    except Unanswered as error:
        return mask.answer(course.failed(error.fault, {**facts, **error.facts}))


async def _ended(connection: Connection, call: "Call") -> "Outcome":
    while True:
        connection.write(call.to_send)
        if call.outcome is not None:
            return call.outcome
        data = await connection.read_some(_PIECE)
        if not data:
            raise Unanswered(down(Reason.CONNECTION_RESET, "the connection was closed in the middle of the call"))
        call.feed(data)


def _fault(outcome: "Outcome", service: str, facts: dict[str, Plain]) -> Fault | None:
    from probe.grpc.health import serving

    if outcome.code is None:
        reason = Reason.STATUS if outcome.http_status not in (0, 200) else Reason.PROTOCOL_ERROR
        return down(reason, f"answered as HTTP with {outcome.http_status}, not as gRPC")
    if outcome.code != 0:
        name = _CODES.get(outcome.code, "?")
        told = f": {outcome.message}" if outcome.message else ""
        return down(_REASONS.get(outcome.code, Reason.STATUS), f"answered {name} ({outcome.code}){told}")
    status = facts["serving_status"] = serving(outcome.body)
    if status == "SERVING":
        return None
    return down(Reason.NOT_SERVING, f"{service or 'the server'} says {status}")


def _place(target: str) -> tuple[str, int]:
    return split_target(target, scheme="grpc")


@asynccontextmanager
async def _open() -> AsyncIterator[Ask]:
    import probe.grpc.health  # noqa: F401  now, and not while the first answer is waited for

    async with opener(_talk, _place)() as ask:
        yield ask


KIND = ProbeKind(options=Options, open=_open, fault=misplaced(_place))
