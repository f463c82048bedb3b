"""Robots of group chats that judge a post as the real ones do, and answer 200 whatever they think of it."""

import base64
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

HOUR_MS = 3_600_000

Judge = Callable[["Robot", web.Request, bytes, Any], tuple[int, Mapping[str, Any] | str]]


@dataclass
class Robot:
    """`now` is its clock; `secret` and `keyword` are what its owner chose; `taken` is what it showed."""

    judge: Judge
    now: int
    secret: str = ""
    keyword: str = ""
    url: str = ""
    taken: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.asked.append(request.path_qs)
        content = json.loads(body)
        status, said = self.judge(self, request, body, content)
        if isinstance(said, str):
            return web.Response(status=status, text=said, headers=self.headers)
        if said.get("errcode", said.get("code", 0)) == 0 and said.get("ok", True):
            self.taken.append(content)
        return web.json_response(dict(said), status=status, headers=self.headers)


def dingtalk(robot: Robot, request: web.Request, body: bytes, content: Any) -> tuple[int, Mapping[str, Any]]:
    query = parse_qs(request.query_string)
    if robot.secret:
        stamp = query.get("timestamp", ["0"])[0]
        digest = hmac.new(robot.secret.encode(), f"{stamp}\n{robot.secret}".encode(), "sha256").digest()
        fresh = abs(int(stamp) - robot.now) < HOUR_MS
        if not fresh or query.get("sign") != [base64.b64encode(digest).decode()]:
            return 200, {"errcode": 310000, "errmsg": "sign not match"}
    if "access_token" not in query:
        return 200, {"errcode": 400101, "errmsg": "access_token is not valid"}
    if len(body) > 20_000:
        return 200, {"errcode": 460101, "errmsg": "message too long"}
    if robot.keyword not in content["text"]["content"]:
        return 200, {"errcode": 310000, "errmsg": "keywords not in content"}
    if len(robot.taken) >= 20:
        return 200, {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
    return 200, {"errcode": 0, "errmsg": "ok"}


def feishu(robot: Robot, request: web.Request, body: bytes, content: Any) -> tuple[int, Mapping[str, Any]]:
    if robot.secret:
        key = f"{content.get('timestamp')}\n{robot.secret}".encode()
        digest = base64.b64encode(hmac.new(key, b"", "sha256").digest()).decode()
        fresh = abs(int(content.get("timestamp", 0)) * 1000 - robot.now) < HOUR_MS
        if not fresh or content.get("sign") != digest:
            return 200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
    if len(body) > 20 * 1024:
        return 400, {"code": 9499, "msg": "Bad Request"}
    if robot.keyword not in content["content"]["text"]:
        return 200, {"code": 19024, "msg": "Key Words Not Found"}
    if len(robot.taken) >= 100:
        return 200, {"code": 11232, "msg": "frequency limited"}
    return 200, {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}


def wecom(robot: Robot, request: web.Request, body: bytes, content: Any) -> tuple[int, Mapping[str, Any]]:
    if "key" not in parse_qs(request.query_string):
        return 200, {"errcode": 93000, "errmsg": "invalid webhook url"}
    if len(content["text"]["content"].encode()) > 2048:
        return 200, {"errcode": 40058, "errmsg": "text.content exceed max length 2048"}
    if len(robot.taken) >= 20:
        return 200, {"errcode": 45009, "errmsg": "api freq out of limit"}
    return 200, {"errcode": 0, "errmsg": "ok"}


@asynccontextmanager
async def serving(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """The address of a real HTTP server that answers every path with the handler."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def robot(judge: Judge, now: int, **given: Any) -> AsyncIterator[Robot]:
    made = Robot(judge=judge, now=now, **given)
    async with serving(made.answer) as url:
        made.url = url
        yield made
