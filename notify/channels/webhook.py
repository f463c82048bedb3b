"""Posts the facts as JSON, signed as Standard Webhooks (standardwebhooks.com, version 1) has it.

Headers: `webhook-id` (the same in every attempt), `webhook-timestamp` (POSIX seconds), `webhook-signature`: `v1,` and
the base64 HMAC-SHA256 of `id.timestamp.body`, one for each secret, a space between. Any 2xx is success; no redirects.
"""

import asyncio
import hmac
import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from email.utils import parsedate_to_datetime
from hashlib import sha256
from types import SimpleNamespace
from typing import Annotated

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorSSLError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    NonHttpUrlClientError,
    TraceConfig,
    TraceRequestChunkSentParams,
)
from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr
from yarl import URL

from config.instant import SECOND, Instant, Span, instant_of, rfc3339
from notify.channel import Channel, DeliveryError, Letter, Reason, Receipt

TIMEOUT: Span = 10 * SECOND
ANSWER_LIMIT = 4096
_SECRET_PREFIX = "whsec_"
_LATER = {408, 425, 429}


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


def _web(url: str | None) -> str | None:
    if url is not None and not _is_web(url):
        raise ValueError("must be an http:// or https:// address with a host")
    return url


def _is_web(text: str) -> bool:
    try:
        url = URL(text)
    except ValueError:
        return False
    return url.scheme in ("http", "https") and bool(url.host)


Secret = Annotated[SecretStr, AfterValidator(_usable)]


class Options(BaseModel):
    """`url`: where it goes unless the notification's address is one. Two secrets while one replaces the other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[str | None, AfterValidator(_web)] = None
    secret: Secret | None = None
    old_secret: Secret | None = None


async def send(options: Options, letter: Letter) -> Receipt:
    """Raises DeliveryError; uncertain once the body is on the wire and no answer came."""
    url = letter.address if _is_web(letter.address) else options.url
    if url is None:
        raise DeliveryError(
            f"{letter.address!r} is not a web address and the channel has no url",
            reason=Reason.BAD_ADDRESS,
            permanent=True,
        )
    progress = SimpleNamespace(handed_over=False)
    try:
        async with asyncio.timeout(TIMEOUT / SECOND):
            return await _post(URL(url), options, letter, progress)
    except TimeoutError as error:
        raise DeliveryError(
            f"no answer within {TIMEOUT // SECOND} s", reason=Reason.TIMEOUT, uncertain=progress.handed_over
        ) from error
    except (InvalidURL, NonHttpUrlClientError) as error:
        raise DeliveryError(f"not a web address: {error}", reason=Reason.BAD_ADDRESS, permanent=True) from error
    except (ClientConnectorCertificateError, ClientConnectorSSLError) as error:
        raise DeliveryError(str(error), reason=Reason.TLS) from error
    except (ClientError, OSError) as error:
        raise DeliveryError(
            f"{type(error).__name__}: {error}", reason=Reason.UNREACHABLE, uncertain=progress.handed_over
        ) from error


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
        "User-Agent": "upheld",
        "webhook-id": identity,
        "webhook-timestamp": stamp,
    }
    secrets = [secret for secret in (options.secret, options.old_secret) if secret is not None]
    if secrets:
        signed = f"{identity}.{stamp}.".encode() + body
        digests = [hmac.digest(_key(secret), signed, "sha256") for secret in secrets]
        headers["webhook-signature"] = " ".join(f"v1,{b64encode(digest).decode()}" for digest in digests)
    return headers


async def _post(url: URL, options: Options, letter: Letter, progress: SimpleNamespace) -> Receipt:
    async def handed_over(session: ClientSession, context: SimpleNamespace, chunk: TraceRequestChunkSentParams) -> None:
        progress.handed_over = True

    trace = TraceConfig()
    trace.on_request_chunk_sent.append(handed_over)
    body = body_of(letter)
    async with (
        ClientSession(
            trace_configs=[trace],
            timeout=ClientTimeout(total=None),
            auto_decompress=False,
            cookie_jar=DummyCookieJar(),
            trust_env=False,
        ) as session,
        session.post(url, data=body, headers=headers_of(options, letter, body), allow_redirects=False) as answer,
    ):
        return await _judge(answer, letter.now)


async def _judge(answer: ClientResponse, now: Instant) -> Receipt:
    status = answer.status
    if 200 <= status < 300:
        return Receipt(detail=f"HTTP {status}")
    detail = f"HTTP {status} {await _start_of(answer)}".strip()
    if status == 410:
        raise DeliveryError(detail, reason=Reason.GONE, permanent=True)
    if status in _LATER or status >= 500:
        wish = _retry_after(answer.headers.get("Retry-After", ""), now)
        reason = Reason.THROTTLED if status == 429 else Reason.UNAVAILABLE
        raise DeliveryError(detail, reason=reason, retry_after=wish)
    raise DeliveryError(detail, reason=Reason.REJECTED, permanent=True)


async def _start_of(answer: ClientResponse) -> str:
    try:
        async with asyncio.timeout(1):
            return (await answer.content.read(ANSWER_LIMIT)).decode("utf-8", "replace")
    except (TimeoutError, ClientError, OSError):
        return ""  # the status is known; a body that stalls changes nothing


def _retry_after(header: str, now: Instant) -> Span | None:
    """Seconds or an HTTP date; None for anything else."""
    if header.isascii() and header.isdigit() and len(header) < 10:
        return int(header) * SECOND
    try:
        return max(instant_of(parsedate_to_datetime(header)) - now, 0)
    except ValueError:
        return None


CHANNEL = Channel(options=Options, send=send, idempotent=True, address=None, timeout=TIMEOUT)
