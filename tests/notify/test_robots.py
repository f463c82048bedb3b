"""The robots of DingTalk, Feishu and WeCom, against servers that judge a post as the real ones do."""

from types import ModuleType
from typing import Any

import pytest
from pydantic import ValidationError

from config.instant import MINUTE
from notify.channel import DeliveryError, Letter, Reason
from notify.channels import dingtalk, feishu, wecom
from tests.notify import robots
from tests.notify.robots import robot
from tests.notify.samples import NOON, letter, message

LONG = message(subject="网上商城 无法访问", text="数据库连接失败。" * 3000)


async def refusal(kind: ModuleType, options: dict[str, Any], told: Letter) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await kind.send(kind.Options.model_validate(options), told)
    return caught.value


async def test_dingtalk_takes_what_is_signed_and_mentions_the_person() -> None:
    async with robot(robots.dingtalk, NOON + 50 * MINUTE, secret="SECabc+/=", keyword="告警") as ding:
        options = dingtalk.Options.model_validate(
            {"url": f"{ding.url}/robot/send?access_token=t", "secret": "SECabc+/="}
        )
        told = letter(address="+86 138-0013-8000", message=message(subject="告警", text="无法访问"))

        receipt = await dingtalk.send(options, told)

    assert '"errcode": 0' in receipt.detail
    assert ding.taken == [
        {
            "msgtype": "text",
            "text": {"content": "告警\n\n无法访问\n@13800138000"},
            "at": {"atMobiles": ["13800138000"], "isAtAll": False},
        }
    ]


@pytest.mark.parametrize(
    ("given", "query", "reason"),
    [
        ({"secret": "SECother"}, "?access_token=t", Reason.REJECTED),
        ({"keyword": "another word"}, "?access_token=t", Reason.REJECTED),
        ({}, "", Reason.GONE),
    ],
)
async def test_what_dingtalk_refuses_with_200_is_no_success(given: dict[str, str], query: str, reason: Reason) -> None:
    async with robot(robots.dingtalk, NOON, **given) as ding:
        error = await refusal(dingtalk, {"url": f"{ding.url}/{query}", "secret": "SECmine"}, letter())

    assert (error.reason, error.permanent, error.uncertain) == (reason, True, False)


async def test_dingtalks_silence_of_ten_minutes_is_waited_for() -> None:
    async with robot(robots.dingtalk, NOON, taken=[{}] * 20) as ding:
        error = await refusal(dingtalk, {"url": f"{ding.url}/?access_token=t"}, letter())

    assert (error.reason, error.permanent, error.retry_after) == (Reason.THROTTLED, False, 10 * MINUTE)


async def test_a_long_text_still_fits_and_still_mentions() -> None:
    async with robot(robots.dingtalk, NOON) as ding:
        told = letter(address="13800138000", message=LONG)
        await dingtalk.send(dingtalk.Options.model_validate({"url": f"{ding.url}/?access_token=t"}), told)

    [taken] = ding.taken
    assert taken["text"]["content"].endswith("…\n@13800138000")
    assert dingtalk.LIMIT - 3 <= len(taken["text"]["content"].encode()) <= dingtalk.LIMIT


async def test_feishu_takes_what_is_signed_and_mentions_the_member() -> None:
    async with robot(robots.feishu, NOON, secret="s3cret") as bird:
        options = feishu.Options.model_validate({"url": f"{bird.url}/hook/1", "secret": "s3cret"})
        told = letter(address="ou_84aad35d084aa403a838cf73ee18467", message=message(text='say <at user_id="all"></at>'))

        await feishu.send(options, told)

    [taken] = bird.taken
    text = taken["content"]["text"]
    assert text.startswith('<at user_id="ou_84aad35d084aa403a838cf73ee18467"></at> Web shop is down\n\n')
    assert text.count("<at ") == 1, "what others wrote mentions nobody"


@pytest.mark.parametrize(
    ("given", "told", "reason", "permanent"),
    [
        ({"secret": "other"}, letter(), Reason.REJECTED, True),
        ({"keyword": "another word"}, letter(), Reason.REJECTED, True),
        ({"taken": [{}] * 100}, letter(), Reason.THROTTLED, False),
    ],
)
async def test_what_feishu_refuses_with_200_is_no_success(
    given: dict[str, Any], told: Letter, reason: Reason, permanent: bool
) -> None:
    async with robot(robots.feishu, NOON, **given) as bird:
        error = await refusal(feishu, {"url": f"{bird.url}/hook/1", "secret": "mine"}, told)

    assert (error.reason, error.permanent, error.uncertain) == (reason, permanent, False)


