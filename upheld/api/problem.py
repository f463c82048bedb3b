"""What a program is told when it does not get what it asked for: RFC 9457."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NotRequired, TypedDict

import orjson
from aiohttp import web

CONTENT_TYPE = "application/problem+json"


class Fault(TypedDict):
    """One thing that is wrong: in the body at `pointer` (RFC 6901), or in the `parameter` of the address."""

    detail: str
    pointer: NotRequired[str]
    parameter: NotRequired[str]


class Wrong(Exception):
    """Becomes a problem. `errors`: everything that is wrong with what was sent, at once."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors, self.headers = status, detail, tuple(errors), dict(headers or {})

    def answer(self) -> web.Response:
        return problem(self.status, self.detail, self.errors, self.headers)


def problem(
    status: HTTPStatus, detail: str, errors: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> web.Response:
    body: dict[str, object] = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    if errors:
        body["errors"] = list(errors)
    return web.Response(
        body=orjson.dumps(body), status=status.value, content_type=CONTENT_TYPE, headers=dict(headers or {})
    )
