"""The webhook channel, against real HTTP servers."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from pydantic import ValidationError

from config.instant import MINUTE, SECOND
from notify import posting
from notify.channel import DeliveryError, Reason
from notify.channels.webhook import Options, send
from tests.notify.samples import NOON, letter, message
from tests.servers.receiver import Receiver

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

KEY = b"0123456789abcdef01234567"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


async def refusal(url: str, **more: object) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await send(Options.model_validate({"url": url, **more}), letter(address=""))
    return caught.value


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A real aiohttp server that answers every path with the handler."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    finally:
        await runner.cleanup()


def signature(key: bytes, headers: dict[str, str], body: bytes) -> str:
    """As a receiver computes it from the standard's text."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()


async def test_the_facts_arrive_signed(receiver: Receiver) -> None:
    told = message(subject="网上商城 无法访问", facts={"event": "incident.opened", "severity": 1, "big": 10**30})

    await send(Options.model_validate({"url": receiver.url, "secret": SECRET}), letter(address="", message=told))

    [post] = receiver.posts
    assert post.headers["webhook-signature"] == signature(KEY, post.headers, post.body)
    assert post.headers["webhook-timestamp"] == "1764590400"
    assert post.json() == {
        "type": "incident.opened",
        "timestamp": "2025-12-01T12:00:00.000Z",
        "data": {
            "event": "incident.opened",
            "severity": 1,
            "big": 10**30,
            "subject": "网上商城 无法访问",
            "text": "It has not answered since 12:00.",
            "language": "en",
            "thread": "I-1",
        },
    }


async def test_while_secrets_change_both_sign(receiver: Receiver) -> None:
    chosen = Options.model_validate({"url": receiver.url, "secret": SECRET, "old_secret": "a plain old secret"})

    await send(chosen, letter(address=""))

    [post] = receiver.posts
    assert post.headers["webhook-signature"].split(" ") == [
        signature(KEY, post.headers, post.body),
        signature(b"a plain old secret", post.headers, post.body),
    ]


async def test_every_attempt_has_the_same_id_and_body_and_its_own_time(receiver: Receiver) -> None:
    chosen = Options.model_validate({"url": receiver.url})

    await send(chosen, letter(address="", key="李"))
    await send(chosen, letter(address="", key="李", now=NOON + 5 * SECOND, attempt=2, repeated=True))
    await send(chosen, letter(address="", key="王"))

    first, again, other = receiver.posts
    assert first.headers["webhook-id"] == again.headers["webhook-id"] != other.headers["webhook-id"]
    assert first.body == again.body
    assert [post.headers["webhook-timestamp"] for post in (first, again)] == ["1764590400", "1764590405"]
    assert "webhook-signature" not in first.headers


async def test_an_address_that_is_for_another_channel_does_not_lead_away(receiver: Receiver) -> None:
    await send(Options.model_validate({"url": receiver.url}), letter(address="li@example.com"))

    assert len(receiver.posts) == 1


async def test_the_notifications_own_address_goes_before_the_channels(receiver: Receiver) -> None:
    await send(Options.model_validate({"url": "http://127.0.0.1:1/"}), letter(address=f"{receiver.url}/own?a=b"))

    assert [post.path for post in receiver.posts] == ["/own?a=b"]


@pytest.mark.parametrize(
    ("status", "reason", "permanent"),
    [
        (301, Reason.REJECTED, True),
        (400, Reason.REJECTED, True),
        (401, Reason.REJECTED, True),
        (404, Reason.REJECTED, True),
        (410, Reason.GONE, True),
        (408, Reason.UNAVAILABLE, False),
        (429, Reason.THROTTLED, False),
        (500, Reason.UNAVAILABLE, False),
        (503, Reason.UNAVAILABLE, False),
    ],
)
async def test_the_status_says_whether_to_come_back(
    receiver: Receiver, status: int, reason: Reason, permanent: bool
) -> None:
    receiver.answer = status

    error = await refusal(receiver.url)

    assert (error.reason, error.permanent, error.uncertain) == (reason, permanent, False)
    assert len(receiver.posts) == 1


