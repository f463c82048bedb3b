"""Before every route: who asks, whether he may, and whether what he sent can be read. Every no is a problem."""

import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, cast

import orjson
import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from config.node import ConfigError
from console.session import hash_of
from console.user import allowed, sees
from db.errors import StoreUnavailable
from incidents.caseload import NoSuchCase
from incidents.service import NotFound
from sla.parties import NoStatement
from upheld.api.problem import Fault, Wrong, problem
from upheld.api.route import Asked, Office, Reader, Route
from upheld.commands import REFUSALS
from upheld.tokens import store
from upheld.tokens.token import acting, may

log = structlog.get_logger(__name__)

JSON = "application/json"
_UNREADABLE = re.compile("[\x00-\x1f\x7f]")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guarded(office: Office, route: Route) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        try:
            return await _answer(office, route, request)
        except Wrong as wrong:
            return wrong.answer()
        except ConfigError as error:
            faults: list[Fault] = [{"pointer": "/terms", "detail": str(one)} for one in error.problems]
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the terms cannot be used", faults)
        except (NotFound, NoSuchCase, NoStatement) as error:
            return problem(HTTPStatus.NOT_FOUND, str(error))
        except REFUSALS as error:
            return problem(HTTPStatus.CONFLICT, str(error))
        except web.HTTPRequestEntityTooLarge:
            return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is larger than 1 MiB")
        except StoreUnavailable as error:
            log.error("store not available", path=request.path, error=str(error))
            text = "the store is not available at the moment"
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, text, headers={"Retry-After": "5"})

    return handler


async def _answer(office: Office, route: Route, request: web.Request) -> web.StreamResponse:
    reader = await _reader(office, route, request)
    _let_in(reader, route, request)
    query = _query(route, request)
    asked = Asked(
        office=office,
        reader=reader,
        rules=office.rules(),
        now=office.now(),
        path=request.path,
        place=dict(request.match_info),
        query=query,
        body=await _body(route, request),
    )
    found = await route.act(asked)
    if isinstance(found, web.StreamResponse):
        return found
    made = route.made and not query.get("dry_run")
    headers = {"Cache-Control": "no-store"}
    if made:
        headers["Location"] = f"{request.path}/{found['id']}"
    return web.Response(
        body=orjson.dumps(found), status=201 if made else 200, content_type=JSON, charset="utf-8", headers=headers
    )


async def _reader(office: Office, route: Route, request: web.Request) -> Reader:
    """By the token; for reading also by the session of a browser, which another site's form could ride on."""
    written = request.headers.get("Authorization")
    if written is None:
        session = await office.session(request) if route.method == "GET" else None
        if session is None:
            text = "send Authorization: Bearer with a token; `upheld token create` makes one"
            raise Wrong(HTTPStatus.UNAUTHORIZED, text, headers={"WWW-Authenticate": "Bearer"})
        return Reader(user=session.user, token=None)
    kind, _, secret = written.partition(" ")
    found = None
    if kind.lower() == "bearer":
        token_hash = hash_of(secret.strip())
        found = await office.database.read(lambda tx: store.of_hash(tx, token_hash))
    if found is None or not found[0].alive(office.now()):
        headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        raise Wrong(HTTPStatus.UNAUTHORIZED, "this token is not known, has expired or was revoked", headers=headers)
    token, user = found
    if not may(token, user, route.scope):
        headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{route.scope}"'}
        raise Wrong(HTTPStatus.FORBIDDEN, f"the token {token.name!r} has not the scope {route.scope}", headers=headers)
    return Reader(user=acting(token, user), token=token)


def _let_in(reader: Reader, route: Route, request: web.Request) -> None:
    """What is not the reader's looks like what does not exist."""
    user, room = reader.user, request.match_info.get("customer", reader.customer)
    if any(_UNREADABLE.search(value) for value in request.match_info.values()):
        raise Wrong(HTTPStatus.NOT_FOUND, "there is nothing at this address")
    if any(allowed(user, access, room) for access in route.access):
        return
    if any(sees(user, access, room) for access in route.access):
        raise Wrong(HTTPStatus.FORBIDDEN, f"the role {user.role} may not do this")
    raise Wrong(HTTPStatus.NOT_FOUND, "there is nothing at this address, or it is not yours to see")


def _query(route: Route, request: web.Request) -> dict[str, Any]:
    sent = {name: request.query[name] for name in request.query}
    return _read(route.query, sent, lambda place: {"parameter": place}, "a parameter is wrong")


async def _body(route: Route, request: web.Request) -> dict[str, Any]:
    if route.body is None:
        return {}
    if request.content_type != JSON:
        raise Wrong(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send the body as {JSON}")
    try:
        sent = orjson.loads(await request.read() or b"{}")
    except orjson.JSONDecodeError as error:
        raise Wrong(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error}") from None
    return _read(route.body, sent, lambda place: {"pointer": f"/{place}" if place else ""}, "the body is wrong")


def _read(shape: type[BaseModel], sent: Any, where: Callable[[str], dict[str, str]], detail: str) -> dict[str, Any]:
    """Raises Wrong with everything that is wrong, at once."""
    try:
        return shape.model_validate(sent).model_dump()
    except ValidationError as error:
        faults = [_fault(one, where) for one in error.errors(include_url=False, include_input=False)]
        raise Wrong(HTTPStatus.UNPROCESSABLE_ENTITY, f"{detail}; `errors` says what and where", faults) from None


def _fault(one: Mapping[str, Any], where: Callable[[str], dict[str, str]]) -> Fault:
    place = "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in one["loc"])
    return cast("Fault", {**where(place), "detail": one["msg"]})
