"""The web application: the rooms' routes, health, metrics, key, reload, and the headers every answer carries."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus

import orjson
import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

import upheld
from config.instant import Instant
from db.errors import StoreUnavailable
from incidents.asked import Asked
from incidents.fetching import Fetcher
from incidents.intake import Entrance, Intake
from incidents.routes import Hooks
from incidents.tally import Tally
from probe.metrics import blackbox_text
from probe.routes import ping_routes
from sla.paper.style import allowed
from upheld import heads, ledger, receipts, signing
from upheld.api.problem import problem
from upheld.house import House
from upheld.installed import Installed
from upheld.patience import in_time
from upheld.scrape import metrics

log = structlog.get_logger(__name__)

BODY_LIMIT = 1 << 20
READY_PATIENCE_SECONDS = 2
STOP_SECONDS = 3
KEEPALIVE_SECONDS = 15
"""Nobody is waited for longer: between two requests, for the first one, and in the midst of the head of one."""
LOCAL = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})

SERVER = {"Server": "upheld"}
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'self' {allowed()}; img-src 'self' data:; script-src 'self'; "
        "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

STRICT = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
"""Where the person or program at the other end speaks HTTPS."""

PROXIED = "X-Forwarded-For"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(
    house: House, rooms: list[web.RouteDef], on_shutdown: Callable[[], None] = lambda: None
) -> web.Application:
    """`rooms`: the routes of pages, after ours, because a page's path may be any word."""
    app = front()

    async def shut(_: web.Application) -> None:
        on_shutdown()

    app.on_shutdown.append(shut)
    hooks = hooks_of(
        Intake(house.inbox), lambda: house.rules.entrances, house.now, house.tally, fixed_paths(house.installed)
    )
    app.add_routes(
        [
            web.get("/-/healthy", _healthy),
            web.get("/-/ready", partial(_ready, house)),
            web.get("/-/pulse", house.watch.pulse),
            web.post("/-/reload", partial(_reload, house)),
            web.get("/-/reload", _only_post),
            web.get("/metrics", partial(metrics, house)),
            web.get("/.well-known/upheld.pub", partial(_public_key, house)),
            web.get("/checkpoint", partial(_checkpoint, house)),
            *heads.routes(house),
            *receipts.routes(house),
            web.get("/probe", partial(_probe, house)),
            web.get("/sd/prometheus", partial(_service_discovery, house)),
            *hooks.routes(),
            *Asked(house.database, hooks.admitted, house.now, upheld.__version__).routes(),
            *ping_routes(house.database, house.now, lambda: house.prober.entrances),
            *rooms,
        ]
    )
    return app


def front() -> web.Application:
    """Without rooms yet; what every answer carries, and what becomes of a mistake of ours."""
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[_last_resort, in_time])
    app.on_response_prepare.append(_add_headers)
    return app


def runner_of(app: web.Application) -> web.AppRunner:
    return web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS, keepalive_timeout=KEEPALIVE_SECONDS)


def fixed_paths(installed: Installed) -> list[str]:
    """Addresses beside `/hooks/` that senders insist on."""
    return sorted({path for source in installed.sources.values() for path in source.paths})


def hooks_of(
    intake: Intake,
    entrances: Callable[[], Mapping[str, Entrance]],
    now: Callable[[], Instant],
    tally: Tally,
    paths: Sequence[str],
) -> Hooks:
    return Hooks(intake, entrances, now, tally, fetch=Fetcher(), paths=paths)


def address_of(request: web.Request) -> str:
    """Where a request comes from: behind a proxy on this machine the address it was the last to write down.

    What others wrote into the header before stands further left and is not believed.
    """
    remote = request.remote or ""
    written = request.headers.getall(PROXIED, [])
    if remote not in LOCAL or not written:
        return remote
    return written[-1].rpartition(",")[2].strip() or remote


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(SERVER)
    strict = STRICT if request.headers.get("X-Forwarded-Proto", request.scheme) == "https" else {}
    for name, value in {**HEADERS, **strict}.items():
        response.headers.setdefault(name, value)


@web.middleware
async def _last_resort(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:
        return mistake(error, request.method, request.path)


def mistake(error: Exception, method: str, path: str) -> web.Response:
    """One of ours has a number in the log and on the page; an absent store is said to be absent."""
    if isinstance(error, StoreUnavailable):
        log.error("store not available", path=path, error=str(error))
        text = "the store is not available at the moment"
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, text, headers={"Retry-After": "5"})
    reference = uuid.uuid4().hex[:12]
    log.error("request failed", path=path, method=method, reference=reference, exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"our mistake; it is in our log as {reference}")


async def _healthy(request: web.Request) -> web.Response:
    return web.Response(text="upheld is healthy\n")


async def _ready(house: House, request: web.Request) -> web.Response:
    """The store answers and intake is open; waits for no check, mail server or peer."""
    try:
        async with asyncio.timeout(READY_PATIENCE_SECONDS):
            await house.database.read(lambda tx: tx.exec_driver_sql("SELECT 1").scalar())
    except (StoreUnavailable, TimeoutError) as error:
        return web.Response(status=503, text=f"the store does not answer: {error}\n")
    if not house.open:
        return web.Response(status=503, text="upheld is starting or stopping\n")
    return web.Response(text="upheld is ready\n")


async def _reload(house: House, request: web.Request) -> web.Response:
    if address_of(request) not in LOCAL:
        return web.Response(status=403, text="only from this machine; elsewhere send SIGHUP\n")
    problems = await house.reload()
    if problems:
        return web.Response(status=400, text="".join(f"{problem}\n" for problem in problems))
    return web.Response(text="".join(f"{line}\n" for line in ("configuration taken over", *house.taken.kept)))


async def _only_post(request: web.Request) -> web.Response:
    return web.Response(status=405, headers={"Allow": "POST"}, text="reloading changes something: send a POST\n")


async def _probe(house: House, request: web.Request) -> web.Response:
    """The cached last answer of one check, in blackbox_exporter's own names; nothing is asked."""
    target = request.query.get("target", "")
    answer = house.prober.answer(target)
    if answer is None:
        return web.Response(status=400, text=f"target {target!r} is no check; /sd/prometheus lists them\n")
    return web.Response(body=blackbox_text(answer, house.now()).encode(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _public_key(house: House, request: web.Request) -> web.Response:
    return web.Response(
        body=signing.public_pem(house.key),
        content_type="application/x-pem-file",
        headers={"X-Key-Id": signing.key_id(house.key)},
    )


async def _checkpoint(house: House, request: web.Request) -> web.Response:
    """The ledger's newest signed head, as C2SP writes checkpoints."""
    head = await ledger.head(house.database, house.config, house.key, house.now)
    return web.Response(text=head.note, headers={"X-Key-Id": signing.key_id(house.key), "Cache-Control": "no-cache"})


async def _service_discovery(house: House, request: web.Request) -> web.Response:
    """Prometheus http_sd: every check as a target for `/probe?target=`."""
    groups = [
        {"targets": [check.id], "labels": {"component": check.component, "kind": check.kind}}
        for check in house.config.checks()
    ]
    return web.Response(body=orjson.dumps(groups), content_type="application/json")
