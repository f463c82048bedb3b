"""`POST /hooks/{source}`: authenticated, checked for its form, committed, then answered 202.

400 keeps the body of an authenticated sender in a capped quarantine; 401 wrong token; 404 no such source; 408 too slow;
413 too large; 503 with Retry-After when it could not be committed. Nothing in a payload can make another 5xx.
"""

import asyncio
import hmac
from collections.abc import Callable, Mapping

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter

from config.instant import Instant
from db.engine import Database
from db.errors import StoreUnavailable
from incidents.intake import Entrance, Intake, Overloaded
from incidents.source import Unreadable
from incidents.store import inbox

log = structlog.get_logger(__name__)

BODY_SECONDS = 10
RETRY_AFTER_SECONDS = 5


class Hooks:
    """The door for senders. `entrances` gives those of the configuration in force."""

    def __init__(
        self,
        database: Database,
        intake: Intake,
        entrances: Callable[[], Mapping[str, Entrance]],
        now: Callable[[], Instant],
        registry: CollectorRegistry,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self._database = database
        self._intake = intake
        self._entrances = entrances
        self._now = now
        self._body_seconds = body_seconds
        self._received = Counter(
            "upheld_alert_webhooks_received", "Webhook posts answered 202.", ["source"], registry=registry
        )
        self._rejected = Counter(
            "upheld_alert_webhooks_rejected", "Webhook posts refused.", ["source", "reason"], registry=registry
        )

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/hooks/{source}", self.receive)]

    async def receive(self, request: web.Request) -> web.Response:
        name = request.match_info["source"]
        entrance = self._entrances().get(name)
        if entrance is None:
            return self._refuse("unknown", "unknown_source", 404, "there is no such source")
        if not _authorized(request, entrance):
            return self._refuse(name, "unauthorized", 401, "wrong or missing token: Authorization: Bearer …")
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._refuse(name, "too_large", 413, "a post may have 1 MiB")
        except web.RequestPayloadError:
            return self._refuse(name, "broken_body", 400, "the body broke off, or its encoding is not what was said")
        except TimeoutError:
            return self._refuse(name, "too_slow", 408, f"the body did not arrive within {self._body_seconds:g} s")
        return await self._take(entrance, body)

    async def _take(self, entrance: Entrance, body: bytes) -> web.Response:
        now = self._now()
        try:
            entrance.read(body, now)
        except Unreadable as error:
            await self._keep(entrance, str(error), body, now)
            return self._refuse(entrance.id, "unreadable", 400, str(error))
        try:
            await self._intake.accept(entrance.id, body, now)
        except (Overloaded, StoreUnavailable) as error:
            reason = "overload" if isinstance(error, Overloaded) else "store_unavailable"
            return self._refuse(
                entrance.id, reason, entrance.source.overload_status, "not accepted at the moment, come again"
            )
        self._received.labels(entrance.id).inc()
        return web.json_response({"status": "accepted"}, status=202)

    async def _keep(self, entrance: Entrance, reason: str, body: bytes, now: Instant) -> None:
        try:
            await self._database.write(lambda tx: inbox.put_into_quarantine(tx, entrance.id, reason, body, now))
        except StoreUnavailable as error:
            log.error("quarantine not written", source=entrance.id, error=str(error))

    def _refuse(self, source: str, reason: str, status: int, text: str) -> web.Response:
        self._rejected.labels(source, reason).inc()
        log.warning("webhook refused", source=source, reason=reason, status=status, detail=_printable(text))
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status in (429, 503) else {}
        return web.json_response({"status": status, "detail": _printable(text)}, status=status, headers=headers)


def _authorized(request: web.Request, entrance: Entrance) -> bool:
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    wanted = entrance.source.token(entrance.options)
    given = sent.strip().encode("utf-8", "surrogateescape")
    return scheme.lower() == "bearer" and hmac.compare_digest(given, wanted.encode())


def _printable(text: str) -> str:
    """A reason may quote what came; what cannot be encoded is shown as it is not."""
    return text.encode("utf-8", "replace").decode()[:500]
