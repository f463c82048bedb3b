"""GET (or another method) over HTTP/1.1 on a fresh connection each time: status, body, certificate, phases."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cached_property, lru_cache
from time import perf_counter
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import aiohttp
from aiohttp.client_reqrep import ClientResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, field_validator
from typing_extensions import override
from yarl import URL

from probe.certificate import certificate_facts
from probe.fault import Fault, down, fault_of, ours
from probe.kind import Ask, ProbeKind, Question
from probe.resolver import Resolver, open_resolver
from probe.result import Answer, Outcome, Plain, Reason

BODY_LIMIT = 1024 * 1024
KEPT_BODY = 4096
_TOLD_HEADERS = ("Content-Type", "Content-Length", "Server", "Date", "Retry-After", "Via", "X-Request-Id", "CF-Ray")

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


def _range(status: int | str) -> tuple[int, int]:
    low, _, high = str(status).partition("-")
    if not low.isascii() or not low.isdigit() or (high and not (high.isascii() and high.isdigit())):
        raise ValueError(f"'{status}' is not a status or a range of them, like 200 or \"200-399\"")
    return int(low), int(high or low)


class Tls(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    verify: Flag = True
    ca_file: str | None = None
    """Trusted instead of the system's authorities."""


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    headers: dict[str, str] = Field(default_factory=dict)
    payload: str | None = None
    expect: Expect = Expect()
    follow_redirects: Flag = True
    max_redirects: Annotated[int, Strict(), Field(ge=0, le=20)] = 10
    keep_body: Flag = False
    tls: Tls = Tls()


class _Marks:
    """Instants of one request on the performance clock; sums over redirects in microseconds."""

    __slots__ = ("connect", "connecting", "looking", "lookup")

    def __init__(self) -> None:
        self.lookup = self.connect = 0.0
        self.looking = self.connecting = 0.0

    def looked(self) -> None:
        self.lookup += perf_counter() - self.looking
        self.looking = 0.0

    def connected(self) -> None:
        # Names are resolved while the connection is made; they are a phase of their own.
        self.connect += perf_counter() - self.connecting
        self.connecting = 0.0


class _Response(ClientResponse):
    """Reads the certificate while the connection is still at hand: a short body frees it at once."""

    certificate: Mapping[str, Plain] = {}

    @override
    async def start(self, connection: Any) -> ClientResponse:
        transport = connection.transport
        tls = transport.get_extra_info("ssl_object") if transport is not None else None
        if tls is not None:
            self.certificate = certificate_facts(tls)
        return await super().start(connection)


def _tracing() -> aiohttp.TraceConfig:
    async def lookup_begins(session: aiohttp.ClientSession, context: SimpleNamespace, told: object) -> None:
        context.trace_request_ctx.looking = perf_counter()

    async def lookup_ends(session: aiohttp.ClientSession, context: SimpleNamespace, told: object) -> None:
        context.trace_request_ctx.looked()

    async def connect_begins(session: aiohttp.ClientSession, context: SimpleNamespace, told: object) -> None:
        context.trace_request_ctx.connecting = perf_counter()

    async def connect_ends(session: aiohttp.ClientSession, context: SimpleNamespace, told: object) -> None:
        context.trace_request_ctx.connected()

    tracing = aiohttp.TraceConfig()
    tracing.on_dns_resolvehost_start.append(lookup_begins)
    tracing.on_dns_resolvehost_end.append(lookup_ends)
    tracing.on_connection_create_start.append(connect_begins)
    tracing.on_connection_create_end.append(connect_ends)
    return tracing


