"""A topic of ntfy, on a server of your own or the public one; published as JSON, so that titles may be Chinese.

A message has at most 4096 bytes; a longer one would become a file. Severity 1 is ntfy's priority 5.
"""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr

from config.value import Value
from notify import posting
from notify.channel import Channel, DeliveryError, Letter, Reason, Receipt
from notify.wording import heading, in_bytes, link

LIMIT = 4096
TITLE_LIMIT = 250
_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
_PRIORITY = {1: 5, 2: 4}


class Options(Value):
    """`topic` is where it goes unless the way of reaching gives another; `token` where topics are guarded."""

    url: Annotated[str, AfterValidator(posting.web)]
    topic: str | None = Field(default=None, pattern=_TOPIC.pattern)
    token: SecretStr | None = None


async def send(options: Options, letter: Letter) -> Receipt:
    """Raises DeliveryError."""
    topic = letter.address if _TOPIC.fullmatch(letter.address) else options.topic
    if topic is None:
        raise DeliveryError("neither options nor address name a topic", reason=Reason.BAD_ADDRESS, permanent=True)
    severity = letter.message.facts.get("severity")
    content: dict[str, Any] = {
        "topic": topic,
        "title": in_bytes(heading(letter), TITLE_LIMIT),
        "message": in_bytes(letter.message.text, LIMIT),
        "priority": _PRIORITY.get(severity, 3) if isinstance(severity, int) else 3,
    }
    if url := link(letter):
        content["click"] = url
    headers = {} if options.token is None else {"Authorization": f"Bearer {options.token.get_secret_value()}"}
    answer = await posting.post_json(options.url, content, letter.now, headers)
    if not answer.fine:
        raise _refusal(answer)
    fields = answer.fields()
    if fields.get("event") != "message":
        raise posting.unclear(answer)
    return Receipt(detail=f"message {fields.get('id')}")


def _refusal(answer: posting.Answer) -> DeliveryError:
    if answer.status in (401, 403):
        return DeliveryError(answer.said, reason=Reason.LOGIN, permanent=True)
    return posting.refusal(answer)


CHANNEL = Channel(
    options=Options, send=send, idempotent=False, address=None, timeout=posting.TIMEOUT, bundles=True, abroad=True
)
