"""A robot in a DingTalk group (钉钉自定义机器人). It answers 200 to everything; only `errcode` 0 means taken.

Signed with HMAC-SHA256 over time and secret where there is one. More than 20 messages a minute shut the robot up for
ten minutes (130101), so no more are begun. The person is mentioned by the phone number; a click cannot come back.
"""

import hmac
from base64 import b64encode
from typing import Annotated, Any

from pydantic import AfterValidator, SecretStr
from yarl import URL

from config.instant import MINUTE, SECOND, Instant
from config.value import Value
from notify import posting
from notify.channel import Channel, DeliveryError, Letter, Rate, Reason, Receipt
from notify.wording import in_bytes, mobile, words

LIMIT = 18_000
"""Bytes of the text; the whole post may have 20 000."""
SHUT_UP = 10 * MINUTE
_THROTTLED = {130101, 130102, 410100, 90018, 90030}
_BUSY = {-1}
_GONE = {400013, 400101, 400102, 400106}


class Options(Value):
    """`url` as DingTalk gave it; `secret` starts with SEC where signing was chosen."""

    url: Annotated[SecretStr, AfterValidator(posting.hidden_web)]
    secret: SecretStr | None = None


async def send(options: Options, letter: Letter) -> Receipt:
    """Raises DeliveryError."""
    number = mobile(letter.address)
    text = f"{words(letter)}\n@{number}" if number else words(letter)
    content: dict[str, Any] = {"msgtype": "text", "text": {"content": _cut(text, number)}}
    if number:
        content["at"] = {"atMobiles": [number], "isAtAll": False}
    return _judge(await posting.post_json(signed(options, letter.now), content, letter.now))


def signed(options: Options, now: Instant) -> str:
    url = URL(options.url.get_secret_value())
    if options.secret is None:
        return str(url)
    secret = options.secret.get_secret_value()
    digest = hmac.digest(secret.encode(), f"{now}\n{secret}".encode(), "sha256")
    return str(url.update_query(timestamp=str(now), sign=b64encode(digest).decode()))


def _cut(text: str, number: str | None) -> str:
    """What mentions the person stays."""
    if number is None or len(text.encode()) <= LIMIT:
        return in_bytes(text, LIMIT)
    tail = f"\n@{number}"
    return in_bytes(text.removesuffix(tail), LIMIT - len(tail)) + tail


def _judge(answer: posting.Answer) -> Receipt:
    code = answer.fields().get("errcode")
    if code == 0:
        return Receipt(detail=answer.text)
    if not isinstance(code, int):
        raise posting.unclear(answer) if answer.fine else posting.refusal(answer)
    if code in _THROTTLED:
        raise DeliveryError(answer.text, reason=Reason.THROTTLED, retry_after=SHUT_UP)
    if code in _BUSY:
        raise DeliveryError(answer.text, reason=Reason.UNAVAILABLE, retry_after=30 * SECOND)
    reason = Reason.GONE if code in _GONE else Reason.REJECTED  # 310000: keyword, signature or address of ours
    raise DeliveryError(answer.text, reason=reason, permanent=True)


CHANNEL = Channel(
    options=Options,
    send=send,
    idempotent=False,
    address="phone",
    timeout=posting.TIMEOUT,
    bundles=True,
    rate=Rate(count=20, per=65 * SECOND),
)