_REASONS: Mapping[type[BaseException], tuple[Outcome, Reason, str]] = {
    aiohttp.InvalidUrlRedirectClientError: (Outcome.DOWN, Reason.REDIRECT, "redirected to an address that is none"),
    aiohttp.NonHttpUrlRedirectClientError: (Outcome.DOWN, Reason.REDIRECT, "redirected to an address that is not http"),
    aiohttp.TooManyRedirects: (Outcome.DOWN, Reason.REDIRECT, "too many redirects"),
    aiohttp.RedirectClientError: (Outcome.DOWN, Reason.REDIRECT, "redirected to an address that cannot be asked"),
    aiohttp.InvalidURL: (Outcome.INVALID, Reason.BAD_TARGET, "the target is not an address"),
    aiohttp.NonHttpUrlClientError: (Outcome.INVALID, Reason.BAD_TARGET, "the target is not an http address"),
    aiohttp.ClientConnectionResetError: (Outcome.DOWN, Reason.CONNECTION_RESET, "the connection was reset"),
    aiohttp.ServerDisconnectedError: (Outcome.DOWN, Reason.CONNECTION_RESET, "the connection was closed unanswered"),
    aiohttp.ServerFingerprintMismatch: (Outcome.DOWN, Reason.CERTIFICATE_INVALID, "another certificate than expected"),
    aiohttp.ServerTimeoutError: (Outcome.DOWN, Reason.TIMEOUT, "no answer in time"),
    aiohttp.ServerConnectionError: (Outcome.DOWN, Reason.CONNECTION_RESET, "the connection was lost"),
    aiohttp.ClientOSError: (Outcome.DOWN, Reason.CONNECTION_RESET, "the connection was lost"),
    aiohttp.ClientConnectionError: (Outcome.DOWN, Reason.CONNECTION_RESET, "the connection was lost"),
    aiohttp.ClientPayloadError: (Outcome.DOWN, Reason.PROTOCOL_ERROR, "the body broke off or was wrongly encoded"),
    aiohttp.ClientResponseError: (Outcome.DOWN, Reason.PROTOCOL_ERROR, "the answer was not HTTP"),
    aiohttp.ClientError: (Outcome.INVALID, Reason.INTERNAL_ERROR, "the request could not be made"),
}
"""Foreign errors without a number of the operating system, by nearest class. No URL is printed: it may hold a key."""


