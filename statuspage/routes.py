"""HTTP for everybody: pages, documents, badges, feeds, events, files. Every handler looks bytes up and sends them."""

from collections.abc import Awaitable, Callable

import orjson
import structlog
from aiohttp import web

from config.look.asset import Asset, assets
from db.errors import StoreUnavailable
from statuspage.making import Rendered
from statuspage.place import What, accepted
from statuspage.service import Pages
from statuspage.stream import RETRY_MS, event, pump
from statuspage.voice import ROOM

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self';"
    " font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
BADGE = {**OPEN, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
CHECK = "no-cache"
SHORT = "public, max-age=60, stale-if-error=86400"
FOR_EVER = "public, max-age=31536000, immutable"


def routes(pages: Pages) -> list[web.RouteDef]:
    """To be added last: the final one takes every GET that nobody else wanted."""
    return [
        web.get("/events", _events(pages), allow_head=False),
        web.get("/static/{name}", _static()),
        web.get(r"/badge/{component}.{kind:svg|json}", _badge(pages)),
        web.get("/{path:.*}", _page(pages)),
    ]


def send(request: web.Request, rendered: Rendered, cache: str, more: dict[str, str] | None = None) -> web.Response:
    """The bytes, or 304 where the reader has them; packed where he can unpack."""
    headers = {
        **HEADERS,
        "Cache-Control": cache,
        "ETag": f'"{rendered.etag}"',
        "Vary": "Accept-Encoding",
        **(more or {}),
    }
    if rendered.language is not None:
        headers["Content-Language"] = rendered.language
    if rendered.status == 200 and _known(request, rendered.etag):
        return web.Response(status=304, headers=headers)
    packed = "gzip" in request.headers.get("Accept-Encoding", "").lower()
    body = rendered.gzipped if packed else rendered.body
    if packed:
        headers["Content-Encoding"] = "gzip"
    headers["Content-Type"] = rendered.content_type
    return web.Response(status=rendered.status, body=body, headers=headers)


def _page(pages: Pages) -> Handler:
    async def page(request: web.Request) -> web.StreamResponse:
        wish = accepted(request.headers.get("Accept-Language", ""), pages.plan.site.languages)
        place = pages.place(request.path)
        if place is None:
            return send(request, pages.error(404, wish), "no-store")
        await pages.fresh()
        language = place.language if place.language is not None else wish
        try:
            found = await pages.get(place, language)
        except StoreUnavailable as error:
            log.warning("page not made", path=request.path, error=str(error))
            return send(request, pages.error(503, wish), "no-store", {"Retry-After": "5"})
        if found is None and pages.revision(place.page) is None:
            return send(request, pages.error(503, wish), "no-store", {"Retry-After": "5"})
        if found is None:
            return send(request, pages.error(404, language, place.page), "no-store")
        if place.what is What.DOCUMENT:
            return send(request, found, CHECK, OPEN)
        if place.what is What.ATOM:
            return send(request, found, SHORT, {**OPEN, "Vary": "Accept-Encoding, Accept-Language"})
        return send(request, found, CHECK, {"Vary": "Accept-Encoding, Accept-Language"})

    return page


def _badge(pages: Pages) -> Handler:
    async def badge(request: web.Request) -> web.StreamResponse:
        await pages.fresh()
        language = accepted(request.query.get("lang", "en"), pages.plan.site.languages)
        found = pages.badge(request.match_info["component"], language, request.match_info["kind"])
        if found is None:
            body = orjson.dumps({"title": "There is no such component", "status": 404})
            return web.Response(status=404, body=body, content_type="application/problem+json", headers=HEADERS)
        return send(request, found, SHORT, BADGE)

    return badge


def _static() -> Handler:
    by_name: dict[str, Asset] = {asset.name: asset for asset in assets(ROOM).values()}

    async def static(request: web.Request) -> web.StreamResponse:
        asset = by_name.get(request.match_info["name"])
        if asset is None:
            return web.Response(status=404, text="There is no such file.\n", headers=HEADERS)
        rendered = Rendered(gzipped=asset.gzipped, etag=asset.name.split(".")[-2], content_type=asset.content_type)
        return send(request, rendered, FOR_EVER)

    return static


def _events(pages: Pages) -> Handler:
    async def events(request: web.Request) -> web.StreamResponse:
        path = request.query.get("page", "/")
        await pages.fresh()
        revision = pages.revision(path)
        if revision is None:
            # 204 tells an EventSource not to come again.
            return web.Response(status=204, headers=HEADERS)
        reader = pages.streams.add(path)
        if reader is None:
            return web.Response(status=503, headers={**HEADERS, "Retry-After": "30"})
        response = web.StreamResponse(
            headers={
                **HEADERS,
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        try:
            await response.prepare(request)
            known = request.headers.get("Last-Event-ID") or request.query.get("since", "")
            await response.write(f"retry: {RETRY_MS}\n".encode() + event("hello", str(pages.now())))
            if known != revision:
                await response.write(event("changed", revision, revision))
            await pump(response, reader, lambda: _sign_of_life(pages))
            await response.write_eof()
        except ConnectionError:
            log.debug("reader left", page=path)
        finally:
            pages.streams.remove(reader)
        return response

    return events


def _sign_of_life(pages: Pages) -> bytes:
    measured_at = pages.measured_at()
    return event("measured", str(measured_at)) if measured_at is not None else b": still here\n\n"


def _known(request: web.Request, etag: str) -> bool:
    asked = request.headers.get("If-None-Match", "")
    return asked.strip() == "*" or etag in [one.strip().removeprefix("W/").strip('"') for one in asked.split(",")]