@pytest.mark.parametrize(
    ("header", "wish"),
    [
        ("60", MINUTE),
        ("Mon, 01 Dec 2025 12:01:00 GMT", MINUTE),
        ("Mon, 01 Dec 2025 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("9" * 400, None),
        ("٣", None),
        ("Mon, 01 Dec 2025 12:01:00 -0000", None),
    ],
)
async def test_a_receiver_may_say_when_to_come_back(header: str, wish: int | None) -> None:
    async def later(request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": header})

    async with serving(later) as url:
        error = await refusal(url)

    assert error.retry_after == wish


async def test_redirects_are_not_followed() -> None:
    paths: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=307, headers={"Location": "/other"})

    async with serving(elsewhere) as url:
        error = await refusal(url)

    assert paths == ["/hook"]
    assert error.permanent


async def test_a_long_answer_is_read_only_at_its_start() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(status=500)
        await answer.prepare(request)
        for _ in range(10_000):
            await answer.write(b"x" * 1000)
        return answer

    async with serving(endless) as url, asyncio.timeout(60):
        error = await refusal(url)

    assert error.reason is Reason.UNAVAILABLE
    assert len(error.detail) < 4200


async def test_an_answer_that_stalls_in_its_body_is_judged_by_its_status() -> None:
    async def stall(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(status=503)
        await answer.prepare(request)
        await asyncio.sleep(30)
        return answer

    async with serving(stall) as url, asyncio.timeout(25):
        error = await refusal(url)

    assert (error.reason, error.uncertain) == (Reason.UNAVAILABLE, False)


async def test_no_answer_to_a_whole_post_is_uncertain(receiver: Receiver) -> None:
    receiver.hang_up = True

    error = await refusal(receiver.url)

    assert (error.reason, error.permanent, error.uncertain) == (Reason.UNREACHABLE, False, True)


async def test_a_late_answer_is_uncertain_and_not_waited_for(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "TIMEOUT", 200)
    receiver.delay = 1.0

    error = await refusal(receiver.url)

    assert (error.reason, error.permanent, error.uncertain) == (Reason.TIMEOUT, False, True)
    assert len(receiver.posts) == 1


async def test_nobody_listening_is_certainly_not_delivered() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response()

    async with serving(answer) as url:
        pass

    error = await refusal(url)

    assert (error.reason, error.permanent, error.uncertain) == (Reason.UNREACHABLE, False, False)


async def test_a_server_that_speaks_no_tls_is_told_apart(receiver: Receiver) -> None:
    error = await refusal(receiver.url.replace("http:", "https:"))

    assert (error.reason, error.permanent, error.uncertain) == (Reason.TLS, False, False)


@pytest.mark.parametrize("address", ["li@example.com", "ftp://h/", "http://", "http://[::1", "javascript:alert(1)"])
async def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        await send(Options(), letter(address=address))

    assert (caught.value.reason, caught.value.permanent) == (Reason.BAD_ADDRESS, True)


@pytest.mark.parametrize(
    "given",
    [
        {"url": "ftp://h/"},
        {"url": "http://"},
        {"secret": "short"},
        {"secret": "whsec_***"},
        {"secret": "", "url": "http://h/"},
    ],
)
def test_wrong_options_are_refused_when_read(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate(given)


def test_a_secret_is_not_shown_when_options_are_printed() -> None:
    assert SECRET not in repr(Options.model_validate({"secret": SECRET}))
    assert SECRET not in json.dumps(Options.model_validate({"secret": SECRET}).model_dump(mode="json"))


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "224.0.0.1", "0.0.0.0"]
)
async def test_no_spelling_leads_to_where_no_receiver_is(host: str) -> None:
    error = await refusal(f"http://{host}:9/hook")

    assert (error.reason, error.permanent, error.uncertain) == (Reason.BAD_ADDRESS, True, False)
