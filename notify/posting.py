"""One HTTP request as a channel makes it: no redirects, no cookies, no proxy of the environment, an end in time.

Whatever a network raises becomes a `DeliveryError`; it is uncertain once the body was on the wire. An error never says
the address asked: many carry their secret in it. Addresses that are never a receiver of messages (link-local with the
metadata services of clouds, multicast, reserved) are refused when connecting, whatever name or spelling led there.
"""

import asyncio
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import SimpleNamespace
from typing import Any, TypeVar

from aiohttp import (
    AddrInfoType,
    ClientConnectorCertificateError,
    ClientConnectorSSLError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    NonHttpUrlClientError,
    TCPConnector,
    TraceConfig,
    TraceRequestChunkSentParams,
)
from pydantic import SecretStr
from yarl import URL

from config.instant import SECOND, Instant, Span, instant_of
from notify.channel import DeliveryError, Reason

TIMEOUT: Span = 10 * SECOND
ANSWER_LIMIT = 4096
LATER = frozenset({408, 425, 429})
_METADATA = ip_address("fd00:ec2::254")
_JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`text` is the body's beginning; `retry_after` what the receiver asks for."""

    status: int
    text: str
    retry_after: Span | None

    @property
    def fine(self) -> bool:
        return 200 <= self.status < 300

    @property
    def said(self) -> str:
        return f"HTTP {self.status} {self.text}".strip()

    def fields(self) -> Mapping[str, Any]:
        """The JSON object it is; empty when it is none."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


W = TypeVar("W", str, str | None)
H = TypeVar("H", SecretStr, SecretStr | None)


def web(url: W) -> W:
    """For options: raises ValueError for what is no web address."""
    if url is not None and not is_web(url):
        raise ValueError("must be an http:// or https:// address with a host")
    return url


def is_web(text: str) -> bool:
    try:
        url = URL(text)
    except ValueError:
        return False
    return url.scheme in ("http", "https") and bool(url.host)


def hidden_web(url: H) -> H:
    """`web` for an address that carries its secret."""
    if url is not None:
        web(url.get_secret_value())
    return url


async def post_json(url: str, content: object, now: Instant, headers: Mapping[str, str] | None = None) -> Answer:
    """Posted as JSON; the answer's beginning is waited for, because it says more than the status."""
    return await ask(
        url,
        json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(),
        now,
        headers={**_JSON, **(headers or {})},
        whole=True,
    )


async def ask(
    url: str,
    body: bytes,
    now: Instant,
    *,
    headers: Mapping[str, str],
    method: str = "POST",
    timeout: Span | None = None,
    whole: bool = False,
) -> Answer:
    """The answer, whatever its status. Not `whole`: a body that stalls is left out, the status says it all."""
    progress = SimpleNamespace(handed_over=False, refused=None)
    patience = TIMEOUT if timeout is None else timeout
    try:
        async with asyncio.timeout(patience / SECOND):
            return await _ask(URL(url), method, body, headers, now, whole=whole, progress=progress)
    except TimeoutError as error:
        text = f"no answer within {patience // SECOND} s"
        raise DeliveryError(text, reason=Reason.TIMEOUT, uncertain=progress.handed_over) from error
    except (InvalidURL, NonHttpUrlClientError, ValueError) as error:
        raise DeliveryError("not a web address", reason=Reason.BAD_ADDRESS, permanent=True) from error
    except (ClientConnectorCertificateError, ClientConnectorSSLError) as error:
        raise DeliveryError(str(error), reason=Reason.TLS) from error
    except (ClientError, OSError) as error:
        if progress.refused is not None:
            text = f"{progress.refused} is never a receiver of messages"
            raise DeliveryError(text, reason=Reason.BAD_ADDRESS, permanent=True) from error
        text = f"{type(error).__name__}: {error}"
        raise DeliveryError(text, reason=Reason.UNREACHABLE, uncertain=progress.handed_over) from error


def refusal(answer: Answer) -> DeliveryError:
    """What a status that is not 2xx means where the receiver says no more."""
    if answer.status == 410:
        return DeliveryError(answer.said, reason=Reason.GONE, permanent=True)
    if answer.status in LATER or answer.status >= 500:
        reason = Reason.THROTTLED if answer.status == 429 else Reason.UNAVAILABLE
        return DeliveryError(answer.said, reason=reason, retry_after=answer.retry_after)
    return DeliveryError(answer.said, reason=Reason.REJECTED, permanent=True)


def unclear(answer: Answer) -> DeliveryError:
    """A good status with words that are not the receiver's own: something between us and it may have spoken."""
    return DeliveryError(f"not its answer: {answer.said}", reason=Reason.UNAVAILABLE, uncertain=True)


def forbidden(address: IPv4Address | IPv6Address) -> bool:
    """Never a receiver of messages. Private and loopback addresses may be one: the operator wrote them."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if mapped is not None:
        return forbidden(mapped)
    reserved = isinstance(address, IPv4Address) and address.is_reserved
    return address.is_link_local or address.is_multicast or address.is_unspecified or reserved or address == _METADATA


async def _ask(
    url: URL,
    method: str,
    body: bytes,
    headers: Mapping[str, str],
    now: Instant,
    *,
    whole: bool,
    progress: SimpleNamespace,
) -> Answer:
    async def handed_over(session: ClientSession, context: SimpleNamespace, chunk: TraceRequestChunkSentParams) -> None:
        progress.handed_over = True

    def allowed(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, where = info
        address = ip_address(str(where[0]).partition("%")[0])
        if forbidden(address):
            progress.refused = address
            raise OSError("refused")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    trace = TraceConfig()
    trace.on_request_chunk_sent.append(handed_over)
    async with (
        ClientSession(
            connector=TCPConnector(socket_factory=allowed, use_dns_cache=False),
            trace_configs=[trace],
            timeout=ClientTimeout(total=None),
            auto_decompress=False,
            cookie_jar=DummyCookieJar(),
            trust_env=False,
        ) as session,
        session.request(
            method, url, data=body, headers={"User-Agent": "upheld", **headers}, allow_redirects=False
        ) as answer,
    ):
        text = await _beginning(answer) if whole else await _beginning_in_time(answer)
        wish = _retry_after(answer.headers.get("Retry-After", ""), now)
        return Answer(status=answer.status, text=text, retry_after=wish)


async def _beginning(answer: ClientResponse) -> str:
    found = b""
    while len(found) < ANSWER_LIMIT and (piece := await answer.content.read(ANSWER_LIMIT - len(found))):
        found += piece
    return found.decode("utf-8", "replace")


async def _beginning_in_time(answer: ClientResponse) -> str:
    try:
        async with asyncio.timeout(1):
            return await _beginning(answer)
    except (TimeoutError, ClientError, OSError):
        return ""


def _retry_after(header: str, now: Instant) -> Span | None:
    """Seconds or an HTTP date; None for anything else."""
    if header.isascii() and header.isdigit() and len(header) < 10:
        return int(header) * SECOND
    try:
        return max(instant_of(parsedate_to_datetime(header)) - now, 0)
    except ValueError:
        return None
