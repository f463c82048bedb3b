"""A chat of Telegram, through a bot. Taken is `"ok": true`; 429 says how long to wait.

A text has at most 4096 UTF-16 units; a group takes 20 messages a minute.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from config.instant import MINUTE, SECOND
from config.value import Value
from notify import posting
from notify.channel import Channel, DeliveryError, Letter, Rate, Reason, Receipt
from notify.wording import in_units, words

LIMIT = 4096
API = "https://api.telegram.org"
_CHAT = re.compile(r"-?[0-9]{1,20}|@\w{1,64}")


class Options(Value):
    """`chat` is where it goes unless the way of reaching gives another; `api` is a bot API server of your own."""

    token: SecretStr
    chat: str | None = None
    api: Annotated[str, AfterValidator(posting.web)] = API


async def send(options: Options, letter: Letter) -> Receipt:
    """Raises DeliveryError."""
    chat = letter.address if _CHAT.fullmatch(letter.address) else options.chat
    if chat is None:
        raise DeliveryError("neither options nor address name a chat", reason=Reason.BAD_ADDRESS, permanent=True)
    content = {
        "chat_id": chat,
        "text": in_units(words(letter), LIMIT),
        "link_preview_options": {"is_disabled": True},
    }
    url = f"{options.api}/bot{options.token.get_secret_value()}/sendMessage"
    return _judge(await posting.post_json(url, content, letter.now))


def _judge(answer: posting.Answer) -> Receipt:
    fields = answer.fields()
    if fields.get("ok") is True:
        result = fields.get("result")
        number = result.get("message_id") if isinstance(result, dict) else None
        return Receipt(detail=f"message {number}")
    code = fields.get("error_code")
    if not isinstance(code, int):
        raise posting.unclear(answer) if answer.fine else posting.refusal(answer)
    detail = f"{code} {fields.get('description')}"
    if code == 429:
        parameters = fields.get("parameters")
        wish = parameters.get("retry_after") if isinstance(parameters, dict) else None
        pause = wish * SECOND if isinstance(wish, int) else answer.retry_after
        raise DeliveryError(detail, reason=Reason.THROTTLED, retry_after=pause)
    if code >= 500:
        raise DeliveryError(detail, reason=Reason.UNAVAILABLE)
    reason = {401: Reason.LOGIN, 403: Reason.GONE, 404: Reason.LOGIN}.get(code, Reason.REJECTED)
    if "chat not found" in detail:
        reason = Reason.BAD_ADDRESS
    raise DeliveryError(detail, reason=reason, permanent=True)


CHANNEL = Channel(
    options=Options,
    send=send,
    idempotent=False,
    address=None,
    timeout=posting.TIMEOUT,
    bundles=True,
    abroad=True,
    rate=Rate(count=20, per=MINUTE),
)
