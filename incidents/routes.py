"""`POST /hooks/{source}`, and the fixed addresses some senders insist on: authenticated, checked for its form,
committed, then answered 202, or as the sender expects it.

400 keeps the body of an authenticated sender in a capped quarantine; 401 wrong token; 404 no such source; 408 too slow;
413 too large; 503 or 429 with Retry-After when it could not be committed. Nothing in a payload can make another 5xx.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

import orjson
import structlog
from aiohttp import web

from config.instant import Instant
from db.errors import StoreUnavailable
from incidents.intake import Entrance, Intake, Overloaded
from incidents.source import Fetch, Outcome, Refuted, Sent, Unreachable, Unreadable
from incidents.tally import Tally

log = structlog.get_logger(__name__)

BODY_SECONDS = 10
RETRY_AFTER_SECONDS = 5
JSON = {"Content-Type": "application/json; charset=utf-8"}

Handler = Callable[[web.Request], Awaitable[web.Response]]


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
        fixed = [web.post(path, partial(self._at, path)) for path in self._paths]
        return [web.post(named, self.receive), web.get(named, _only_posts), web.options(named, self.greet), *fixed]

    async def receive(self, request: web.Request) -> web.Response:
        entrance, path = self._entrances().get(request.match_info["source"]), request.match_info["path"]
        if entrance is None or path not in ("", *entrance.source.paths):
            return self._refuse("unknown", "unknown_source", 404, "there is no such source")
        return await self._hear(request, path, [entrance])

    async def greet(self, request: web.Request) -> web.Response:
        """A sender that asks first whether it may send."""
        entrance = self._entrances().get(request.match_info["source"])
        greeting = None if entrance is None else entrance.source.greeting
        if greeting is None:
            raise web.HTTPMethodNotAllowed("OPTIONS", ["POST"])
        return web.Response(headers={"Allow": "POST", **greeting(_headers(request))})

    def admitted(self, request: web.Request, path: str) -> Entrance | None:
        """Whose token a call without a body has, at a fixed address."""
        sent = self._sent(request, path)
        return next((one for one in self._at_path(path) if one.source.authorized(one.options, sent)), None)

    def _at_path(self, path: str) -> list[Entrance]:
        return [one for one in self._entrances().values() if path in one.source.paths]

    async def _at(self, path: str, request: web.Request) -> web.Response:
        found = self._at_path(path)
        if not found:
            return self._refuse("unknown", "unknown_source", 404, f"no source is configured that is called at {path}")
        return await self._hear(request, path, found)

    def _sent(self, request: web.Request, path: str) -> Sent:
        return Sent(body=b"", received_at=self._now(), path=path, headers=_headers(request), query=dict(request.query))

    async def _hear(self, request: web.Request, path: str, entrances: list[Entrance]) -> web.Response:
        """By the first of the entrances that trusts it."""
        sent = self._sent(request, path)
        trusting = [one for one in entrances if one.source.authorized(one.options, sent)]
        if not trusting:
            return self._answer(entrances[0], Outcome.UNAUTHORIZED, "unauthorized", "wrong or missing token", sent)
        name = trusting[0].id
        try:
            sent = replace(sent, body=await self._body(request))
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

    async def _body(self, request: web.Request) -> bytes:
        if request.content.is_eof():  # it came with its headers, as most do: nobody has to be waited for
            return await request.read()
        try:
            async with asyncio.timeout(self._body_seconds):
                return await request.read()
        except RuntimeError as error:  # so aiohttp says of a connection that is gone
            if request.transport is not None:
                raise
            raise ConnectionResetError from error

    async def _signed(self, entrance: Entrance, sent: Sent) -> bool:
        signed = entrance.source.signed
        return signed is None or await signed(entrance.options, sent, self._fetch)

    async def _take(self, entrance: Entrance, sent: Sent) -> web.Response:
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

    def _answer(self, entrance: Entrance, outcome: Outcome, reason: str, detail: str, sent: Sent) -> web.Response:
        answer = entrance.source.answer(outcome, _printable(detail), sent)
        if outcome is Outcome.ACCEPTED:
            self._tally.received(entrance.id)
        else:
            self._count(entrance.id, reason, answer.status, detail)
        return _response(answer.status, answer.body)

    def _refuse(self, source: str, reason: str, status: int, text: str) -> web.Response:
        self._count(source, reason, status, text)
        return _response(status, {"status": status, "detail": _printable(text)})

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


def _headers(request: web.Request) -> dict[str, str]:
    """Of a header that stands twice the last counts."""
    return {name.lower(): _printable(value, 8192) for name, value in request.headers.items()}


async def _only_posts(request: web.Request) -> web.Response:
    """For whoever opens the address in a browser, to see whether it is the right one; the public page is no answer."""
    text = "this address takes alerts by POST; there is nothing to read here"
    return web.json_response({"status": 405, "detail": text}, status=405, headers={"Allow": "POST"})


def _response(status: int, body: Mapping[str, object] | None) -> web.Response:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status in (429, 503) else {}
    if body is None:
        return web.Response(status=status, headers=headers)
    return web.Response(body=orjson.dumps(dict(body)), status=status, headers={**JSON, **headers})


def _printable(text: str, limit: int = 500) -> str:
    """A reason may quote what came; what cannot be encoded is shown as it is not."""
    return text.encode("utf-8", "replace").decode()[:limit]
