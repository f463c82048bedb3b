"""What a program is told when it does not get what it asked for: RFC 9457."""

from http import HTTPStatus

from aiohttp import web

PROGRAMS = "/api/"
"""How the addresses for programs begin; a person is led to the login instead."""


def problem(status: HTTPStatus, detail: str) -> web.Response:
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    return web.json_response(body, status=status.value, content_type="application/problem+json")