async def test_feishus_bad_request_is_throttling_only_where_it_says_so() -> None:
    told = []
    for text in ("too many request", "Bad Request"):
        async with robot(lambda *_, text=text: (400, {"code": 9499, "msg": text}), NOON) as bird:
            told.append(await refusal(feishu, {"url": bird.url}, letter()))

    assert [(one.reason, one.permanent) for one in told] == [(Reason.THROTTLED, False), (Reason.REJECTED, True)]


async def test_a_long_text_fits_into_feishus_20_kilobytes() -> None:
    async with robot(robots.feishu, NOON) as bird:
        await feishu.send(feishu.Options.model_validate({"url": bird.url}), letter(address="all", message=LONG))

    assert bird.taken[0]["content"]["text"].startswith('<at user_id="all"></at> 网上商城')


async def test_wecom_gets_no_byte_more_than_it_takes_and_no_broken_character() -> None:
    async with robot(robots.wecom, NOON) as bot:
        options = wecom.Options.model_validate({"url": f"{bot.url}/send?key=k"})
        await wecom.send(options, letter(address="13800138000", message=LONG))
        await wecom.send(options, letter(address="ZhangSan"))

    long, short = (taken["text"] for taken in bot.taken)
    assert 2045 < len(long["content"].encode()) <= 2048
    assert long["content"].endswith("…")
    assert long["content"].removesuffix("…") in f"{LONG.subject}\n\n{LONG.text}"
    assert (long["mentioned_mobile_list"], short["mentioned_list"]) == (["13800138000"], ["ZhangSan"])


@pytest.mark.parametrize(
    ("given", "query", "reason", "permanent"),
    [({}, "", Reason.GONE, True), ({"taken": [{}] * 20}, "?key=k", Reason.THROTTLED, False)],
)
async def test_what_wecom_refuses_with_200_is_no_success(
    given: dict[str, Any], query: str, reason: Reason, permanent: bool
) -> None:
    async with robot(robots.wecom, NOON, **given) as bot:
        error = await refusal(wecom, {"url": f"{bot.url}/{query}"}, letter())

    assert (error.reason, error.permanent, error.uncertain) == (reason, permanent, False)


@pytest.mark.parametrize("kind", [dingtalk, feishu, wecom])
async def test_a_page_of_a_proxy_is_no_answer_of_the_robot(kind: ModuleType) -> None:
    async with robot(lambda *_: (200, "<html>please log in</html>"), NOON) as proxy:
        error = await refusal(kind, {"url": f"{proxy.url}/?key=k&access_token=t"}, letter())

    assert (error.reason, error.permanent, error.uncertain) == (Reason.UNAVAILABLE, False, True)


@pytest.mark.parametrize("kind", [dingtalk, feishu, wecom])
async def test_a_robot_in_trouble_is_asked_again(kind: ModuleType) -> None:
    async with robot(lambda *_: (502, "bad gateway"), NOON) as proxy:
        error = await refusal(kind, {"url": proxy.url}, letter())

    assert (error.reason, error.permanent, error.uncertain) == (Reason.UNAVAILABLE, False, False)


@pytest.mark.parametrize("kind", [dingtalk, feishu, wecom])
async def test_a_robots_address_is_a_secret_that_no_error_tells(kind: ModuleType) -> None:
    url = "http://127.0.0.1:1/send?key=k3y&access_token=k3y"
    error = await refusal(kind, {"url": url}, letter())

    assert "k3y" not in error.detail
    assert "k3y" not in repr(kind.Options.model_validate({"url": url}))
    with pytest.raises(ValidationError):
        kind.Options.model_validate({"url": "not an address"})


async def test_what_may_have_arrived_says_so_when_it_comes_again() -> None:
    async with robot(robots.wecom, NOON) as bot:
        options = wecom.Options.model_validate({"url": f"{bot.url}/send?key=k"})
        await wecom.send(options, letter(address="", repeated=True))
        await wecom.send(options, letter(address="", repeated=True, message=message(language="zh-CN")))

    first = [taken["text"]["content"].splitlines()[0] for taken in bot.taken]
    assert first == ["Web shop is down (repeated)", "Web shop is down（重发）"]
