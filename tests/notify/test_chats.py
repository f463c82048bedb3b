"""Slack, Teams, Telegram, ntfy and PagerDuty, against servers that answer as the real ones do."""

import re
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from config.instant import SECOND
from notify.channel import DeliveryError, Letter, Reason
from notify.channels import ntfy, pagerduty, slack, teams, telegram
from tests.notify.robots import Robot, robot
from tests.notify.samples import NOON, letter, message

URL = "https://status.example.com/incidents/I-1"
LONG = message(text="数据库连接失败。" * 3000)


def paged(event: str = "incident.page", **facts: Any) -> Letter:
    given = {"event": event, "incident": "I-1", "component": "shop", "severity": 1, "url": URL, **facts}
    return letter(address="", message=message(facts=given))


async def refusal(kind: Any, options: dict[str, Any], told: Letter | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await kind.send(kind.Options.model_validate(options), told or letter(address=""))
    return caught.value


# Slack


def bot(robot: Robot, request: web.Request, body: bytes, content: Any) -> tuple[int, dict[str, Any]]:
    if request.headers.get("Authorization") != "Bearer xoxb-1":
        return 200, {"ok": False, "error": "invalid_auth"}
    if content["channel"] != "C1":
        return 200, {"ok": False, "error": "channel_not_found"}
    return 200, {"ok": True, "channel": "C1", "ts": "1764590400.000100"}


async def test_slacks_webhook_gets_a_text_in_which_nothing_is_a_command() -> None:
    async with robot(lambda *_: (200, "ok"), NOON) as hook:
        await slack.send(
            slack.Options.model_validate({"url": hook.url}), letter(message=message(text="<!channel> & <b>"))
        )

    assert len(hook.asked) == 1
    assert slack._escaped("<!channel> & <b>") == "&lt;!channel&gt; &amp; &lt;b&gt;"


async def test_slacks_bot_posts_to_its_channel() -> None:
    async with robot(bot, NOON) as api:
        options = slack.Options.model_validate({"token": "xoxb-1", "channel": "C1", "api": api.url})
        receipt = await slack.send(options, letter(message=LONG))

    assert api.asked == ["/chat.postMessage"]
    assert len(api.taken[0]["text"].encode()) <= 4000
    assert receipt.detail == "C1 1764590400.000100"


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"token": "other", "channel": "C1"}, Reason.LOGIN), ({"token": "xoxb-1", "channel": "C2"}, Reason.GONE)],
)
async def test_slacks_refusal_comes_with_200(options: dict[str, str], reason: Reason) -> None:
    async with robot(bot, NOON) as api:
        error = await refusal(slack, {**options, "api": api.url})

    assert (error.reason, error.permanent) == (reason, True)


@pytest.mark.parametrize(
    ("status", "said", "reason", "permanent", "uncertain"),
    [
        (404, "no_service", Reason.REJECTED, True, False),
        (410, "channel_is_archived", Reason.GONE, True, False),
        (200, "<html>", Reason.UNAVAILABLE, False, True),
    ],
)
async def test_slacks_webhook_says_ok_or_it_is_none(
    status: int, said: str, reason: Reason, permanent: bool, uncertain: bool
) -> None:
    async with robot(lambda *_: (status, said), NOON) as hook:
        error = await refusal(slack, {"url": hook.url})

    assert (error.reason, error.permanent, error.uncertain) == (reason, permanent, uncertain)


async def test_slacks_pause_is_kept() -> None:
    async with robot(lambda *_: (429, "rate_limited"), NOON, headers={"Retry-After": "30"}) as hook:
        error = await refusal(slack, {"url": hook.url})

    assert (error.reason, error.permanent, error.retry_after) == (Reason.THROTTLED, False, 30 * SECOND)


@pytest.mark.parametrize("given", [{}, {"token": "t"}, {"url": "https://h/", "token": "t", "channel": "c"}])
def test_slack_needs_one_way_to_a_channel(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        slack.Options.model_validate(given)


# Teams


async def test_teams_gets_a_card_with_a_way_to_the_incident() -> None:
    async with robot(lambda *_: (202, ""), NOON) as flow:
        await teams.send(teams.Options.model_validate({"url": flow.url}), paged())
        await teams.send(teams.Options.model_validate({"url": flow.url}), letter(message=LONG))

    card = teams.card(paged())["attachments"][0]["content"]
    assert [block["text"] for block in card["body"]] == ["Web shop is down", "It has not answered since 12:00."]
    assert card["actions"][0]["url"] == URL
    assert len(str(teams.card(letter(message=LONG))).encode()) < 28 << 10


@pytest.mark.parametrize(
    ("said", "reason", "permanent"),
    [
        ("endpoint returned HTTP error 429", Reason.THROTTLED, False),
        ("endpoint returned HTTP error 503", Reason.UNAVAILABLE, False),
        ("endpoint returned HTTP error 400", Reason.REJECTED, True),
    ],
)
async def test_the_old_connectors_trouble_stands_in_a_good_answer(said: str, reason: Reason, permanent: bool) -> None:
    text = f"Webhook message delivery failed with error: Microsoft Teams {said}"
    async with robot(lambda *_: (200, text), NOON) as connector:
        error = await refusal(teams, {"url": connector.url})

    assert (error.reason, error.permanent) == (reason, permanent)


# Telegram


def chat(robot: Robot, request: web.Request, body: bytes, content: Any) -> tuple[int, dict[str, Any]]:
    if not request.path.startswith("/bot1:a/"):
        return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}
    if len(content["text"].encode("utf-16-le")) // 2 > 4096:
        return 400, {"ok": False, "error_code": 400, "description": "Bad Request: message is too long"}
    match content["chat_id"]:
        case "-100":
            return 200, {"ok": True, "result": {"message_id": 7}}
        case "1":
            return 403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
        case "2":
            wait = {"retry_after": 35}
            return 429, {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": wait}
        case _:
            return 400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}


