"""A robot in a Feishu or Lark group (飞书自定义机器人). Only `code` 0 means taken, whatever the status.

The signature stands in the body: HMAC-SHA256 of nothing, its key being time and secret. At most 100 a minute and 5 a
second. The address `ou_…` or `all` of a way of reaching is mentioned; a click cannot come back.
"""

import hmac
import re
from base64 import b64encode
from typing import Annotated, Any

from pydantic import AfterValidator, SecretStr

from config.instant import MINUTE, SECOND, Instant
from config.value import Value
from notify import posting
from notify.channel import Channel, DeliveryError, Letter, Rate, Reason, Receipt
from notify.wording import in_bytes, words

LIMIT = 18_000
"""Bytes of the text; the whole post may have 20 KB."""
_MEMBER = re.compile(r"ou_\w{1,80}|all")
_THROTTLED = {11232, 11233, 99991400}
_BAD_REQUEST = 9499
_GONE = {19001, 19002}


class Options(Value):
    """`url` as Feishu gave it; `secret` where signing was chosen."""

    url: Annotated[SecretStr, AfterValidator(posting.hidden_web)]
    secret: SecretStr | None = None


async def send(options: Options, letter: Letter) -> Receipt:
    """Raises DeliveryError."""
    # What looks like a mention in our own words must not become one.
    text = words(letter).replace("<at ", "<\u200bat ")
    mention = f'<at user_id="{letter.address}"></at> ' if _MEMBER.fullmatch(letter.address) else ""
    content: dict[str, Any] = {"msg_type": "text", "content": {"text": mention + in_bytes(text, LIMIT - len(mention))}}
    content |= _signature(options, letter.now)
    return _judge(await posting.post_json(options.url.get_secret_value(), content, letter.now))


def _signature(options: Options, now: Instant) -> dict[str, str]:
    if options.secret is None:
        return {}
    stamp = str(now // SECOND)
    key = f"{stamp}\n{options.secret.get_secret_value()}".encode()
    return {"timestamp": stamp, "sign": b64encode(hmac.digest(key, b"", "sha256")).decode()}


def _judge(answer: posting.Answer) -> Receipt:
    fields = answer.fields()
    code = fields.get("code", fields.get("StatusCode"))
    if code == 0:
        return Receipt(detail=answer.text)
    if not isinstance(code, int):
        raise posting.unclear(answer) if answer.fine else posting.refusal(answer)
    if code in _THROTTLED or (code == _BAD_REQUEST and "too many" in answer.text.lower()):
        raise DeliveryError(answer.text, reason=Reason.THROTTLED, retry_after=answer.retry_after or MINUTE)
    reason = Reason.GONE if code in _GONE else Reason.REJECTED  # 19021 signature, 19022 address of ours, 19024 keyword
    raise DeliveryError(answer.text, reason=reason, permanent=True)


CHANNEL = Channel(
    options=Options,
    send=send,
    idempotent=False,
    address=None,
    timeout=posting.TIMEOUT,
    bundles=True,
    rate=Rate(count=90, per=MINUTE),
)
