"""`POST /hooks/{source}`, and the fixed addresses some senders insist on: authenticated, checked for its form,
committed, then answered 202, or as the sender expects it. By which server it came is all the same.

400 keeps the body of an authenticated sender in a capped quarantine; 401 wrong token; 404 no such source; 408 too slow;
413 too large; 503 or 429 with Retry-After when it could not be committed. Nothing in a payload can make another 5xx.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import orjson
import structlog
from aiohttp import web
from typing_extensions import override

from config.instant import Instant
from db.errors import StoreUnavailable
from incidents.intake import Entrance, Intake, Overloaded
from incidents.source import Answer, Fetch, Outcome, Refuted, Sent, Unreachable, Unreadable
from incidents.tally import Tally

log = structlog.get_logger(__name__)

BODY_SECONDS = 10
RETRY_AFTER_SECONDS = 5
JSON = {"Content-Type": "application/json; charset=utf-8"}


class Call(Protocol):
    """A post of which the head is there. `path` is the whole of its address; of a header that stands twice the last
    counts."""

    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]

    @property
    def whole(self) -> bool:
        """The body has come: nobody has to be waited for."""

    async def body(self) -> bytes:
        """Raises HTTPRequestEntityTooLarge, RequestPayloadError or ConnectionError."""


class Hooks:
    """The door for senders. `entrances` gives those of the configuration in force; `paths` are the fixed addresses."""

    def __init__(
        self,
        intake: Intake,
        entrances: Callable[[], Mapping[str, Entrance]],
        now: Callable[[], Instant],
        tally: Tally,
        *,
        fetch: Fetch,
        paths: Iterable[str] = (),
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self._intake = intake
        self._entrances = entrances
        self._now = now
        self._fetch = fetch
        self._paths = tuple(paths)
        self._body_seconds = body_seconds
        self._tally = tally

    def routes(self) -> list[web.RouteDef]:
        named = "/hooks/{source:[^/]*}{path:(?:/.*)?}"
        fixed = [web.post(path, self.receive) for path in self._paths]
        return [web.post(named, self.receive), web.get(named, _only_posts), web.options(named, self.greet), *fixed]

    async def receive(self, request: web.Request) -> web.Response:
        answer = await self.hear(_Request(request))
        return web.Response(body=body_of(answer), status=answer.status, headers=headers_of(answer))

    async def hear(self, call: Call) -> Answer:
        """By the first of those at this address that trusts it."""
        if call.path in self._paths:
            path, found = call.path, self._at_path(call.path)
            unknown = f"no source is configured that is called at {path}"
        else:
            source, slash, rest = call.path.removeprefix("/hooks/").partition("/")
            path, entrance = slash + rest, self._entrances().get(source)
            found = [] if entrance is None or path not in ("", *entrance.source.paths) else [entrance]
            unknown = "there is no such source"
        if not found:
            return self._refuse("unknown", "unknown_source", 404, unknown)
        return await self._hear(call, path, found)

    async def greet(self, request: web.Request) -> web.Response:
        """A sender that asks first whether it may send."""
        entrance = self._entrances().get(request.match_info["source"])
        greeting = None if entrance is None else entrance.source.greeting
        if greeting is None:
            raise web.HTTPMethodNotAllowed("OPTIONS", ["POST"])
        return web.Response(headers={"Allow": "POST", **greeting(_headers(request))})

    def admitted(self, request: web.Request, path: str) -> Entrance | None:
        """Whose token a call without a body has, at a fixed address."""
        sent = _sent(_Request(request), path, self._now())
        return next((one for one in self._at_path(path) if one.source.authorized(one.options, sent)), None)

    def _at_path(self, path: str) -> list[Entrance]:
        return [one for one in self._entrances().values() if path in one.source.paths]

    async def _hear(self, call: Call, path: str, entrances: list[Entrance]) -> Answer:
        sent = _sent(call, path, self._now())
        trusting = [one for one in entrances if one.source.authorized(one.options, sent)]
        if not trusting:
            return self._answer(entrances[0], Outcome.UNAUTHORIZED, "unauthorized", "wrong or missing token", sent)
        name = trusting[0].id
        try:
            sent = _sent(call, path, sent.received_at, await self._body(call))
        except web.HTTPRequestEntityTooLarge:
            return self._refuse(name, "too_large", 413, "a post may have 1 MiB")
        except (web.RequestPayloadError, ConnectionError):
            return self._refuse(name, "broken_body", 400, "the body broke off, or its encoding is not what was said")
        except TimeoutError:
            return self._refuse(name, "too_slow", 408, f"the body did not arrive within {self._body_seconds:g} s")
        try:
            signed = [one for one in trusting if await self._signed(one, sent)]
        except Unreadable as error:
            # whose it is cannot be said, so nothing of it is kept
            return self._answer(trusting[0], Outcome.UNREADABLE, "unreadable", str(error), sent)
        except Refuted as error:
            return self._answer(trusting[0], Outcome.UNAUTHORIZED, "unauthorized", str(error), sent)
        except Unreachable as error:
            return self._answer(trusting[0], Outcome.UNAVAILABLE, "unreachable", str(error), sent)
        if not signed:
            return self._answer(trusting[0], Outcome.UNAUTHORIZED, "unauthorized", "wrong or missing signature", sent)
        return await self._take(signed[0], sent)

    async def _body(self, call: Call) -> bytes:
        if call.whole:  # it came with its headers, as most do
            return await call.body()
        async with asyncio.timeout(self._body_seconds):
            return await call.body()

    async def _signed(self, entrance: Entrance, sent: Sent) -> bool:
        signed = entrance.source.signed
        return signed is None or await signed(entrance.options, sent, self._fetch)

    async def _take(self, entrance: Entrance, sent: Sent) -> Answer:
        try:
            _read(entrance, sent)
        except Unreadable as error:
            await self._keep(entrance, str(error), sent)
            return self._answer(entrance, Outcome.UNREADABLE, "unreadable", str(error), sent)
        try:
            await self._intake.accept(entrance, sent)
        except (Overloaded, StoreUnavailable) as error:
            reason = "overload" if isinstance(error, Overloaded) else "store_unavailable"
            return self._answer(entrance, Outcome.UNAVAILABLE, reason, "not accepted at the moment, come again", sent)
        return self._answer(entrance, Outcome.ACCEPTED, "", "", sent)

    async def _keep(self, entrance: Entrance, reason: str, sent: Sent) -> None:
        try:
            await self._intake.set_aside(entrance, sent, reason)
        except StoreUnavailable as error:
            log.error("quarantine not written", source=entrance.id, error=str(error))

    def _answer(self, entrance: Entrance, outcome: Outcome, reason: str, detail: str, sent: Sent) -> Answer:
        answer = entrance.source.answer(outcome, _printable(detail), sent)
        if outcome is Outcome.ACCEPTED:
            self._tally.received(entrance.id)
        else:
            self._count(entrance.id, reason, answer.status, detail)
        return answer

    def _refuse(self, source: str, reason: str, status: int, text: str) -> Answer:
        self._count(source, reason, status, text)
        return Answer(status=status, body={"status": status, "detail": _printable(text)})

    def _count(self, source: str, reason: str, status: int, text: str) -> None:
        self._tally.rejected(source, reason)
        log.warning("webhook refused", source=source, reason=reason, status=status, detail=_printable(text))


def _read(entrance: Entrance, sent: Sent) -> None:
    """Whether it can be read at all. A reader that stumbles is our mistake; the sender learns that it was not heard."""
    try:
        entrance.read(sent)
    except Unreadable:
        raise
    except Exception as error:
        log.exception("reader stumbled", source=entrance.id)
        raise Unreadable(f"our reader stumbled over it: {type(error).__name__}") from error


class _Request(Call):
    """One that aiohttp has read."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self.path, self.headers, self.query = request.path, _headers(request), dict(request.query)

    @property
    @override
    def whole(self) -> bool:
        return self._request.content.is_eof()

    @override
    async def body(self) -> bytes:
        try:
            return await self._request.read()
        except RuntimeError as error:  # so aiohttp says of a connection that is gone
            if self._request.transport is not None:
                raise
            raise ConnectionResetError from error


def _sent(call: Call, path: str, at: Instant, body: bytes = b"") -> Sent:
    return Sent(body=body, received_at=at, path=path, headers=call.headers, query=call.query)


def _headers(request: web.Request) -> dict[str, str]:
    return {name.lower(): _printable(value, 8192) for name, value in request.headers.items()}


async def _only_posts(request: web.Request) -> web.Response:
    """For whoever opens the address in a browser, to see whether it is the right one; the public page is no answer."""
    text = "this address takes alerts by POST; there is nothing to read here"
    return web.json_response({"status": 405, "detail": text}, status=405, headers={"Allow": "POST"})


def body_of(answer: Answer) -> bytes:
    return b"" if answer.body is None else orjson.dumps(dict(answer.body))


def headers_of(answer: Answer) -> dict[str, str]:
    headers = {} if answer.body is None else dict(JSON)
    if answer.status in (429, 503):
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return headers


def _printable(text: str, limit: int = 500) -> str:
    """A reason may quote what came; what cannot be encoded is shown as it is not."""
    return text.encode("utf-8", "replace").decode()[:limit]