async def test_telegram_takes_a_long_text_of_emojis_cut_to_its_measure() -> None:
    async with robot(chat, NOON) as api:
        options = telegram.Options.model_validate({"token": "1:a", "chat": "-100", "api": api.url})
        receipt = await telegram.send(options, letter(message=message(text="🔥" * 5000)))

    assert receipt.detail == "message 7"
    assert api.asked == ["/bot1:a/sendMessage"]


@pytest.mark.parametrize(
    ("address", "reason", "permanent", "wish"),
    [
        ("1", Reason.GONE, True, None),
        ("2", Reason.THROTTLED, False, 35 * SECOND),
        ("@nobody", Reason.BAD_ADDRESS, True, None),
    ],
)
async def test_telegrams_answer_says_what_to_do(
    address: str, reason: Reason, permanent: bool, wish: int | None
) -> None:
    async with robot(chat, NOON) as api:
        options = {"token": "1:a", "chat": "-100", "api": api.url}
        error = await refusal(telegram, options, letter(address=address))

    assert (error.reason, error.permanent, error.retry_after) == (reason, permanent, wish)


async def test_without_a_chat_or_with_a_wrong_token_telegram_is_not_reached() -> None:
    async with robot(chat, NOON) as api:
        nowhere = await refusal(telegram, {"token": "1:a", "api": api.url}, letter(address="li@example.com"))
        stranger = await refusal(telegram, {"token": "9:z", "chat": "-100", "api": api.url})

    assert (nowhere.reason, stranger.reason) == (Reason.BAD_ADDRESS, Reason.LOGIN)
    assert api.taken == []


# ntfy


def topics(robot: Robot, request: web.Request, body: bytes, content: Any) -> tuple[int, dict[str, Any]]:
    if request.headers.get("Authorization") != "Bearer tk_1":
        return 403, {"code": 40301, "http": 403, "error": "forbidden"}
    assert re.fullmatch(r"[-_A-Za-z0-9]{1,64}", content["topic"])
    if len(content["message"].encode()) > 4096:
        return 413, {"code": 41301, "http": 413, "error": "attachment too large"}
    return 200, {"id": "sPs71M8A2T", "event": "message", "topic": content["topic"]}


async def test_ntfy_gets_title_text_priority_and_a_way_to_the_incident() -> None:
    async with robot(topics, NOON) as server:
        options = ntfy.Options.model_validate({"url": server.url, "topic": "ops", "token": "tk_1"})
        await ntfy.send(options, paged())
        await ntfy.send(options, letter(address="li-phone", message=LONG))

    first, second = server.taken
    assert first == {
        "topic": "ops",
        "title": "Web shop is down",
        "message": "It has not answered since 12:00.",
        "priority": 5,
        "click": URL,
    }
    assert (second["topic"], second["priority"]) == ("li-phone", 5)


async def test_a_guarded_topic_and_a_missing_one_are_told_apart() -> None:
    async with robot(topics, NOON) as server:
        guarded = await refusal(ntfy, {"url": server.url, "topic": "ops"})
        missing = await refusal(ntfy, {"url": server.url}, letter(address="li@example.com"))

    assert (guarded.reason, missing.reason) == (Reason.LOGIN, Reason.BAD_ADDRESS)


# PagerDuty


def events(robot: Robot, request: web.Request, body: bytes, content: Any) -> tuple[int, dict[str, Any]]:
    payload = content["payload"]
    problems = [
        text
        for text, wrong in (
            ("'routing_key' is invalid", content["routing_key"] != "R" * 32),
            ("'summary' is too long", len(payload["summary"]) > 1024),
            ("'severity' is invalid", payload["severity"] not in ("critical", "error", "warning", "info")),
            ("'dedup_key' is too long", len(content["dedup_key"]) > 255),
        )
        if wrong
    ]
    if problems:
        return 400, {"status": "invalid event", "message": "Event object is invalid", "errors": problems, "code": 1}
    return 202, {"status": "success", "message": "Event processed", "dedup_key": content["dedup_key"]}


async def test_an_incident_is_triggered_acknowledged_and_resolved_under_one_key() -> None:
    async with robot(events, NOON) as api:
        options = pagerduty.Options.model_validate({"routing_key": "R" * 32, "url": api.url})
        for event in ("incident.page", "incident.severity_raised", "incident.acknowledged", "incident.resolved"):
            await pagerduty.send(options, paged(event))
        await pagerduty.send(options, letter(key="a test", message=message(facts={"event": "test"})))

    assert [(one["event_action"], one["dedup_key"]) for one in api.taken] == [
        ("trigger", "upheld-I-1"),
        ("trigger", "upheld-I-1"),
        ("acknowledge", "upheld-I-1"),
        ("resolve", "upheld-I-1"),
        ("trigger", "upheld-a test"),
    ]
    assert api.taken[0]["payload"]["severity"] == "critical"
    assert api.taken[0]["links"] == [{"href": URL, "text": "upheld"}]
    assert api.taken[4]["payload"]["severity"] == "info"


async def test_an_invalid_event_is_not_repeated_and_its_answer_is_kept() -> None:
    async with robot(events, NOON) as api:
        error = await refusal(pagerduty, {"routing_key": "wrong", "url": api.url}, paged())

    assert (error.reason, error.permanent) == (Reason.REJECTED, True)
    assert "routing_key" in error.detail
