"""Every route of `/api/v1/`, and what stands at its other addresses."""

from collections.abc import Awaitable, Callable
from functools import cache
from http import HTTPStatus

import orjson
from aiohttp import web

from upheld.api import (
    agreements,
    cases,
    components,
    corrections,
    drills,
    exclusions,
    findings,
    handling,
    incidents,
    library,
    oncall,
    performance,
    reviews,
    samples,
    silences,
    statements,
)
from upheld.api.gate import guarded
from upheld.api.openapi import document
from upheld.api.problem import problem
from upheld.api.route import PREFIX, Office, Route

ROUTES: tuple[Route, ...] = (
    *components.ROUTES,
    *incidents.ROUTES,
    *drills.ROUTES,
    *performance.ROUTES,
    *silences.ROUTES,
    *oncall.ROUTES,
    *cases.ROUTES,
    *handling.ROUTES,
    *library.ROUTES,
    *reviews.ROUTES,
    *findings.ROUTES,
    *samples.ROUTES,
    *exclusions.ROUTES,
    *corrections.ROUTES,
    *agreements.ROUTES,
    *statements.ROUTES,
)


def routes(office: Office) -> list[web.RouteDef]:
    own = [web.route(one.method, PREFIX + one.path, guarded(office, one)) for one in ROUTES]
    methods: dict[str, list[str]] = {}
    for one in ROUTES:
        methods.setdefault(PREFIX + one.path, []).append(one.method)
    other = [web.route("*", path, _only(", ".join(allowed))) for path, allowed in methods.items()]
    return [
        web.get(f"{PREFIX}/openapi.json", _description),
        *own,
        *other,
        web.route("*", PREFIX + "/{rest:.*}", _nothing),
    ]


@cache
def description() -> bytes:
    return orjson.dumps(document(ROUTES))


async def _description(request: web.Request) -> web.Response:
    """For everybody: it says nothing of this installation."""
    return web.Response(body=description(), content_type="application/json")


async def _nothing(request: web.Request) -> web.Response:
    return problem(
        HTTPStatus.NOT_FOUND, f"there is nothing at {request.path}; {PREFIX}/openapi.json lists what there is"
    )


def _only(methods: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        return problem(HTTPStatus.METHOD_NOT_ALLOWED, f"here only {methods}", headers={"Allow": methods})

    return handler
