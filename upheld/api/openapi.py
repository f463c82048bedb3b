"""The description of `/api/v1/` that programs read, made from the routes and their shapes: OpenAPI 3.1."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

import upheld
from upheld.api.field import Shape
from upheld.api.problem import CONTENT_TYPE
from upheld.api.route import PREFIX, Route

REF = "#/components/schemas/"
_PLACE = re.compile(r"{(\w+)}")
JSON = "application/json"


class Error(Shape):
    """One thing that is wrong: in the body at `pointer`, or in the `parameter` of the address."""

    detail: str
    pointer: str = ""
    parameter: str = ""


class Problem(Shape):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Error, ...] = ()


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """As JSON."""
    sent = [shape for route in routes for shape in (route.query, route.body) if shape is not None]
    told = [route.answer for route in routes if route.answer is not None]
    schemas = _schemas([*sent, *told, Problem])
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route, schemas)
    asked = {route.query.__name__ for route in routes}
    return {
        "openapi": "3.1.0",
        "info": {"title": "upheld", "version": upheld.__version__, "summary": "What a person can do, for programs."},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in schemas.items() if name not in asked},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {"problem": _problem()},
        },
    }


def _schemas(shapes: Iterable[type[BaseModel]]) -> dict[str, Any]:
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(one, "validation") for one in dict.fromkeys(shapes)]
    _, found = models_json_schema(wanted, ref_template=REF + "{model}")
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _operation(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    words = [word for word in re.split(r"[/{}]+", route.path) if word]
    found: dict[str, Any] = {
        "operationId": "-".join([route.method.lower(), *words]),
        "summary": route.summary,
        "description": f"Needs a token with the scope `{route.scope}`.",
        "tags": [words[-1] if route.path.startswith("/customers") and route.answer else words[0]],
        "parameters": [*_places(route), *_parameters(schemas[route.query.__name__])],
        "responses": _responses(route),
    }
    if route.body is not None:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": {"$ref": REF + route.body.__name__}}}}
    return found


def _places(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PLACE.findall(route.path)
    ]


def _parameters(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": each.get("description", name),
            "schema": {key: value for key, value in each.items() if key not in ("description", "title")},
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _responses(route: Route) -> dict[str, Any]:
    content: dict[str, Any] = {"*/*": {}}
    if route.answer is not None:
        content = {JSON: {"schema": {"$ref": REF + route.answer.__name__}}}
    good = {"200": {"description": "only tried (`dry_run`)" if route.made else "done", "content": content}}
    if route.made:
        location = {"Location": {"description": "where it is", "schema": {"type": "string"}}}
        good["201"] = {"description": "made", "content": content, "headers": location}
    wrong = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}
    if route.body is not None:
        wrong |= {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
    wrong.add(HTTPStatus.SERVICE_UNAVAILABLE)
    return good | {str(each.value): {"$ref": "#/components/responses/problem"} for each in sorted(wrong)}


def _problem() -> dict[str, Any]:
    return {"description": "why not", "content": {CONTENT_TYPE: {"schema": {"$ref": REF + "Problem"}}}}
