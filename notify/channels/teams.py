"""A channel of Microsoft Teams, through a workflow that posts what it gets ("when a webhook request is received").

The message is an adaptive card. A workflow answers 202 before it posts: accepted, not shown. The connectors of old
answered 200 and wrote the trouble into the body, which is read too.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, SecretStr

from config.instant import SECOND
from config.value import Value
from notify import posting
from notify.channel import Channel, DeliveryError, Letter, Rate, Reason, Receipt
from notify.wording import heading, in_bytes, link

LIMIT = 20_000
"""Bytes of the text; the whole card may have 28 KB."""
_TROUBLE = "delivery failed with error"


class Options(Value):
    """`url` as the workflow shows it; it carries its signature."""

    url: Annotated[SecretStr, AfterValidator(posting.hidden_web)]


async def send(options: Options, letter: Letter) -> Receipt:
    """Raises DeliveryError."""
    answer = await posting.post_json(options.url.get_secret_value(), card(letter), letter.now)
    if not answer.fine:
        raise posting.refusal(answer)
    if _TROUBLE in answer.text:
        later = "429" in answer.text or "HTTP error 5" in answer.text
        reason = Reason.THROTTLED if "429" in answer.text else Reason.UNAVAILABLE if later else Reason.REJECTED
        raise DeliveryError(answer.said, reason=reason, permanent=not later)
    return Receipt(detail=answer.said)


def card(letter: Letter) -> dict[str, Any]:
    lines = in_bytes(letter.message.text, LIMIT).splitlines()
    body = [{"type": "TextBlock", "size": "Large", "weight": "Bolder", "wrap": True, "text": heading(letter)}]
    body += [{"type": "TextBlock", "wrap": True, "spacing": "None", "text": line} for line in lines if line]
    content: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "msteams": {"width": "Full"},
    }
    if url := link(letter):
        content["actions"] = [{"type": "Action.OpenUrl", "title": "upheld", "url": url}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


CHANNEL = Channel(
    options=Options,
    send=send,
    idempotent=False,
    address=None,
    timeout=posting.TIMEOUT,
    bundles=True,
    abroad=True,
    rate=Rate(count=4, per=SECOND),
)
