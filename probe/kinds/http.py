"""GET (or another method) over HTTP/1.1 on a fresh connection each time: status, body, certificate, phases."""

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, Strict, model_validator

from config.instant import Span
from probe.deadline import Deadline
from probe.fault import down, ours
from probe.http.client import Client, Fetched, Manner
from probe.http.expectation import Expect, last_modified
from probe.http.login import Basic, OAuth2, Tokens
from probe.http.mask import Mask
from probe.http.proxy import Proxy, proxy_at
from probe.http.request import Request, address, basic, call_to, mark_of
from probe.http.response import BODY_LIMIT
from probe.http.trail import Trail
from probe.kind import Ask, ProbeKind, Question
from probe.net.address import Reach
from probe.net.connection import Network, choice_of, open_network
from probe.net.course import NETWORK, BadTarget, Course, Unanswered, told_more, tried, unanswered
from probe.net.spread import over_addresses
from probe.net.trust import Tls
from probe.result import Answer, Plain, Reason

KEPT_BODY = 4096
PHASES = ("resolve", "connect", "tls", "processing", "transfer")
_TOLD_HEADERS = ("content-type", "content-length", "server", "date", "retry-after", "via", "x-request-id", "cf-ray")
_SECRET_HEADER = re.compile(r"(?i)auth|cookie|key|token|secret|passw|session")

Flag = Annotated[bool, Strict()]


def _proxy(written: SecretStr) -> SecretStr:
    proxy_at(written.get_secret_value())
    return written


class Options(Reach):
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    headers: dict[str, str] = Field(default_factory=dict)
    payload: str | None = None
    """The body of the request; its type is text/plain unless a header Content-Type says otherwise."""
    basic: Basic | None = None
    """User name and password, for the target itself."""
    bearer: SecretStr | None = None
    """A token that is known; for the target itself and never for a place it leads to."""
    oauth2: OAuth2 | None = None
    """A token that is fetched with client credentials. Without one the result is invalid, not down."""
    expect: Expect = Expect()
    follow_redirects: Flag = True
    max_redirects: Annotated[int, Strict(), Field(ge=0, le=20)] = 10
    body_limit: Annotated[int, Strict(), Field(ge=1, le=16 * BODY_LIMIT)] | None = None
    """Bytes of the plain body an answer may have; left out, a MiB is read and the rest is let be."""
    keep_body: Flag = False
    tls: Tls = Tls()
    proxy: Annotated[SecretStr, AfterValidator(_proxy)] | None = None
    """`http://user:password@proxy.example.com:3128`. It looks up the target's name."""

    @model_validator(mode="after")
    def _one_login(self) -> Self:
        logins = [one for one in (self.basic, self.bearer, self.oauth2) if one is not None]
        written = any(name.lower() == "authorization" for name in self.headers)
        if len(logins) + written > 1:
            raise ValueError("one of basic, bearer, oauth2 and a header Authorization is enough")
        if self.proxy is not None and (self.addresses != "any" or self.family != "auto"):
            raise ValueError("a proxy looks up names itself: addresses and family have no meaning then")
        return self

    @cached_property
    def request(self) -> Request:
        payload = None if self.payload is None else self.payload.encode()
        headers = list(self.headers.items())
        if self.basic is not None:
            user, password = self.basic.username, self.basic.password.get_secret_value()
            headers.append(("Authorization", basic(user, password)))
        if self.bearer is not None:
            headers.append(("Authorization", f"Bearer {self.bearer.get_secret_value()}"))
        return Request(method=self.method, headers=tuple(headers), payload=payload)

    @cached_property
    def manner(self) -> Manner:
        return Manner(
            tls=self.tls,
            max_redirects=self.max_redirects if self.follow_redirects else None,
            limit=self.body_limit or BODY_LIMIT,
            proxy=self.way_out,
        )

    @cached_property
    def way_out(self) -> Proxy | None:
        return None if self.proxy is None else proxy_at(self.proxy.get_secret_value())

    @cached_property
    def mask(self) -> Mask:
        return Mask(self.secrets)

    @property
    def secrets(self) -> list[str]:
        """What an answer might give back and nobody shall read."""
        told = [value for name, value in self.request.headers if _SECRET_HEADER.search(name)]
        told += [value.partition(" ")[2] for value in told]
        if self.basic is not None:
            told.append(self.basic.password.get_secret_value())
        if self.oauth2 is not None:
            told.append(self.oauth2.client_secret.get_secret_value())
        if self.way_out is not None:
            told.append(self.way_out.authorization.decode().strip().rpartition(" ")[2])
        return told


