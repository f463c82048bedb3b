"""What kind `steps` says of a shop one has to log in to, and of answers that would lead it astray."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from probe.kinds.steps import KIND
from probe.result import Answer, Outcome, Reason
from tests.probe.listener import HOST, asked, free_port, listening

PASSWORD, TOKEN = "only-for-tests", 'to"ken-4711'


class Shop:
    """Login by JSON gives a token and a cookie; everything behind it needs both."""

    def __init__(self) -> None:
        self.logs: list[tuple[str, dict[str, str]]] = []

    async def login(self, request: web.Request) -> web.Response:
        self._log(request)
        given = await request.json()
        if given != {"user": "li", "password": PASSWORD, "again": [PASSWORD], "n": 1}:
            return web.json_response({"error": f"not {given}"}, status=401)
        answer = web.json_response({"token": TOKEN, "next": "/orders/17", "user": {"id": 17, "roles": ["a"]}})
        answer.set_cookie("session", "s-4711")
        answer.headers["X-Form"] = "form=abc-77;"
        return answer

    async def order(self, request: web.Request) -> web.Response:
        self._log(request)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}" or request.cookies.get("session") != "s-4711":
            return web.Response(status=403, text=f"no {TOKEN}")
        return web.Response(text=f"order {request.match_info['id']} of {TOKEN} <a href='/away'>")

    async def away(self, request: web.Request) -> web.Response:
        raise web.HTTPFound("http://169.254.169.254/latest")

    def _log(self, request: web.Request) -> None:
        self.logs.append((request.path_qs, dict(request.headers)))


@asynccontextmanager
async def shop() -> AsyncIterator[tuple[str, Shop]]:
    own, application = Shop(), web.Application()
    application.router.add_post("/login", own.login)
    application.router.add_get("/orders/{id}", own.order)
    application.router.add_get("/away", own.away)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    try:
        yield f"http://{HOST}:{runner.addresses[0][1]}", own
    finally:
        await runner.cleanup()


LOGIN: dict[str, Any] = {
    "name": "log in",
    "url": "/login",
    "method": "POST",
    "json": {"user": "li", "password": "{{password}}", "again": ["{{ password }}"], "n": 1},
    "take": {
        "token": "$.token",
        "next": {"json": "$.next"},
        "id": "$.user.id",
        "form": {"header": "X-Form", "matches": "form=([a-z0-9-]+)"},
        "session": {"cookie": "session"},
    },
}
BEARER = {"Authorization": "Bearer {{token}}"}
LOOK: dict[str, Any] = {"url": "{{next}}?form={{form}}", "headers": BEARER, "expect": {"body": "order 17"}}


async def walked(*steps: dict[str, Any], password: str = PASSWORD, **options: Any) -> tuple[Answer, Shop]:
    async with shop() as (url, own):
        answer = await asked(KIND, url, steps=list(steps), values={"password": password}, **options)
    told = str(answer)
    assert not any(secret in told for secret in (PASSWORD, TOKEN, "s-4711", "abc-77")), told
    return answer, own


async def test_values_and_cookies_go_from_step_to_step() -> None:
    again = {"url": "/orders/{{id}}", "headers": BEARER, "take": {"order": r"order (\d+)"}}
    answer, own = await walked(LOGIN, LOOK, again, headers={"X-From": "upheld"})
    assert answer.outcome is Outcome.UP, answer
    assert [path for path, _ in own.logs] == ["/login", "/orders/17?form=abc-77", "/orders/17"]
    assert all(headers["X-From"] == "upheld" and headers["X-Upheld"] for _, headers in own.logs)
    assert own.logs[0][1]["Content-Type"] == "application/json"
    assert (answer.facts["steps"], answer.facts["step.3.status"]) == (3, 200)
    assert sum(answer.phases.values()) == answer.latency_us


@pytest.mark.parametrize(
    "steps, reason, detail",
    [
        ([LOGIN, {**LOOK, "headers": {}}], Reason.STATUS, "step 2: answered 403, expected 200-399"),
        ([LOGIN, {**LOOK, "expect": {"body": "paid"}}], Reason.BODY, "step 2: 'paid' is not in the body"),
        ([{**LOGIN, "take": {"a": "$.user"}}], Reason.BODY, "step 1 (log in): there is nothing to take for a"),
        ([{**LOGIN, "take": {"a": "$.no"}}], Reason.BODY, "step 1 (log in): there is nothing to take for a"),
        ([{**LOGIN, "take": {"a": "(?s).*"}}, LOGIN | {"url": "/no"}], Reason.STATUS, None),
        ([LOGIN, {"url": "/away"}], Reason.REDIRECT_DENIED, None),
    ],
)
async def test_the_step_that_fails_is_named(steps: list[dict[str, Any]], reason: Reason, detail: str | None) -> None:
    answer, _ = await walked(*steps)
    assert (answer.outcome, answer.reason) == (Outcome.DOWN, reason), answer
    assert answer.facts["failed_step"] == len(steps)
    assert detail in (None, answer.detail)


async def test_a_wrong_password_is_not_given_back() -> None:
    answer, _ = await walked(LOGIN | {"expect": {"json": '$.error == "x"', "status": 401}}, password="wrong-password")
    assert answer.reason is Reason.BODY
    assert "wrong-password" not in str(answer)


async def test_a_value_leads_nowhere_else() -> None:
    """The target's answer may not choose whom we ask; what is written for another host goes without our headers."""
    other = free_port()
    for value in (f"http://{HOST}:{other}/", "//169.254.169.254/", "http://[::1"):
        taken = {"matches": "next=(.*)"}

        async def serve(request: web.Request, value: str = value) -> web.Response:
            return web.Response(text=f"next={value}")

        application = web.Application()
        application.router.add_get("/", serve)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        url = f"http://{HOST}:{runner.addresses[0][1]}/"
        answer = await asked(KIND, url, steps=[{"take": {"next": taken}}, {"url": "{{next}}"}])
        await runner.cleanup()
        assert answer.outcome is Outcome.DOWN, answer
        assert answer.reason in (Reason.REDIRECT_DENIED, Reason.BODY)


