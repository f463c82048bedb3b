"""GET (or another method) over HTTP/1.1 on a fresh connection each time: status, body, certificate, phases."""

import hashlib
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, field_validator

from probe.fault import down
from probe.http.client import Client, Fetched
from probe.http.request import Request, address, encode
from probe.kind import Ask, ProbeKind, Question
from probe.net.address import Reach
from probe.net.connection import Network, choice_of, open_network
from probe.net.course import BadTarget, Course, attempt
from probe.net.spread import over_addresses
from probe.net.trust import Tls
from probe.result import Answer, Plain, Reason

KEPT_BODY = 4096
_TOLD_HEADERS = ("content-type", "content-length", "server", "date", "retry-after", "via", "x-request-id", "cf-ray")

Flag = Annotated[bool, Strict()]
Statuses = Annotated[
    tuple[int | str, ...], BeforeValidator(lambda value: value if isinstance(value, list | tuple) else (value,))
]


class Expect(BaseModel):
    """What a good answer is: `status: [200, "300-399"]`, `body: text that must occur in it`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Statuses = ("200-399",)
    body: Annotated[str, Field(min_length=1)] | None = None

    @field_validator("status")
    @classmethod
    def _readable(cls, status: tuple[int | str, ...]) -> tuple[int | str, ...]:
        for one in status:
            low, high = _range(one)
            if not 100 <= low <= high <= 599:
                raise ValueError(f"'{one}' is not a status or a range of them, like 200 or \"200-399\"")
        if not status:
            raise ValueError("at least one status must be good")
        return status

    @cached_property
    def statuses(self) -> frozenset[int]:
        return frozenset(status for one in self.status for status in range(_range(one)[0], _range(one)[1] + 1))

    @cached_property
    def text(self) -> bytes:
        return (self.body or "").encode()


def _range(status: int | str) -> tuple[int, int]:
    low, _, high = str(status).partition("-")
    if not low.isascii() or not low.isdigit() or (high and not (high.isascii() and high.isdigit())):
        raise ValueError(f"'{status}' is not a status or a range of them, like 200 or \"200-399\"")
    return int(low), int(high or low)


class Options(Reach):
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    headers: dict[str, str] = Field(default_factory=dict)
    payload: str | None = None
    expect: Expect = Expect()
    follow_redirects: Flag = True
    max_redirects: Annotated[int, Strict(), Field(ge=0, le=20)] = 10
    keep_body: Flag = False
    tls: Tls = Tls()

    @cached_property
    def request(self) -> Request:
        payload = None if self.payload is None else self.payload.encode()
        return Request(method=self.method, headers=tuple(self.headers.items()), payload=payload)


class _Asker:
    def __init__(self, network: Network) -> None:
        self._client = Client(network)

    def __call__(self, question: Question) -> Awaitable[Answer]:
        course = Course()
        return attempt(question.timeout, course, self._fetch(question, course))

    async def _fetch(self, question: Question, course: Course) -> Answer:
        options: Options = question.options
        fetched = await self._client.fetch(
            options.request,
            question.target,
            choice_of(question),
            tls=options.tls,
            max_redirects=options.max_redirects if options.follow_redirects else None,
            course=course,
        )
        course.end()
        return _answer(fetched, options, course)


def _answer(fetched: Fetched, options: Options, course: Course) -> Answer:
    response, expect = fetched.response, options.expect
    status, length, body = response.status, response.content_length, response.body
    facts: dict[str, Plain] = {
        "status": status,
        "http_version": response.version,
        "redirects": fetched.redirects,
        "content_length": -1 if length is None else length,
        "body_bytes": len(body),
        "tls": fetched.url.scheme == "https",
        **fetched.certificate,
    }
    if status not in expect.statuses:
        fault = down(Reason.STATUS, f"answered {status}, expected {_written(expect.status)}")
    elif expect.body is not None and expect.text not in body:
        fault = down(Reason.BODY, f"{expect.body[:100]!r} is not in the body")
    else:
        return course.up(facts)
    facts.update(_evidence(fetched, options, body))
    return course.failed(fault, facts)


def _evidence(fetched: Fetched, options: Options, body: bytes) -> dict[str, Plain]:
    """What is kept of a bad answer: told headers, length and hash, and the body only where the check says so."""
    headers = fetched.response.headers
    facts: dict[str, Plain] = {
        f"header.{name}": _storable(headers[name][:200]) for name in _TOLD_HEADERS if name in headers
    }
    facts["body_sha256"] = hashlib.sha256(body).hexdigest()
    facts["body_whole"] = fetched.response.whole
    if options.keep_body:
        facts["body"] = _storable(body[:KEPT_BODY].decode("utf-8", "replace"))
    return facts


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd")


def _written(status: tuple[int | str, ...]) -> str:
    return ", ".join(str(one) for one in status)


@asynccontextmanager
async def open_http() -> AsyncIterator[Ask]:
    with open_network() as network:
        yield over_addresses(network, _place, _Asker(network))


def _place(target: str) -> tuple[str, int]:
    url = address(target)
    return url.raw_host or "", url.port or 0


def fault_in(target: str, options: Options) -> str | None:
    try:
        url = address(target)
    except BadTarget:
        return f"'{target}' is not an address like https://shop.example.com/health"
    try:
        encode(options.request, url)
    except BadTarget as error:
        return f"this can never be asked: {error}; change the address or the headers"
    return None


KIND = ProbeKind(options=Options, open=open_http, fault=fault_in)
