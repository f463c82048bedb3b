"""A robot in a WeCom group (企业微信群机器人). It answers 200 to everything; only `errcode` 0 means taken.

Text, because markdown mentions nobody; a text has at most 2048 bytes, of which a Chinese character is three. At most
20 a minute. The person is mentioned by phone number, or by the member id the way of reaching gives.
"""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, SecretStr

from config.instant import MINUTE, SECOND
from config.value import Value
from notify import posting
from notify.channel import Channel, DeliveryError, Letter, Rate, Reason, Receipt
from notify.wording import in_bytes, mobile, words

LIMIT = 2048
_MEMBER = re.compile(r"[\w.@-]{1,64}")
_THROTTLED = {45009, 45033}
_BUSY = {-1}
_GONE = {93000, 93008, 93017}


class Options(Value):
    """`url` as WeCom gave it; it carries the key."""

    url: Annotated[SecretStr, AfterValidator(posting.hidden_web)]


async def send(options: Options, letter: Letter) -> Receipt:
    """Raises DeliveryError."""
    text: dict[str, Any] = {"content": in_bytes(words(letter), LIMIT)}
    if number := mobile(letter.address):
        text["mentioned_mobile_list"] = [number]
    elif _MEMBER.fullmatch(letter.address):
        text["mentioned_list"] = [letter.address]
    url = options.url.get_secret_value()
    return _judge(await posting.post_json(url, {"msgtype": "text", "text": text}, letter.now))


def _judge(answer: posting.Answer) -> Receipt:
    code = answer.fields().get("errcode")
    if code == 0:
        return Receipt(detail=answer.text)
    if not isinstance(code, int):
        raise posting.unclear(answer) if answer.fine else posting.refusal(answer)
    if code in _THROTTLED:
        raise DeliveryError(answer.text, reason=Reason.THROTTLED, retry_after=MINUTE)
    if code in _BUSY:
        raise DeliveryError(answer.text, reason=Reason.UNAVAILABLE, retry_after=30 * SECOND)
    reason = Reason.GONE if code in _GONE else Reason.REJECTED
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