async def test_refused_and_silent_in_the_middle() -> None:
    async with shop() as (url, _):
        nobody = {"url": f"http://{HOST}:{free_port()}/"}
        refused = await asked(KIND, url, steps=[{"url": "/away", "follow_redirects": False}, nobody])

        async def silent(reader: Any, writer: Any) -> None:
            await reader.read()

        async with listening(silent) as port:
            late = await asked(KIND, url, timeout=200, steps=[{"url": f"http://{HOST}:{port}/"}])
    assert (refused.reason, refused.facts["failed_step"]) == (Reason.CONNECTION_REFUSED, 2)
    assert (late.reason, late.detail[:7]) == (Reason.TIMEOUT, "step 1:")


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": []},
        {"steps": [{"url": "/{{token}}"}]},
        {"steps": [{"take": {"a": "$.a"}, "url": "/{{a}}"}]},
        {"steps": [{"take": {"a": "$.a"}}, {"url": "https://{{a}}/"}]},
        {"steps": [{"take": {"a": {"json": "$.a", "header": "b"}}}]},
        {"steps": [{"take": {"a": "("}}]},
        {"steps": [{"take": {"a b": "$.a"}}]},
        {"steps": [{"payload": "a", "json": {}}]},
        {"steps": [{}], "addresses": "all"},
    ],
)
def test_steps_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KIND.options.model_validate(wrong)


def test_a_target_that_can_never_be_asked_is_told() -> None:
    good = KIND.options.model_validate({"steps": [LOGIN, LOOK], "values": {"password": "x"}})
    assert KIND.fault("https://shop.example.com", good) is None
    assert KIND.fault("shop.example.com", good) is not None
    broken = KIND.options.model_validate({"steps": [{"headers": {"X": "a\r\nb"}}]})
    assert KIND.fault("https://shop.example.com", broken) is not None
