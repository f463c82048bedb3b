"""Posts the facts as JSON, signed as Standard Webhooks (standardwebhooks.com, version 1) has it.

Headers: `webhook-id` (the same in every attempt), `webhook-timestamp` (POSIX seconds), `webhook-signature`: `v1,` and
the base64 HMAC-SHA256 of `id.timestamp.body`, one for each secret, a space between. Any 2xx is success; no redirects.
"""

import hmac
import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import sha256
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from config.instant import SECOND, rfc3339
from config.value import Value
from notify import posting
from notify.channel import Channel, DeliveryError, Letter, Reason, Receipt
from notify.posting import TIMEOUT, is_web, web

_SECRET_PREFIX = "whsec_"


def _key(secret: SecretStr) -> bytes:
    """`whsec_` and base64 as the standard writes secrets; any other text counts as its UTF-8 bytes."""
    text = secret.get_secret_value()
    if not text.startswith(_SECRET_PREFIX):
        return text.encode()
    return b64decode(text.removeprefix(_SECRET_PREFIX), validate=True)


def _usable(secret: SecretStr) -> SecretStr:
    try:
        key = _key(secret)
    except NotBase64 as error:
        raise ValueError(f"what follows {_SECRET_PREFIX} is not base64") from error
    if len(key) < 16:
        raise ValueError("a secret needs at least 16 bytes")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_usable)]


class Options(Value):
    """`url`: where it goes unless the notification's address is one. Two secrets while one replaces the other."""

    url: Annotated[str | None, AfterValidator(web)] = None
    secret: Secret | None = None
    old_secret: Secret | None = None


async def send(options: Options, letter: Letter) -> Receipt:
    """Raises DeliveryError; uncertain once the body is on the wire and no answer came."""
    url = letter.address if is_web(letter.address) else options.url
    if url is None:
        raise DeliveryError(
            f"{letter.address!r} is not a web address and the channel has no url",
            reason=Reason.BAD_ADDRESS,
            permanent=True,
        )
    body = body_of(letter)
    answer = await posting.ask(url, body, letter.now, headers=headers_of(options, letter, body))
    if not answer.fine:
        raise posting.refusal(answer)
    return Receipt(detail=f"HTTP {answer.status}")


def body_of(letter: Letter) -> bytes:
    """The same bytes in every attempt: `type`, `timestamp` and `data` with words and facts."""
    message = letter.message
    content = {
        "type": message.facts.get("event", "message"),
        "timestamp": rfc3339(letter.written_at),
        "data": {
            **message.facts,
            "subject": message.subject,
            "text": message.text,
            "language": message.language,
            "thread": message.thread,
        },
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(options: Options, letter: Letter, body: bytes) -> dict[str, str]:
    """Identity, time and, where there is a secret, signatures."""
    stamp = str(letter.now // SECOND)
    identity = f"msg_{sha256(letter.key.encode()).hexdigest()[:32]}"
    headers = {
        "Content-Type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": stamp,
    }
    secrets = [secret for secret in (options.secret, options.old_secret) if secret is not None]
    if secrets:
        signed = f"{identity}.{stamp}.".encode() + body
        digests = [hmac.digest(_key(secret), signed, "sha256") for secret in secrets]
        headers["webhook-signature"] = " ".join(f"v1,{b64encode(digest).decode()}" for digest in digests)
    return headers


CHANNEL = Channel(options=Options, send=send, idempotent=True, address=None, timeout=TIMEOUT)