class _Asker:
    def __init__(self, network: Network) -> None:
        self._client = Client(network)
        self._tokens = Tokens(self._client)

    def __call__(self, question: Question) -> Awaitable[Answer]:
        options: Options = question.options
        if options.oauth2 is not None:
            return self._with_token(question, options, options.oauth2)
        mask = options.mask if "@" not in question.target else Mask([*options.secrets, *_in_target(question.target)])
        return self._ask(question, options.request, mask)

    async def _ask(self, question: Question, request: Request, mask: Mask) -> Answer:
        # `attempt` written out: nothing else is asked as often, and each layer of awaiting has its price.
        options: Options = question.options
        course, trail = Course(PHASES), Trail()
        try:
            with Deadline(question.timeout / 1000):
                call = call_to(request, question.target, options.proxy is not None)
                choice, mark = choice_of(question), mark_of(question)
                fetched = await self._client.fetch(call, choice, options.manner, course, trail, mark)
                course.end()
                answer = _answer(fetched, options, course, len(trail.hops), question)
        except NETWORK as error:
            answer = unanswered(error, question.timeout, course)
        if trail.hops:
            answer = replace(answer, facts={**answer.facts, **trail.facts})
        return mask.answer(told_more(answer, course))

    async def _with_token(self, question: Question, options: Options, login: OAuth2) -> Answer:
        """A token that was kept and is refused is fetched once more. Its time is not the target's latency."""
        course, kept = Course(), self._tokens.kept(login, options.way_out)
        refused: str | None = None
        while True:
            token: str | Unanswered | None = kept
            if token is None:
                fetching = self._tokens.fetch(login, options.way_out, refused)
                token = await tried(_left(question, course), Course(), fetching)
            if isinstance(token, Unanswered):
                detail = f"no token from {address(login.token_url).host}: {token.fault.detail}"
                return options.mask.answer(course.failed(ours(Reason.SOURCE_FAILED, detail), {}))
            headers = (*options.request.headers, ("Authorization", f"Bearer {token}"))
            asking = replace(question, timeout=_left(question, course))
            mask = Mask([*options.secrets, token])
            answer = await self._ask(asking, replace(options.request, headers=headers), mask)
            if kept is None or answer.facts.get("status") != 401:
                return answer
            kept, refused = None, token


def _in_target(target: str) -> list[str]:
    """What of an address is secret; none where it is no address, for then nothing is asked."""
    try:
        url = address(target)
    except BadTarget:
        return []
    return [url.password or "", basic(url.user or "", url.password or "").partition(" ")[2]]


def _left(question: Question, course: Course) -> Span:
    return max(1, question.timeout - round(course.elapsed * 1000))


def _answer(fetched: Fetched, options: Options, course: Course, redirects: int, question: Question) -> Answer:
    response = fetched.response
    length, body, encrypted = response.content_length, response.body, fetched.call.secure
    facts: dict[str, Plain] = {
        "status": response.status,
        "http_version": response.version,
        "redirects": redirects,
        "content_length": -1 if length is None else length,
        "body_bytes": len(body),
        "tls": encrypted,
        **fetched.certificate,
    }
    if "last-modified" in response.headers:
        facts["last_modified"] = last_modified(response)
    fault = options.expect.fault(response, body, encrypted=encrypted, now=question.now)
    if fault is None and options.body_limit is not None and not response.whole:
        fault = down(Reason.TOO_LARGE, f"the body has more than {options.body_limit} bytes")
    if fault is None:
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


@asynccontextmanager
async def open_http() -> AsyncIterator[Ask]:
    with open_network() as network:
        yield over_addresses(network, _place, _Asker(network))


def _place(target: str) -> tuple[str, int]:
    url = address(target)
    return url.raw_host or "", url.port or 0


def fault_in(target: str, options: Options) -> str | None:
    try:
        address(target)
    except BadTarget:
        return f"'{target}' is not an address like https://shop.example.com/health"
    try:
        call_to(options.request, target)
    except BadTarget as error:
        return f"this can never be asked: {error}; change the address or the headers"
    return None


KIND = ProbeKind(options=Options, open=open_http, fault=fault_in)