def fault_of_http(error: aiohttp.ClientError | OSError | ValueError) -> Fault:
    """Total over everything aiohttp raises for a request."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause = error.certificate_error
        return fault_of(cause) if isinstance(cause, OSError) else down(Reason.CERTIFICATE_INVALID, str(cause))
    if isinstance(error, aiohttp.ClientConnectorError):
        return fault_of(error.os_error)
    if isinstance(error, OSError) and (error.errno is not None or not isinstance(error, aiohttp.ClientError)):
        return fault_of(error)
    for known in type(error).__mro__:
        if known in _REASONS:
            outcome, reason, text = _REASONS[known]
            return Fault(outcome=outcome, reason=reason, detail=text)
    return ours(Reason.BAD_TARGET, "the target is not an address")


class _Asker:
    """One session for the process, no connection, name or cookie kept from one question to the next."""

    def __init__(self, resolver: Resolver) -> None:
        connector = aiohttp.TCPConnector(
            limit=0, force_close=True, use_dns_cache=False, resolver=resolver, enable_cleanup_closed=False
        )
        self.session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            cookie_jar=aiohttp.DummyCookieJar(),
            trace_configs=[_tracing()],
            response_class=_Response,
            headers={"User-Agent": "upheld"},
        )
        self._url = lru_cache(maxsize=16384)(URL)
        self._context = lru_cache(maxsize=64)(_context)

    async def __call__(self, question: Question) -> Answer:
        options: Options = question.options
        marks, started = _Marks(), perf_counter()
        try:
            async with asyncio.timeout(question.timeout / 1000):
                return await self._exchange(question, options, marks, started)
        except TimeoutError as error:
            fault = _late(question, marks) if not isinstance(error, aiohttp.ClientError) else fault_of_http(error)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            fault = fault_of_http(error)
        return fault.answer(_us(perf_counter() - started), _phases(marks))

    async def _exchange(self, question: Question, options: Options, marks: _Marks, started: float) -> Answer:
        verified = (
            self._context(options.tls) if question.target[:6].lower() == "https:" or options.tls != _TLS else True
        )
        response = await self.session.request(
            options.method,
            self._url(question.target),
            headers=options.headers or None,
            data=options.payload,
            allow_redirects=options.follow_redirects,
            max_redirects=options.max_redirects + 1,
            ssl=verified,
            trace_request_ctx=marks,
        )
        try:
            answered = perf_counter()
            body, whole = await _body(response)
            ended = perf_counter()
        finally:
            response.close()
        phases = _phases(marks)
        phases["processing"] = _us(answered - started - marks.connect)
        phases["transfer"] = _us(ended - answered)
        return _answer(response, options, body, whole, _us(ended - started), phases)


_TLS = Tls()


def _context(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=tls.ca_file)
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


async def _body(response: ClientResponse) -> tuple[bytes, bool]:
    """At most BODY_LIMIT bytes, and whether that was all."""
    content = response.content
    body = await content.read(BODY_LIMIT)
    if content.at_eof():
        return body, True
    pieces, size = [body], len(body)
    while size < BODY_LIMIT and not content.at_eof():
        piece = await content.read(BODY_LIMIT - size)
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces), content.at_eof()


def _answer(
    response: ClientResponse, options: Options, body: bytes, whole: bool, latency_us: int, phases: dict[str, int]
) -> Answer:
    status, length = response.status, response.content_length
    version = response.version
    facts: dict[str, Plain] = {
        "status": status,
        "http_version": f"{version.major}.{version.minor}" if version else "",
        "redirects": len(response.history),
        "content_length": -1 if length is None else length,
        "body_bytes": len(body),
        "tls": response.url.scheme == "https",
    }
    if isinstance(response, _Response) and response.certificate:
        facts.update(response.certificate)
    expect = options.expect
    if status not in expect.statuses:
        outcome, reason, detail = Outcome.DOWN, Reason.STATUS, f"answered {status}, expected {_written(expect.status)}"
    elif expect.body is not None and expect.body.encode() not in body:
        outcome, reason, detail = Outcome.DOWN, Reason.BODY, f"{expect.body[:100]!r} is not in the body"
    else:
        return Answer(outcome=Outcome.UP, latency_us=latency_us, phases=phases, facts=facts)
    facts.update(_evidence(response, options, body, whole))
    return Answer(outcome=outcome, reason=reason, detail=detail, latency_us=latency_us, phases=phases, facts=facts)


def _evidence(response: ClientResponse, options: Options, body: bytes, whole: bool) -> dict[str, Plain]:
    """What is kept of a bad answer: told headers, length and hash, and the body only where the check says so."""
    facts: dict[str, Plain] = {
        f"header.{name.lower()}": response.headers[name][:200] for name in _TOLD_HEADERS if name in response.headers
    }
    facts["body_sha256"] = hashlib.sha256(body).hexdigest()
    facts["body_whole"] = whole
    if options.keep_body:
        facts["body"] = body[:KEPT_BODY].decode("utf-8", "replace").replace("\0", "\ufffd")
    return facts


def _late(question: Question, marks: _Marks) -> Fault:
    if marks.looking:
        return ours(Reason.RESOLVER_UNREACHABLE, f"the name was not resolved within {question.timeout} ms")
    doing = "no connection" if marks.connecting or not marks.connect else "no complete answer"
    return down(Reason.TIMEOUT, f"{doing} within {question.timeout} ms")


def _phases(marks: _Marks) -> dict[str, int]:
    """`connect` holds the TLS handshake too."""
    return {"resolve": _us(marks.lookup), "connect": _us(marks.connect - marks.lookup)}


def _us(seconds: float) -> int:
    return max(0, round(seconds * 1_000_000))


def _written(status: tuple[int | str, ...]) -> str:
    return ", ".join(str(one) for one in status)


@asynccontextmanager
async def open_http() -> AsyncIterator[Ask]:
    with open_resolver() as resolver:
        asker = _Asker(resolver)
        async with asker.session:
            yield asker


def fault_in(target: str, options: Options) -> str | None:
    try:
        url = URL(target)
    except ValueError:
        return f"'{target}' is not an address like https://shop.example.com/health"
    if url.scheme not in ("http", "https") or not url.host:
        return f"'{target}' is not an address like https://shop.example.com/health"
    return None


KIND = ProbeKind(options=Options, open=open_http, fault=fault_in)
